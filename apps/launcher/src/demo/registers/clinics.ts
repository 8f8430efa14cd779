import { throwDice } from '../dice.js';
import { creditCode } from '../identity-numbers.js';
import { signWord } from '../names.js';
import { address, communities, districts, type Community } from '../regions.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const departments =
  '预防保健科 全科医疗科 内科 外科 妇产科 儿科 眼科 耳鼻咽喉科 口腔科 皮肤科 精神科 急诊医学科 康复医学科 医学检验科 医学影像科 中医科 肿瘤科 麻醉科 传染科 老年病科'.split(
    ' ',
  );

/** A medical institution follows from its number. Every sixth is a hospital; births are certified there. */
export function institution(number: number) {
  const hospital = number % 6 === 0;
  const where = (number * 37) % communities.length;
  const community = communities[where] as Community;
  return {
    code: creditCode('12', (districts[community.district] as { code: string }).code, 41_000_000 + number * 13),
    name: `示例市${signWord(number)}${hospital ? '医院' : districts[community.district]?.rural ? '卫生院' : '社区卫生服务中心'}`,
    hospital,
    community,
  };
}

export const clinics: Register = {
  key: 'clinics',
  provider: 'weijian',
  versions: 1,
  entry: entryOf({
    title: '医疗机构诊疗科目名录',
    resourceCode: '3/21/002/01/000001',
    category: '部门信息资源/卫生健康/医疗机构/诊疗科目',
    abstract: '示例市医疗机构核准登记的诊疗科目，每机构每科目一行。数据为合成数据。',
    items: [
      items.text('institutionCode', '机构代码'),
      items.text('institutionName', '机构名称'),
      items.text('kind', '机构类别'),
      items.text('department', '诊疗科目'),
      items.whole('beds', '核定床位数'),
      items.text('address', '地址'),
      items.text('telephone', '对外服务电话'),
      ...regionItems(),
    ],
    shareType: 'unconditional',
    open: true,
    openCondition: '无',
    classification: '卫生健康公共信息',
  }),
  *rows({ institutions, seed }) {
    const dice = throwDice(`${seed}/clinic-rows`);
    for (let number = 0; number < institutions; number++) {
      const { code, name, hospital, community } = institution(number);
      const where = address(community, 3_000 + number);
      for (const [index, department] of departments.entries()) {
        // Every institution has general practice; a small one has the others by chance.
        if (index > 1 && !hospital && !dice.chance(85)) continue;
        yield [
          code,
          name,
          hospital ? '综合医院' : '基层医疗卫生机构',
          department,
          String(hospital ? dice.between(8, 60) : dice.between(0, 6)),
          where,
          `0990-${String(1_000_000 + number * 7)}`,
          community.streetCode.slice(0, 6),
          community.streetCode,
        ];
      }
    }
  },
};
