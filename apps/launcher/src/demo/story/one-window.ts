import { day, type Affair } from './steps.js';

const oneThing = '《国务院关于进一步优化政务服务提升行政效能推动“高效办成一件事”的指导意见》（国发〔2024〕3号）。';
const registration = '《不动产登记暂行条例》关于登记信息互通共享的规定。';

/** 不动产一窗受理 and 出生一件事: no paper, because the data comes from where it is kept. */
export const oneWindow: readonly Affair[] = [
  {
    key: 'window-marriages',
    asking: {
      from: 'ziran',
      dataset: 'marriages',
      basis: registration,
      scenario: '不动产登记一窗受理：核实共有人婚姻状况，免交结婚证复印件。',
      items: ['registrationNumber', 'kind', 'registeredOn', 'manId', 'womanId', 'status', 'districtCode'],
      rows: { op: 'in', item: 'districtCode', values: ['990101', '990102'] },
      formats: ['csv', 'parquet'],
    },
    steps: [
      { do: 'agree', clear: ['manId', 'womanId'] },
      { do: 'pull', fate: 'received', format: 'parquet' },
      { do: 'use', record: '用于一窗受理窗口核实婚姻状况，当月办件免交证明。' },
    ],
  },
  {
    key: 'window-companies',
    asking: {
      from: 'ziran',
      dataset: 'enterprises',
      basis: registration,
      scenario: '不动产登记一窗受理：核实企业申请人的登记状态和法定代表人。',
      items: ['code', 'name', 'status', 'representativeName', 'districtCode'],
    },
    steps: [],
  },
  {
    key: 'birth-insurance',
    asking: {
      from: 'yibao',
      dataset: 'births',
      basis: oneThing,
      scenario: '出生一件事：新生儿出生后自动办理居民医疗保险参保登记。',
      items: ['certificateNumber', 'childName', 'sex', 'bornAt', 'motherId', 'motherName', 'issuedOn', 'districtCode'],
      rows: { op: 'between', item: 'issuedOn', low: '2026-01-01', high: '2026-12-31' },
      formats: ['jsonl', 'csv'],
    },
    steps: [
      { do: 'agree', clear: ['childName', 'motherId'] },
      { do: 'pull', fate: 'received', format: 'jsonl' },
      { do: 'use', record: '当年新生儿参保登记已比对，未参保家庭由经办机构主动联系。' },
    ],
  },
  {
    key: 'birth-register',
    asking: {
      from: 'gongan',
      dataset: 'births',
      basis: oneThing,
      scenario: '出生一件事：出生医学证明信息用于户口登记联办，下月起上线。',
      items: ['certificateNumber', 'childName', 'sex', 'bornAt', 'motherId', 'fatherId', 'issuedOn', 'districtCode'],
      term: { from: 30 * day, until: 395 * day },
    },
    steps: [{ do: 'agree', clear: ['childName', 'bornAt', 'motherId', 'fatherId'] }],
  },
  {
    key: 'birth-places',
    asking: {
      from: 'jiaoyu',
      dataset: 'births',
      basis: oneThing,
      scenario: '学前教育学位预测：按街道统计近三年出生人口。',
      items: ['bornAt', 'districtCode', 'streetCode'],
    },
    steps: [{ do: 'withdraw' }],
  },
  {
    key: 'vaccination',
    asking: {
      from: 'weijian',
      dataset: 'households',
      basis: oneThing,
      scenario: '工作需要。',
      items: ['idNumber', 'name', 'birthDate', 'telephone', 'address', 'streetCode'],
    },
    steps: [
      {
        do: 'ask-supplement',
        missing: '一、使用场景请写明具体业务；二、说明为何需要联系电话和户籍地址；三、明确人员年龄范围和所在街道。',
      },
    ],
  },
  {
    key: 'marriage-register',
    asking: {
      from: 'gongan',
      dataset: 'marriages',
      basis: '《户口登记条例》关于婚姻变动登记的规定。',
      scenario: '户口登记项目变更：核实婚姻状况，免交结婚证、离婚证。',
      items: ['registrationNumber', 'kind', 'registeredOn', 'manId', 'womanId', 'status'],
    },
    steps: [],
  },
];
