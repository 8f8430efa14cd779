import { ageOf, asOf, dateText } from '../days.js';
import { throwDice } from '../dice.js';
import { communities, type Community } from '../regions.js';
import { companyName, tradeOf } from './enterprises.js';
import { entryOf, items, regionItems, type Register } from './register.js';

export const socialSecurity: Register = {
  key: 'social-security',
  provider: 'renshe',
  versions: 1,
  entry: entryOf({
    title: '社会保险参保信息',
    resourceCode: '3/06/002/01/000001',
    category: '部门信息资源/人力资源社会保障/社会保险/参保缴费',
    abstract: '示例市职工基本养老保险的参保人员与缴费单位，每人一行。数据为合成数据。',
    items: [
      items.text('personNumber', '个人编号'),
      items.id('idNumber', '公民身份号码'),
      items.person('name', '姓名'),
      items.text('employerCode', '参保单位统一社会信用代码'),
      items.text('employerName', '参保单位名称'),
      items.money('base', '月缴费基数（元）', { personal: true, mask: { kind: 'band', width: 1000 } }),
      items.date('insuredSince', '首次参保日期'),
      items.whole('months', '累计缴费月数'),
      items.text('status', '缴费状态'),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition:
      '一、用于社会救助家庭经济状况核对、人才补贴资格核验；二、缴费基数按千元分档提供；三、补贴资格核验仅提供缴费状态和月数。',
    classification: '人社业务数据',
    relatedCodes: ['1/01/001/01/000001', '1/02/001/01/000001'],
  }),
  *rows({ population, companies, seed }) {
    const dice = throwDice(`${seed}/insured-rows`);
    let number = 0;
    for (let person = 0; person < population.people; person++) {
      const birthDay = population.birthDay[person] as number;
      const age = ageOf(birthDay);
      if (age < 19 || age > 59 || !dice.chance(age < 23 ? 40 : 82)) continue;
      // The square of an even draw: a few large employers and many small ones.
      const draw = dice.below(companies.length);
      const employer = Math.floor((draw * draw) / companies.length);
      const company = companies[employer]!;
      const months = dice.between(1, Math.max(1, (age - 18) * 11));
      const household = population.household[person] as number;
      const { streetCode } = communities[population.community[household] as number] as Community;
      yield [
        `00${String(++number).padStart(8, '0')}`,
        population.idNumber(person),
        population.name(person),
        company.code,
        companyName(employer, company.individual, tradeOf(employer)),
        `${dice.between(4_200, 21_000)}.00`,
        dateText(asOf - months * 31),
        String(months),
        ['正常缴费', '暂停缴费'][dice.weighted([91, 9])] as string,
        streetCode.slice(0, 6),
        streetCode,
      ];
    }
  },
};
