import { ageOf, dateText } from '../days.js';
import { throwDice } from '../dice.js';
import { telephone } from '../identity-numbers.js';
import { communities, type Community } from '../regions.js';
import { entryOf, items, regionItems, type Register } from './register.js';

export const elderlyCare: Register = {
  key: 'elderly-care',
  provider: 'jiaqu-minzheng',
  versions: 1,
  entry: entryOf({
    title: '甲区养老服务对象信息',
    resourceCode: '3/11/006/01/000001',
    category: '部门信息资源/民政/养老服务/服务对象',
    abstract: '示例市甲区六十五周岁以上老年人的能力评估与服务情况，每人一行。数据为合成数据。',
    items: [
      items.id('idNumber', '公民身份号码'),
      items.person('name', '姓名'),
      items.birthDate('birthDate', '出生日期'),
      items.hidden('ability', '能力评估等级'),
      items.text('service', '服务类别'),
      items.flag('alone', '独居'),
      items.date('assessedOn', '评估日期'),
      items.phone('telephone', '联系电话', { required: false }),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition: '一、用于养老服务补贴发放和上门探访；二、街道办事处仅使用本街道的记录；三、联系电话仅用于探访。',
    classification: '民政业务数据',
    relatedCodes: ['1/01/001/01/000001'],
  }),
  *rows({ population, seed }) {
    const dice = throwDice(`${seed}/elderly-rows`);
    for (let person = 0; person < population.people; person++) {
      const household = population.household[person] as number;
      const community = communities[population.community[household] as number] as Community;
      const birthDay = population.birthDay[person] as number;
      if (community.district !== 0 || ageOf(birthDay) < 65) continue;
      const alone = (population.firstOf[household + 1] as number) - (population.firstOf[household] as number) === 1;
      yield [
        population.idNumber(person),
        population.name(person),
        dateText(birthDay),
        ['能力完好', '轻度失能', '中度失能', '重度失能'][dice.weighted([66, 20, 9, 5])] as string,
        ['居家养老', '社区日间照料', '机构养老'][dice.weighted([84, 11, 5])] as string,
        alone ? 'true' : 'false',
        dateText(birthDay + 65 * 365 + dice.below(Math.max(1, (ageOf(birthDay) - 65) * 365 + 1))),
        dice.chance(80) ? telephone(person) : '',
        community.streetCode.slice(0, 6),
        community.streetCode,
      ];
    }
  },
};
