import type { City } from '../city.js';
import { vehicleNumber } from '../registers/vehicles.js';
import type { Affair, Asking } from './steps.js';

const ofDistrict = { op: '=', item: 'districtCode', value: '990101' } as const;
const check: Pick<Asking, 'from' | 'basis' | 'scenario' | 'rows' | 'formats' | 'quota'> = {
  from: 'minzheng',
  basis: '《最低生活保障审核确认办法》（民发〔2021〕57号）关于家庭经济状况核对的规定；申请家庭的核对授权书均已归档。',
  scenario: '社会救助家庭经济状况核对：核对甲区申请和在享最低生活保障的家庭。',
  rows: ofDistrict,
  formats: ['csv', 'csv-bom', 'parquet'],
  quota: { pulls: 12, rows: 1_000_000, pullsPerDay: 3 },
};

/** 社会救助家庭经济状况核对: one household's means, checked against five registers of four departments. */
export function subsistenceCheck(city: City): Affair[] {
  const wrong = vehicleNumber(city.wrongVehicle);
  return [
    {
      key: 'means-vehicles',
      asking: {
        ...check,
        dataset: 'vehicles',
        items: ['registrationNumber', 'kind', 'registeredOn', 'status', 'ownerId', 'ownerName', 'districtCode', 'streetCode'],
      },
      steps: [
        { do: 'agree', clear: ['ownerId'], deleteInDays: 180 },
        { do: 'pull', fate: 'received', format: 'csv' },
        {
          do: 'use',
          record: `核对甲区在审家庭。登记编号 ${wrong} 的所有人身份号码与姓名不一致，疑为登记有误，已请市公安局校核；校核期间不影响申请人办理救助。`,
        },
        { do: 'publish', version: 2 },
        { do: 'pull', fate: 'received', format: 'csv-bom' },
        { do: 'use', record: `市公安局已更正登记编号 ${wrong} 的记录，按第二版数据复核一致，申请人名下无机动车。` },
      ],
    },
    {
      key: 'means-homes',
      asking: {
        ...check,
        dataset: 'real-estate',
        items: ['unitNumber', 'ownerId', 'ownerName', 'location', 'area', 'mortgage', 'districtCode', 'streetCode'],
      },
      steps: [
        {
          do: 'agree-in-part',
          condition: '二、家庭经济状况核对仅提供权利人、坐落和面积，不提供抵押情况',
          items: ['unitNumber', 'ownerId', 'ownerName', 'location', 'area', 'districtCode', 'streetCode'],
          clear: ['ownerId', 'location'],
          deleteInDays: 180,
        },
        { do: 'pull', fate: 'received', format: 'csv' },
        { do: 'pull', fate: { refused: 'item-not-granted' }, items: ['ownerId', 'location', 'area', 'mortgage'] },
        { do: 'use', record: '核对甲区在审家庭名下住房套数和面积。' },
      ],
    },
    {
      key: 'means-companies',
      asking: {
        ...check,
        dataset: 'enterprises',
        items: ['code', 'name', 'kind', 'capital', 'status', 'representativeId', 'representativeName', 'districtCode'],
      },
      steps: [
        { do: 'agree', clear: ['representativeId'], deleteInDays: 180 },
        { do: 'pull', fate: 'waiting', format: 'parquet' },
      ],
    },
    {
      key: 'means-insurance',
      asking: { ...check, dataset: 'social-security', items: ['idNumber', 'name', 'base', 'months', 'status', 'districtCode'] },
      steps: [
        { do: 'agree', clear: ['idNumber'], deleteInDays: 180 },
        { do: 'pull', fate: 'received', format: 'csv' },
        {
          do: 'suspend',
          by: 'supervisor',
          code: 'misuse',
          reason: '监督检查发现提取范围与在审家庭数量不相称，先行暂停，请民政局十个工作日内说明并整改。',
        },
      ],
    },
  ];
}
