import { dateText } from '../days.js';
import { throwDice } from '../dice.js';
import { signWord } from '../names.js';
import { address, communities, type Community } from '../regions.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const trades = [
  { code: '5200', word: '商贸', scope: '日用百货销售,食品销售' },
  { code: '6210', word: '餐饮', scope: '餐饮服务' },
  { code: '4700', word: '建筑', scope: '房屋建筑施工,市政工程施工' },
  { code: '6510', word: '软件', scope: '软件开发,信息系统集成' },
  { code: '5430', word: '物流', scope: '普通货物道路运输,仓储' },
  { code: '1300', word: '食品', scope: '农副产品加工' },
  { code: '8010', word: '服务', scope: '居民日常生活服务' },
] as const;

/** A company's name; the code's number makes it one of its own. */
export function companyName(company: number, individual: boolean, trade: number): string {
  const { word } = trades[trade] as (typeof trades)[number];
  return individual ? `示例市${signWord(company)}${word}经营部` : `示例市${signWord(company)}${word}有限公司`;
}
/** A company's trade follows from its number, so every register calls it by the same name. */
export const tradeOf = (company: number): number => (company * 5 + Math.floor(company / 120)) % trades.length;

export const enterprises: Register = {
  key: 'enterprises',
  provider: 'shijian',
  versions: 1,
  entry: entryOf({
    title: '市场主体登记信息',
    resourceCode: '1/02/001/01/000001',
    category: '基础信息资源/法人/市场主体/登记',
    abstract: '示例市登记的企业和个体工商户，每个主体一行。数据为合成数据。',
    items: [
      items.text('code', '统一社会信用代码'),
      items.text('name', '名称'),
      items.text('kind', '主体类型'),
      items.text('tradeCode', '行业代码'),
      items.text('businessScope', '经营范围'),
      items.money('capital', '注册资本（元）', { required: false }),
      items.date('establishedOn', '成立日期'),
      items.id('representativeId', '法定代表人（经营者）身份号码'),
      items.person('representativeName', '法定代表人（经营者）姓名'),
      items.text('address', '住所'),
      items.text('status', '登记状态'),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition:
      '一、用于社会救助家庭经济状况核对、不动产登记、惠企政策兑现；二、法定代表人身份号码仅用于核对，不得另作他用。',
    updateCycle: '2',
    classification: '市场监管业务数据',
    relatedCodes: ['1/01/001/01/000001'],
  }),
  *rows({ population, companies, seed }) {
    const dice = throwDice(`${seed}/company-rows`);
    for (const [index, company] of companies.entries()) {
      const trade = tradeOf(index);
      const community = communities[company.community] as Community;
      yield [
        company.code,
        companyName(index, company.individual, trade),
        company.individual ? '个体工商户' : '有限责任公司',
        (trades[trade] as (typeof trades)[number]).code,
        (trades[trade] as (typeof trades)[number]).scope,
        company.individual ? '' : `${dice.between(1, 60) * 50_000}.00`,
        dateText(company.establishedOn),
        population.idNumber(company.representative),
        population.name(company.representative),
        address(community, 2_000 + (index % 600)),
        ['存续', '经营异常', '注销'][dice.weighted([86, 5, 9])] as string,
        community.streetCode.slice(0, 6),
        community.streetCode,
      ];
    }
  },
};
