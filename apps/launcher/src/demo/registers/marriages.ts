import { asOf, dateText } from '../days.js';
import { communities, type Community } from '../regions.js';
import { entryOf, items, regionItems, type Register } from './register.js';

export const marriages: Register = {
  key: 'marriages',
  provider: 'minzheng',
  versions: 1,
  entry: entryOf({
    title: '婚姻登记信息',
    resourceCode: '3/11/001/01/000001',
    category: '部门信息资源/民政/婚姻/婚姻登记',
    abstract: '示例市办理的结婚登记和离婚登记，每次登记一行，按登记日期排列。数据为合成数据。',
    items: [
      items.text('registrationNumber', '登记字号'),
      items.text('kind', '登记类别'),
      items.date('registeredOn', '登记日期'),
      items.id('manId', '男方身份号码'),
      items.person('manName', '男方姓名'),
      items.id('womanId', '女方身份号码'),
      items.person('womanName', '女方姓名'),
      items.text('status', '当前状态'),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition: '一、用于社会救助家庭经济状况核对、不动产登记等须核实婚姻状况的事项；二、仅提供业务对象所在县（区）的登记。',
    updateCycle: '2',
    classification: '民政业务数据',
    relatedCodes: ['1/01/001/01/000001'],
  }),
  rows({ population }) {
    const acts = population.couples.flatMap((couple) => [
      { couple, on: couple.marriedOn, divorce: false },
      ...(couple.divorcedOn === undefined ? [] : [{ couple, on: couple.divorcedOn, divorce: true }]),
    ]);
    // Ties keep the order of the register, so the sort is the same everywhere.
    acts.sort((one, other) => one.on - other.on);
    const counts = new Map<string, number>();
    return (function* () {
      for (const { couple, on, divorce } of acts) {
        const date = dateText(on);
        const series = `${divorce ? 'L' : 'J'}990100-${date.slice(0, 4)}`;
        const count = (counts.get(series) ?? 0) + 1;
        counts.set(series, count);
        const household = population.household[couple.wife] as number;
        const { streetCode } = communities[population.community[household] as number] as Community;
        yield [
          `${series}-${String(count).padStart(6, '0')}`,
          divorce ? '离婚登记' : '结婚登记',
          date,
          population.idNumber(couple.husband),
          population.name(couple.husband),
          population.idNumber(couple.wife),
          population.name(couple.wife),
          couple.divorcedOn !== undefined && couple.divorcedOn <= asOf ? '已离婚' : '婚姻存续',
          streetCode.slice(0, 6),
          streetCode,
        ];
      }
    })();
  },
};
