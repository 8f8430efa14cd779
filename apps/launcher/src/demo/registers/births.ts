import { asOf, dateText, dayOf } from '../days.js';
import { throwDice } from '../dice.js';
import { communities, type Community } from '../regions.js';
import { institution } from './clinics.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const since = dayOf('2019-01-01');

export const births: Register = {
  key: 'births',
  provider: 'weijian',
  versions: 1,
  entry: entryOf({
    title: '出生医学证明信息',
    resourceCode: '3/21/004/01/000001',
    category: '部门信息资源/卫生健康/妇幼健康/出生医学证明',
    abstract: '示例市医疗机构签发的出生医学证明，2019年起，每名新生儿一行。数据为合成数据。',
    items: [
      items.text('certificateNumber', '出生医学证明编号'),
      items.person('childName', '新生儿姓名'),
      items.text('sex', '性别'),
      items.time('bornAt', '出生时间', { personal: true, mask: { kind: 'year' } }),
      items.whole('weight', '出生体重（克）', { personal: true, mask: { kind: 'band', width: 500 } }),
      items.id('motherId', '母亲身份号码'),
      items.person('motherName', '母亲姓名'),
      items.id('fatherId', '父亲身份号码', { required: false }),
      items.person('fatherName', '父亲姓名', { required: false }),
      items.text('institutionCode', '签发机构代码'),
      items.date('issuedOn', '签发日期'),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition:
      '一、用于出生一件事联办的户口登记、医疗保险参保和社会保障卡申领；二、不满十四周岁未成年人的个人信息按敏感个人信息保护。',
    updateCycle: '2',
    classification: '卫生健康业务数据',
    grade: '重要',
    relatedCodes: ['1/01/001/01/000001'],
  }),
  *rows({ population, institutions, seed }) {
    const dice = throwDice(`${seed}/birth-rows`);
    const hospitals = Math.ceil(institutions / 6);
    let number = 0;
    for (let child = 0; child < population.people; child++) {
      const born = population.birthDay[child] as number;
      const mother = population.mother[child] as number;
      if (born < since || mother < 0) continue;
      const father = population.father[child] as number;
      const place = institution(dice.below(hospitals) * 6);
      const household = population.household[child] as number;
      const { streetCode } = communities[population.community[household] as number] as Community;
      const minute = dice.below(1_440);
      const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;
      yield [
        `Z${dateText(born).slice(2, 4)}99${String(++number).padStart(5, '0')}`,
        population.name(child),
        population.male[child] ? '男' : '女',
        `${dateText(born)} ${clock}`,
        String(dice.between(2_450, 4_200)),
        population.idNumber(mother),
        population.name(mother),
        father < 0 ? '' : population.idNumber(father),
        father < 0 ? '' : population.name(father),
        place.code,
        dateText(Math.min(born + dice.between(1, 20), asOf)),
        streetCode.slice(0, 6),
        streetCode,
      ];
    }
  },
};
