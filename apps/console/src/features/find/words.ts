import { defineWords } from '../../lib/words';

export const findWords = defineWords('find', {
  title: { zh: '政务数据资源目录', en: 'Catalogue of datasets' },
  search: { zh: '名称、摘要、数据项或代码', en: 'Title, abstract, item or code' },
  filters: { zh: '检索条件', en: 'Search and filters' },
  provider: { zh: '提供部门', en: 'Provider' },
  shareType: { zh: '共享属性', en: 'Sharing' },
  updateCycle: { zh: '更新周期', en: 'Cycle' },
  grade: { zh: '数据分级', en: 'Grade' },
  hasVersion: { zh: '有数据', en: 'With data' },
  mine: { zh: '本部门的', en: 'Our own' },
  clear: { zh: '清除条件', en: 'Clear' },
  none: { zh: '目录中还没有条目。', en: 'The catalogue is empty.' },
  noneFound: { zh: '没有符合条件的条目。换个词，或清除条件。', en: 'Nothing matches. Try another word, or clear the filters.' },
  label: { zh: '检索结果', en: 'What was found' },
  name: { zh: '名称', en: 'Title' },
  items: { zh: '数据项', en: 'Items' },
  rows: { zh: '数据行', en: 'Rows' },
  latest: { zh: '最新数据', en: 'Latest data' },
  noData: { zh: '尚无数据', en: 'No data yet' },
});

export const datasetWords = defineWords('dataset', {
  name: { zh: '政务数据资源', en: 'Dataset' },
  whatNow: { zh: '我现在可以做什么', en: 'What I may do now' },
  basics: { zh: '目录信息', en: 'The entry' },
  code: { zh: '代码', en: 'Code' },
  category: { zh: '数据资源分类', en: 'Category' },
  provider: { zh: '提供单位', en: 'Provider' },
  providerCode: { zh: '提供单位代码', en: "Provider's code" },
  abstract: { zh: '摘要', en: 'Abstract' },
  format: { zh: '数据资源格式', en: 'Format' },
  format1: { zh: '电子文件', en: 'Document' },
  format2: { zh: '电子表格', en: 'Spreadsheet' },
  format3: { zh: '数据库', en: 'Database' },
  format4: { zh: '图形图像', en: 'Image' },
  format5: { zh: '流媒体', en: 'Streaming media' },
  format6: { zh: '自描述格式', en: 'Self-describing' },
  format7: { zh: '服务接口', en: 'Service interface' },
  shareType: { zh: '共享属性', en: 'Sharing attribute' },
  condition: { zh: '共享条件', en: 'Conditions of use' },
  citation: { zh: '不予共享的依据', en: 'Why it is not shared' },
  methods: { zh: '共享方式', en: 'Methods' },
  file: { zh: '文件', en: 'Files' },
  query: { zh: '查询', en: 'Query' },
  table: { zh: '库表', en: 'Table' },
  open: { zh: '开放属性', en: 'Open to the public' },
  isOpen: { zh: '向社会开放', en: 'Yes' },
  isNotOpen: { zh: '不向社会开放', en: 'No' },
  openCondition: { zh: '开放条件', en: 'Conditions of opening' },
  updateCycle: { zh: '更新周期', en: 'Cycle' },
  publishedOn: { zh: '发布日期', en: 'Published on' },
  classification: { zh: '数据分类', en: 'Classification' },
  grade: { zh: '数据分级', en: 'Grade' },
  related: { zh: '关联资源代码', en: 'Related codes' },
  enteredAt: { zh: '登记时间', en: 'Entered' },
  items: { zh: '数据项（{{count}}）', en: { one: '{{count}} item', other: '{{count}} items' } },
  versions: { zh: '数据版本', en: 'Versions' },
  noVersions: { zh: '提供部门还没有发布数据。', en: 'The provider has published no data yet.' },
  versionNumber: { zh: '第 {{number}} 版', en: 'Version {{number}}' },
  rowCount: { zh: '{{rows}} 行', en: '{{rows}} rows' },
  latest: { zh: '最新', en: 'latest' },
  ours: { zh: '本部门的使用权与申请', en: "My department's rights and requests" },
  noneOfOurs: { zh: '本部门还没有申请过。', en: 'My department has not asked for it yet.' },
  right: { zh: '使用权', en: 'Right' },
  request: { zh: '共享申请', en: 'Request' },
  rightUntil: { zh: '至 {{date}}', en: 'through {{date}}' },
  pullsUsed: { zh: '已提取 {{used}}/{{all}} 次', en: '{{used}} of {{all}} pulls used' },
  receivedAt: { zh: '受理于', en: 'Received' },
  publish: { zh: '去发布数据', en: 'Publish data' },
  pull: { zh: '去提取', en: 'Pull data' },
  'see-right': { zh: '查看使用权', en: 'See the right' },
  supplement: { zh: '去补充材料', en: 'Supply what is missing' },
  'see-request': { zh: '查看申请', en: 'See the request' },
  'see-proposal': { zh: '查看待审批的申请', en: 'See what waits' },
  ask: { zh: '去申请', en: 'Ask for it' },
  askAgain: { zh: '另行申请', en: 'Ask for more' },
});

/** The one sentence of `standingOf`, by kind. */
export const standingWords = defineWords('standing', {
  own: {
    zh: '这是本部门的政务数据资源，已有数据可供其他部门申请。',
    en: "It is my department's own; its data can be asked for by others.",
  },
  ownEmpty: {
    zh: '这是本部门的政务数据资源，尚未发布数据。',
    en: "It is my department's own, and no data is published yet.",
  },
  usable: {
    zh: '您的部门持有使用权，可提取至 {{date}}，还可提取 {{count}} 次、共 {{rows}} 行。',
    en: {
      one: 'Your department holds a right: it may pull through {{date}}, {{count}} more time, {{rows}} rows in all.',
      other: 'Your department holds a right: it may pull through {{date}}, {{count}} more times, {{rows}} rows in all.',
    },
  },
  'no-version': {
    zh: '您的部门持有使用权（至 {{date}}），但{{provider}}还没有发布数据；发布后即可提取。',
    en: 'Your department holds a right (through {{date}}), but {{provider}} has published no data yet; once it has, you can pull.',
  },
  'used-up-today': {
    zh: '您的部门持有使用权（至 {{date}}），今天的提取次数已用完，明天可继续提取；还可提取 {{count}} 次。',
    en: {
      one: "Your department holds a right (through {{date}}); today's pulls are used up. From tomorrow {{count}} more pull.",
      other: "Your department holds a right (through {{date}}); today's pulls are used up. From tomorrow {{count}} more pulls.",
    },
  },
  'not-yet': {
    zh: '您的部门持有使用权，自 {{date}} 起可以提取。',
    en: 'Your department holds a right that begins on {{date}}.',
  },
  suspended: {
    zh: '您的部门的使用权已由{{by}}暂停，恢复前不能提取；请与其联系。',
    en: "Your department's right is suspended by {{by}}; nothing can be pulled until it is resumed. Please get in touch with them.",
  },
  supplement: {
    zh: '{{provider}}一次性告知您的申请需要补充材料；补齐后对方继续答复。',
    en: '{{provider}} named what your request lacks; once you supply it, they go on to decide.',
  },
  asked: {
    zh: '您的部门的申请已于 {{received}} 受理，{{provider}}须在 {{due}} 前答复（还剩 {{count}} 个工作日）。',
    en: {
      one: 'Your request was received on {{received}}; {{provider}} must reply by {{due}} ({{count}} working day left).',
      other: 'Your request was received on {{received}}; {{provider}} must reply by {{due}} ({{count}} working days left).',
    },
  },
  askedToday: {
    zh: '您的部门的申请已于 {{received}} 受理，{{provider}}须在今天（{{due}}）答复。',
    en: 'Your request was received on {{received}}; {{provider}} must reply today ({{due}}).',
  },
  askedLate: {
    zh: '您的部门的申请已于 {{received}} 受理，{{provider}}应在 {{due}} 前答复，已逾期 {{count}} 个工作日。',
    en: {
      one: 'Your request was received on {{received}}; {{provider}} had to reply by {{due}} and is {{count}} working day late.',
      other:
        'Your request was received on {{received}}; {{provider}} had to reply by {{due}} and is {{count}} working days late.',
    },
  },
  askedNoDate: {
    zh: '您的部门的申请已于 {{received}} 受理，等待{{provider}}答复。',
    en: 'Your request was received on {{received}} and awaits the reply of {{provider}}.',
  },
  'awaiting-approval': {
    zh: '您的部门的申请已拟好，待本部门共享工作机构负责人审批后送达{{provider}}。',
    en: "Your department's request is written; it goes to {{provider}} once your own office head approves it.",
  },
  'awaiting-signature': {
    zh: '您的部门的申请已审批，待本部门签名后送达{{provider}}。',
    en: "Your department's request is approved; it goes to {{provider}} once your department has signed it.",
  },
  'awaiting-seal': {
    zh: '您的部门的申请正在存证，稍后送达{{provider}}。',
    en: "Your department's request is being sealed and reaches {{provider}} in a moment.",
  },
  'not-shared': { zh: '不予共享。依据：{{citation}}', en: 'It is not shared. The law behind it: {{citation}}' },
  'ask-conditional': {
    zh: '有条件共享：申请时说明使用依据与场景，{{provider}}在受理后 {{count}} 个工作日内答复。',
    en: {
      one: 'Shared on conditions: state legal basis and scenario; {{provider}} replies within {{count}} working day of receipt.',
      other:
        'Shared on conditions: state legal basis and scenario; {{provider}} replies within {{count}} working days of receipt.',
    },
  },
  'ask-unconditional': {
    zh: '无条件共享：申请时说明使用依据与场景即可，{{provider}}在受理后 {{count}} 个工作日内答复。',
    en: {
      one: 'Shared without conditions: state legal basis and scenario; {{provider}} replies within {{count}} working day of receipt.',
      other:
        'Shared without conditions: state legal basis and scenario; {{provider}} replies within {{count}} working days of receipt.',
    },
  },
  'right-ended': { zh: '原使用权已于 {{date}} 到期。', en: 'The right that you held ended on {{date}}.' },
  'right-terminated': { zh: '原使用权已由{{by}}终止。', en: 'The right that you held was terminated by {{by}}.' },
  'right-used-up-pulls': { zh: '原使用权的提取次数已用完。', en: 'All pulls of the right that you hold are used.' },
  'right-used-up-rows': { zh: '原使用权的行数已用完。', en: 'All rows of the right that you hold are used.' },
  'request-refused': {
    zh: '上次申请未获同意，可查看理由，修改后再申请。',
    en: 'Your last request was refused; read the reason and ask anew.',
  },
  notRequester: { zh: '由本部门的使用人员提出申请。', en: 'A requester of your department can ask for it.' },
});
