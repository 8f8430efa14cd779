import { throwDice } from '../dice.js';
import { creditCode } from '../identity-numbers.js';
import { signWord } from '../names.js';
import { address, communities, districts, type Community } from '../regions.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const kinds = [
  { name: '幼儿园', grades: ['小班', '中班', '大班'], most: 4 },
  { name: '小学', grades: ['一年级', '二年级', '三年级', '四年级', '五年级', '六年级'], most: 6 },
  { name: '初级中学', grades: ['初一', '初二', '初三'], most: 10 },
  { name: '高级中学', grades: ['高一', '高二', '高三'], most: 14 },
] as const;

export const schools: Register = {
  key: 'schools',
  provider: 'jiaoyu',
  versions: 1,
  entry: entryOf({
    title: '学校与班级名录',
    resourceCode: '3/05/001/01/000001',
    category: '部门信息资源/教育/学校/名录',
    abstract: '示例市幼儿园和中小学的班级与学位数，每班一行，不含学生信息。数据为合成数据。',
    items: [
      items.text('schoolCode', '学校代码'),
      items.text('schoolName', '学校名称'),
      items.text('kind', '办学类型'),
      items.text('grade', '年级'),
      items.whole('class', '班号'),
      items.whole('seats', '学位数'),
      items.text('address', '地址'),
      ...regionItems(),
    ],
    shareType: 'unconditional',
    open: true,
    openCondition: '无',
    updateCycle: '6',
    classification: '教育公共信息',
  }),
  *rows({ schools, seed }) {
    const dice = throwDice(`${seed}/school-rows`);
    for (let number = 0; number < schools; number++) {
      const kind = kinds[number % kinds.length] as (typeof kinds)[number];
      const community = communities[(number * 53 + 7) % communities.length] as Community;
      const code = creditCode('12', (districts[community.district] as { code: string }).code, 42_000_000 + number * 19);
      const classes = dice.between(Math.floor(kind.most / 2), kind.most);
      for (const grade of kind.grades) {
        for (let each = 1; each <= classes; each++) {
          yield [
            code,
            `示例市${signWord(number)}${kind.name}`,
            kind.name,
            grade,
            String(each),
            String(kind.name === '幼儿园' ? 30 : 45),
            address(community, 3_500 + number),
            community.streetCode.slice(0, 6),
            community.streetCode,
          ];
        }
      }
    }
  },
};
