import { dateText } from '../days.js';
import { telephone } from '../identity-numbers.js';
import { maritalStates, relations } from '../population.js';
import { address, communities, districts, type Community } from '../regions.js';
import { throwDice } from '../dice.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const peoples = ['汉族', '回族', '满族', '壮族', '苗族'] as const;

export const households: Register = {
  key: 'households',
  provider: 'gongan',
  versions: 1,
  entry: entryOf({
    title: '户籍人口信息',
    resourceCode: '1/01/001/01/000001',
    category: '基础信息资源/人口/户籍/常住户口',
    abstract: '示例市常住户口登记的人员与家庭关系，每人一行，同户相邻。数据为合成数据。',
    items: [
      items.id('idNumber', '公民身份号码'),
      items.person('name', '姓名'),
      items.text('sex', '性别'),
      items.birthDate('birthDate', '出生日期'),
      items.hidden('people', '民族'),
      items.text('householdNumber', '户号'),
      items.text('relation', '与户主关系'),
      items.hidden('maritalStatus', '婚姻状况'),
      items.phone('telephone', '联系电话', { required: false }),
      items.address('address', '户籍地址'),
      items.text('householdKind', '户口性质'),
      ...regionItems(),
      items.text('communityCode', '社区（村）代码'),
    ],
    shareType: 'conditional',
    shareCondition:
      '一、用于法定职责范围内的身份核验、家庭关系核验和公共服务资格核验；二、按本辖区或者业务对象所在街道提供；三、联系电话仅提供给街道办事处用于上门服务。',
    updateCycle: '2',
    classification: '人口基础数据',
    grade: '重要',
    relatedCodes: ['3/11/001/01/000001', '3/02/004/01/000001'],
  }),
  *rows({ population, seed }) {
    const dice = throwDice(`${seed}/households`);
    for (let household = 0; household < population.households; household++) {
      const community = communities[population.community[household] as number] as Community;
      const district = districts[community.district];
      const number = householdNumber(household);
      const where = address(community, population.home[household] as number);
      const people = peoples[dice.weighted([93, 3, 2, 1, 1])] as string;
      const last = population.firstOf[household + 1] as number;
      for (let person = population.firstOf[household] as number; person < last; person++) {
        const birthDay = population.birthDay[person] as number;
        yield [
          population.idNumber(person),
          population.name(person),
          population.male[person] ? '男' : '女',
          dateText(birthDay),
          people,
          number,
          relations[population.relation[person] as number] as string,
          maritalStates[population.marital[person] as number] as string,
          dice.chance(70) ? telephone(person) : '',
          where,
          district?.rural ? '农村' : '城镇',
          community.streetCode.slice(0, 6),
          community.streetCode,
          community.code,
        ];
      }
    }
  },
};

/** A household's number in the register: text, although it is all digits. */
export function householdNumber(household: number): string {
  return `0${String(household + 1).padStart(8, '0')}`;
}
