import { asOf, dateText } from '../days.js';
import { throwDice } from '../dice.js';
import { address, communities, type Community } from '../regions.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const mortgages = ['无抵押', '一般抵押', '最高额抵押'] as const;

export const realEstate: Register = {
  key: 'real-estate',
  provider: 'ziran',
  versions: 1,
  entry: entryOf({
    title: '不动产登记信息',
    resourceCode: '1/03/002/01/000001',
    category: '基础信息资源/自然资源/不动产/登记簿',
    abstract: '示例市不动产登记簿的房屋部分，每个不动产单元一行。数据为合成数据。',
    items: [
      items.text('unitNumber', '不动产单元号'),
      items.text('certificateNumber', '不动产权证号'),
      items.id('ownerId', '权利人身份号码'),
      items.person('ownerName', '权利人姓名'),
      items.id('coOwnerId', '共有人身份号码', { required: false }),
      items.text('ownership', '共有方式'),
      items.address('location', '坐落'),
      items.number('area', '建筑面积（平方米）', 2),
      items.text('use', '规划用途'),
      items.text('mortgage', '抵押情况'),
      items.text('mortgagee', '抵押权人', { required: false }),
      items.date('registeredOn', '登记日期'),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition:
      '一、用于社会救助家庭经济状况核对、人才住房资格核验等法定职责；二、家庭经济状况核对仅提供权利人、坐落和面积，不提供抵押情况；三、住房资格核验不提供坐落。',
    updateCycle: '2',
    classification: '自然资源业务数据',
    grade: '重要',
    relatedCodes: ['1/01/001/01/000001', '3/11/001/01/000001'],
  }),
  *rows({ population, homes, seed }) {
    const dice = throwDice(`${seed}/home-rows`);
    for (const [index, home] of homes.entries()) {
      // The first home is where the household lives; a further one lies anywhere.
      const first = index === 0 || homes[index - 1]?.household !== home.household;
      const where = first ? (population.community[home.household] as number) : dice.below(communities.length);
      const community = communities[where] as Community;
      const number = first ? (population.home[home.household] as number) : 600 + index;
      const born = population.birthDay[home.owner] as number;
      const registeredOn = Math.max(asOf - dice.between(1, 20 * 365), born + 18 * 365 + 30);
      const mortgage = dice.weighted([63, 33, 4]);
      const area = dice.between(4_200, 16_800);
      yield [
        `${community.code.slice(0, 9)}001GB${String(10_000 + (index % 90_000))}F${String(index + 1).padStart(8, '0')}`,
        `示（${dateText(registeredOn).slice(0, 4)}）示例市不动产权第${String(index + 1).padStart(7, '0')}号`,
        population.idNumber(home.owner),
        population.name(home.owner),
        home.coOwner === undefined ? '' : population.idNumber(home.coOwner),
        home.coOwner === undefined ? '单独所有' : '共同共有',
        address(community, number),
        `${Math.floor(area / 100)}.${String(area % 100).padStart(2, '0')}`,
        dice.chance(93) ? '住宅' : '商业服务',
        mortgages[mortgage] as string,
        mortgage === 0 ? '' : `示例银行${'甲乙丙'.charAt(dice.below(3))}支行`,
        dateText(registeredOn),
        community.streetCode.slice(0, 6),
        community.streetCode,
      ];
    }
  },
};
