import { dateText } from '../days.js';
import { throwDice } from '../dice.js';
import { telephone } from '../identity-numbers.js';
import { communities, districts, type Community } from '../regions.js';
import { householdNumber } from './households.js';
import { entryOf, items, regionItems, type Register } from './register.js';

const states = { receiving: '在享', checking: '核对中', ended: '停发' } as const;

export const subsistence: Register = {
  key: 'subsistence',
  provider: 'minzheng',
  versions: 1,
  entry: entryOf({
    title: '最低生活保障对象信息',
    resourceCode: '3/11/003/01/000001',
    category: '部门信息资源/民政/社会救助/最低生活保障',
    abstract: '示例市最低生活保障的申请和在享家庭，每户一行；核对授权书均已归档。数据为合成数据。',
    items: [
      items.text('caseNumber', '救助编号'),
      items.id('applicantId', '申请人身份号码'),
      items.person('applicantName', '申请人姓名'),
      items.text('householdNumber', '户号'),
      items.whole('members', '保障人数'),
      items.text('kind', '保障类别'),
      items.money('monthlyAmount', '月保障金额（元）', { required: false, personal: true, mask: { kind: 'band', width: 100 } }),
      items.date('appliedOn', '申请日期'),
      items.text('status', '状态'),
      items.flag('authorised', '核对授权书已归档'),
      items.phone('telephone', '联系电话'),
      ...regionItems(),
    ],
    shareType: 'conditional',
    shareCondition:
      '一、用于医疗救助、教育资助、住房保障等叠加救助资格核验；二、仅提供状态为在享的家庭；三、月保障金额按百元分档提供。',
    classification: '民政业务数据',
    grade: '重要',
    relatedCodes: ['1/01/001/01/000001'],
  }),
  *rows({ population, cases, seed }) {
    const dice = throwDice(`${seed}/case-rows`);
    for (const [index, each] of cases.entries()) {
      const community = communities[population.community[each.household] as number] as Community;
      const rural = districts[community.district]?.rural ?? false;
      const first = population.firstOf[each.household] as number;
      const members = (population.firstOf[each.household + 1] as number) - first;
      const amount = members * (rural ? 62_000 : 81_500) - dice.below(20_000);
      yield [
        `DB${dateText(each.appliedOn).slice(0, 4)}${String(index + 1).padStart(6, '0')}`,
        population.idNumber(each.applicant),
        population.name(each.applicant),
        householdNumber(each.household),
        String(members),
        rural ? '农村低保' : '城市低保',
        each.state === 'checking' ? '' : `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`,
        dateText(each.appliedOn),
        states[each.state],
        'true',
        telephone(each.applicant),
        community.streetCode.slice(0, 6),
        community.streetCode,
      ];
    }
  },
};
