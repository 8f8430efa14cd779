import { day, type Affair } from './steps.js';

const lessForms = '《示例市为基层减负工作方案（示例）》：凡共享可得的数据不再向基层重复采集。';
const talent = '《示例市人才安居补贴办法（示例）》。';
const ofStreet = { op: '=', item: 'streetCode', value: '990101001' } as const;

/** What goes on besides: streets, subsidies, schools, drills, and requests that lead to nothing. */
export const everyday: readonly Affair[] = [
  {
    key: 'street-residents',
    asking: {
      from: 'jiayi-jiedao',
      dataset: 'households',
      basis: lessForms,
      scenario: '人口台账一次性校准：以户籍数据核对甲一街道台账，不再上门填表。',
      items: ['name', 'sex', 'birthDate', 'householdNumber', 'relation', 'address', 'streetCode', 'communityCode'],
      rows: ofStreet,
      formats: ['csv-bom'],
      quota: { pulls: 1, rows: 20_000, pullsPerDay: 1 },
    },
    steps: [
      { do: 'agree', clear: ['name', 'address'], deleteInDays: 90 },
      { do: 'pull', fate: 'received' },
      { do: 'pull', fate: { refused: 'quota-pulls' } },
      { do: 'use', record: '台账已校准，纸质登记表停用。' },
    ],
  },
  {
    key: 'elder-visits',
    asking: {
      from: 'jiayi-jiedao',
      dataset: 'elderly-care',
      basis: lessForms,
      scenario: '独居老年人探访：确定甲一街道独居和失能老年人的探访名单。',
      items: ['name', 'birthDate', 'ability', 'alone', 'telephone', 'streetCode'],
      rows: { op: 'and', of: [ofStreet, { op: '=', item: 'alone', value: 'true' }] },
      formats: ['csv-bom'],
    },
    steps: [
      { do: 'agree', clear: ['name', 'ability', 'telephone'] },
      { do: 'pull', fate: 'received' },
      { do: 'use', record: '首轮探访已完成，未发现异常。' },
      {
        do: 'terminate',
        by: 'provider',
        code: 'purpose-reached',
        reason: '探访工作已转由区级平台派单，使用目的已实现，经协商终止共享。',
        filing: '示数备〔2026〕12号',
      },
      { do: 'dispose', record: '已按要求删除下载的名单及其副本。' },
    ],
  },
  {
    key: 'street-schools',
    asking: {
      from: 'jiayi-jiedao',
      dataset: 'schools',
      basis: lessForms,
      scenario: '便民地图：标注辖区学校。',
      items: ['schoolCode', 'schoolName', 'kind', 'address', 'streetCode'],
      rows: ofStreet,
    },
    steps: [{ do: 'rule-grants' }, { do: 'pull', fate: 'received', format: 'csv' }],
  },
  {
    key: 'insurance-clinics',
    asking: {
      from: 'yibao',
      dataset: 'clinics',
      basis: '《医疗机构医疗保障定点管理暂行办法》。',
      scenario: '定点医疗机构目录维护：比对诊疗科目。',
      items: ['institutionCode', 'institutionName', 'kind', 'department', 'beds', 'districtCode'],
      formats: ['parquet', 'csv'],
    },
    steps: [{ do: 'rule-grants' }, { do: 'pull', fate: 'waiting', format: 'parquet' }],
  },
  {
    key: 'talent-homes',
    asking: {
      from: 'renshe',
      dataset: 'real-estate',
      basis: talent,
      scenario: '人才住房补贴资格核验：申请人名下有无住房。',
      items: ['ownerId', 'use', 'districtCode'],
      rows: { op: '=', item: 'use', value: '住宅' },
      formats: ['csv', 'parquet'],
      quota: { pulls: 30, rows: 4_000_000, pullsPerDay: 20 },
    },
    steps: [
      {
        do: 'agree-in-part',
        condition: '三、住房资格核验不提供坐落',
        clear: ['ownerId'],
        pulls: 24,
      },
      { do: 'pull', fate: 'cancelled' },
    ],
  },
  {
    key: 'talent-schools',
    asking: {
      from: 'renshe',
      dataset: 'schools',
      basis: talent,
      scenario: '人才子女入学服务：提供学位情况。',
      items: ['schoolName', 'kind', 'grade', 'seats', 'districtCode'],
    },
    // Granted and never used: supervisors look for such rights.
    steps: [{ do: 'rule-grants' }],
  },
  {
    key: 'school-district',
    asking: {
      from: 'jiaoyu',
      dataset: 'households',
      basis: '《义务教育法》关于就近入学的规定。',
      scenario: '义务教育入学资格核验：核对适龄儿童户籍。',
      items: ['idNumber', 'name', 'birthDate', 'relation', 'address', 'telephone', 'districtCode', 'streetCode'],
      term: { from: 0, until: 3 * day },
      formats: ['csv', 'parquet'],
    },
    steps: [
      {
        do: 'agree-in-part',
        condition: '二、按本辖区或者业务对象所在街道提供；三、联系电话仅提供给街道办事处用于上门服务',
        items: ['idNumber', 'name', 'birthDate', 'relation', 'address', 'districtCode', 'streetCode'],
        rows: { op: 'prefix', item: 'streetCode', value: '990102' },
        clear: ['idNumber', 'address'],
        pulls: 2,
      },
      { do: 'pull', fate: 'received', format: 'parquet' },
    ],
  },
  {
    key: 'drill',
    asking: {
      from: 'weijian',
      dataset: 'households',
      basis: '《突发公共卫生事件应急条例》。',
      scenario: '应急演练：演练当日一小时内可用，检验跨部门调度。',
      items: ['householdNumber', 'streetCode', 'communityCode'],
      rows: ofStreet,
      // The last two minutes of the hour: it ends while one looks at it.
      term: { from: -58, until: 2 },
    },
    steps: [{ do: 'agree' }],
  },
  {
    key: 'licence-check',
    asking: {
      from: 'shijian',
      dataset: 'qualifications',
      basis: '《药品经营和使用质量监督管理办法》关于执业药师在岗的规定。',
      scenario: '药品经营许可审批：核验执业药师资格。',
      items: ['certificateNumber', 'idNumber', 'name', 'qualification', 'validUntil', 'status'],
      rows: { op: '=', item: 'qualification', value: '执业药师' },
    },
    steps: [
      { do: 'agree', clear: ['idNumber'] },
      { do: 'suspend', by: 'provider', code: 'data-changed', reason: '证书库例行校验，暂停提供，校验完成后恢复。' },
      { do: 'resume', by: 'provider', reason: '证书库校验已完成。' },
      { do: 'pull', fate: 'waiting' },
    ],
  },
  {
    key: 'teachers',
    asking: {
      from: 'jiaoyu',
      dataset: 'qualifications',
      basis: '《教师法》关于教师资格的规定。',
      scenario: '教师招聘资格核验。',
      items: ['certificateNumber', 'idNumber', 'name', 'qualification', 'status'],
      rows: { op: '=', item: 'qualification', value: '教师资格' },
    },
    unapproved: true,
    steps: [],
  },
  {
    key: 'medical-aid',
    asking: {
      from: 'yibao',
      dataset: 'subsistence',
      basis: '《国务院办公厅关于健全重特大疾病医疗保险和救助制度的意见》（国办发〔2021〕42号）。',
      scenario: '医疗救助对象身份认定：低保对象免申即享。',
      items: ['caseNumber', 'applicantId', 'applicantName', 'householdNumber', 'members', 'status', 'districtCode'],
      rows: { op: '=', item: 'status', value: '在享' },
    },
    steps: [{ do: 'agree', clear: ['applicantId'], unapproved: true }],
  },
  {
    key: 'rent-aid',
    asking: {
      from: 'jiaqu-minzheng',
      dataset: 'real-estate',
      basis: lessForms,
      scenario: '困难家庭租赁补贴资格核验：申请家庭名下住房面积。',
      items: ['ownerId', 'area', 'use', 'districtCode', 'streetCode'],
      rows: { op: '=', item: 'districtCode', value: '990101' },
    },
    steps: [],
  },
  {
    key: 'district-pensions',
    asking: {
      from: 'jiaqu-minzheng',
      dataset: 'social-security',
      basis: lessForms,
      scenario: '特困供养资格复核。',
      items: ['idNumber', 'name', 'status', 'months', 'districtCode'],
    },
    steps: [
      { do: 'ask-supplement', missing: '一、请把范围限于甲区；二、说明复核的频次。' },
      {
        do: 'supplement',
        answer: '范围已限于甲区；每季度复核一次，与动态管理周期一致。',
        rows: { op: '=', item: 'districtCode', value: '990101' },
      },
    ],
  },
  {
    key: 'market-vehicles',
    asking: {
      from: 'shijian',
      dataset: 'vehicles',
      basis: '《示例市市场监管专项行动方案（示例）》。',
      scenario: '专项行动中了解经营者财产状况。',
      items: ['registrationNumber', 'model', 'price', 'ownerId', 'ownerName'],
    },
    steps: [
      {
        do: 'refuse',
        code: 'purpose-outside-duties',
        reason: '了解经营者个人财产状况不属于市场监管部门的法定职责，也不在目录所列使用条件之内。',
      },
    ],
  },
  {
    key: 'street-births',
    asking: {
      from: 'jiayi-jiedao',
      dataset: 'births',
      basis: lessForms,
      scenario: '计划免疫随访。',
      items: ['childName', 'bornAt', 'motherId', 'motherName', 'fatherId', 'fatherName', 'streetCode'],
      rows: ofStreet,
    },
    steps: [
      {
        do: 'refuse',
        code: 'scope-not-necessary',
        reason: '随访由社区卫生服务中心承担，街道办理此事无需父母身份号码；建议改为按社区统计人数。',
      },
    ],
  },
  {
    key: 'staff-records',
    asking: {
      from: 'jiaoyu',
      dataset: 'sealed-records',
      basis: '《未成年人保护法》关于从业查询的规定。',
      scenario: '教职员工入职查询。',
      items: ['recordNumber', 'idNumber'],
    },
    refused: 'not-shared',
    steps: [],
  },
];
