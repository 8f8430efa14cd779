import { ageOf, asOf, dateText } from '../days.js';
import { throwDice } from '../dice.js';
import { communities, type Community } from '../regions.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const qualifications = [
  '教师资格',
  '护士执业资格',
  '一级建造师',
  '注册会计师',
  '高级工程师',
  '执业药师',
  '电工（三级）',
] as const;

export const professionalQualifications: Register = {
  key: 'qualifications',
  provider: 'renshe',
  versions: 1,
  entry: entryOf({
    title: '专业技术人员职业资格信息',
    resourceCode: '3/06/005/01/000001',
    category: '部门信息资源/人力资源社会保障/人才/职业资格',
    abstract: '示例市人员取得的职业资格和职称证书，每证一行。数据为合成数据。',
    items: [
      items.text('certificateNumber', '证书编号'),
      items.id('idNumber', '公民身份号码'),
      items.person('name', '姓名'),
      items.text('qualification', '资格名称'),
      items.date('issuedOn', '发证日期'),
      items.date('validUntil', '有效期至', { required: false }),
      items.text('status', '证书状态'),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition: '一、用于人才补贴兑现、执业准入和资质审批；二、按资格名称提供与业务有关的证书。',
    classification: '人社业务数据',
    relatedCodes: ['1/01/001/01/000001'],
  }),
  *rows({ population, seed }) {
    const dice = throwDice(`${seed}/qualification-rows`);
    let number = 0;
    for (let person = 0; person < population.people; person++) {
      const birthDay = population.birthDay[person] as number;
      const age = ageOf(birthDay);
      if (age < 24 || age > 64 || !dice.chance(11)) continue;
      const issuedOn = Math.min(birthDay + dice.between(23 * 365, Math.max(23, age - 1) * 365 + 300), asOf);
      const kind = dice.weighted([24, 20, 14, 6, 14, 10, 12]);
      const expires = kind === 2 || kind === 5;
      const valid = issuedOn + 5 * 365;
      const household = population.household[person] as number;
      const { streetCode } = communities[population.community[household] as number] as Community;
      yield [
        `00990100${String(++number).padStart(10, '0')}`,
        population.idNumber(person),
        population.name(person),
        qualifications[kind] as string,
        dateText(issuedOn),
        expires ? dateText(valid) : '',
        expires && valid < asOf ? '已过期' : '有效',
        streetCode.slice(0, 6),
        streetCode,
      ];
    }
  },
};
