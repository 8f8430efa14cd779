import {
  custodyWords,
  decisionWords,
  deliveryFormatWords,
  endingReasonWords,
  endReasonWords,
  levelWords,
  methodWords,
  refusalReasonWords,
  refusalTexts,
  resourceFormatWords,
  roleWords,
  shareTypeWords,
  updateCycleWords,
  useKindWords,
  type Item,
  type Quota,
  type RightTerms,
  type RowScope,
  type Sentence,
  type StateKind,
  type Statement,
  type StatementType,
} from '#contracts';

/** A field's value by what it is, so that each reader (terminal, page) shows it its own way. Nothing is lost on the way. */
export type StatementValue =
  | { readonly kind: 'text' | 'digest'; readonly text: string }
  /** A value of the vocabulary; `text` is how it was signed. */
  | { readonly kind: 'words'; readonly words: Sentence; readonly text: string }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'instant'; readonly at: string }
  /** Something that has a name elsewhere. */
  | { readonly kind: 'name'; readonly of: StateKind | 'person'; readonly id: string }
  /** A text of which the ledger holds only the commitment. */
  | { readonly kind: 'prose'; readonly commitment: string }
  | { readonly kind: 'list'; readonly of: readonly StatementValue[] }
  | { readonly kind: 'items'; readonly items: readonly Item[] }
  | { readonly kind: 'masks'; readonly masks: RightTerms['transformations'] }
  | { readonly kind: 'rows'; readonly rows: RowScope }
  | { readonly kind: 'window'; readonly window: RightTerms['window'] }
  | { readonly kind: 'quota'; readonly quota: Quota }
  | { readonly kind: 'obligations'; readonly obligations: RightTerms['obligations'] };

/** One field of a statement's body. */
export interface StatementField {
  readonly key: string;
  /** What the field is called; where it stands inside something named, that comes first. */
  readonly label: Sentence;
  readonly value: StatementValue;
}

/**
 * The body of a statement, field by field, from its own content and nothing else: what a person reads before signing and in the trail.
 * Every field appears, the important ones first; one that has no label here appears under its own name.
 */
export function describeStatement(statement: Statement): StatementField[] {
  return fieldsIn(statement.body, statement.type, noLabel);
}

const noLabel: Sentence = { zh: '', en: '' };

const labels: Record<string, Sentence> = {
  department: { zh: '部门', en: 'Department' },
  name: { zh: '名称', en: 'Name' },
  level: { zh: '层级', en: 'Level' },
  region: { zh: '区划', en: 'Region' },
  parent: { zh: '上级部门', en: 'Parent' },
  competent: { zh: '主管部门', en: 'Competent department' },
  key: { zh: '密钥', en: 'Key' },
  exchangeKey: { zh: '平台密钥', en: 'Key of the exchange' },
  logKey: { zh: '账本密钥', en: 'Key of the log' },
  inForce: { zh: '生效条件', en: 'Counts when' },
  keyId: { zh: '密钥编号', en: 'Key id' },
  publicKey: { zh: '公钥', en: 'Public key' },
  custody: { zh: '保管', en: 'Custody' },
  proof: { zh: '持有证明', en: 'Proof' },
  recipient: { zh: '接收公钥', en: 'Recipient' },
  recipients: { zh: '接收公钥', en: 'Recipients' },
  label: { zh: '名称', en: 'Label' },
  person: { zh: '人员', en: 'Person' },
  roles: { zh: '角色', en: 'Roles' },
  title: { zh: '名称', en: 'Title' },
  resourceCode: { zh: '资源代码', en: 'Resource code' },
  category: { zh: '资源分类', en: 'Category' },
  abstract: { zh: '摘要', en: 'Abstract' },
  items: { zh: '数据项', en: 'Items' },
  shareType: { zh: '共享属性', en: 'Sharing' },
  shareCondition: { zh: '共享条件', en: 'Condition' },
  shareMethods: { zh: '共享方式', en: 'Methods' },
  open: { zh: '开放', en: 'Open' },
  openCondition: { zh: '开放条件', en: 'Open condition' },
  updateCycle: { zh: '更新周期', en: 'Update cycle' },
  publishedOn: { zh: '发布日期', en: 'Published on' },
  classification: { zh: '数据分类', en: 'Classification' },
  grade: { zh: '数据分级', en: 'Grade' },
  relatedCodes: { zh: '关联代码', en: 'Related codes' },
  leftOut: { zh: '剔除的不合格行', en: 'Rows left out' },
  noSecrets: { zh: '不含国家秘密、工作秘密', en: 'No state or work secrets' },
  dataset: { zh: '数据资源', en: 'Dataset' },
  number: { zh: '版本号', en: 'Number' },
  rows: { zh: '数据行', en: 'Rows' },
  provider: { zh: '提供部门', en: 'Provider' },
  request: { zh: '申请', en: 'Request' },
  right: { zh: '使用权', en: 'Right' },
  delivery: { zh: '数据提供', en: 'Delivery' },
  decision: { zh: '答复', en: 'Decision' },
  condition: { zh: '所依条件', en: 'Condition' },
  basis: { zh: '使用依据', en: 'Legal basis' },
  scenario: { zh: '使用场景', en: 'Scenario' },
  method: { zh: '共享方式', en: 'Method' },
  format: { zh: '格式', en: 'Format' },
  compression: { zh: '压缩', en: 'Compression' },
  formats: { zh: '格式', en: 'Formats' },
  since: { zh: '只含此后的变化', en: 'Only changes since' },
  window: { zh: '使用时限', en: 'Term' },
  quota: { zh: '配额', en: 'Quota' },
  version: { zh: '数据版本', en: 'Version' },
  grantor: { zh: '授权部门', en: 'Grantor' },
  grantee: { zh: '被授权部门', en: 'Grantee' },
  transformations: { zh: '脱敏', en: 'Masking' },
  obligations: { zh: '义务', en: 'Obligations' },
  missing: { zh: '需补充', en: 'Missing' },
  answer: { zh: '补充说明', en: 'Answer' },
  reason: { zh: '理由', en: 'Reason' },
  code: { zh: '理由代码', en: 'Code' },
  article: { zh: '依据条款', en: 'Article' },
  filing: { zh: '备案号', en: 'Filing' },
  kind: { zh: '种类', en: 'Kind' },
  record: { zh: '记录', en: 'Record' },
  by: { zh: '取消方', en: 'Cancelled by' },
  bytesAtMost: { zh: '至多字节数', en: 'Bytes at most' },
  complete: { zh: '完整取走', en: 'Whole' },
  rowsAtMost: { zh: '至多数据行', en: 'Rows at most' },
  quotaBefore: { zh: '此前已用', en: 'Used before' },
  pulls: { zh: '次数', en: 'Pulls' },
  pullsToday: { zh: '当日次数', en: 'Pulls that day' },
  decidedAt: { zh: '判定时间', en: 'Judged at' },
  computedAt: { zh: '判定所据账本序号', en: 'Judged by the ledger up to' },
  sizeBytes: { zh: '字节数', en: 'Bytes' },
  parts: { zh: '文件块', en: 'Parts' },
  ciphertextSha256: { zh: '密文摘要', en: 'Ciphertext SHA-256' },
  plaintextHmac: { zh: '明文校验值', en: 'Plaintext HMAC' },
  commitment: { zh: '内容承诺值', en: 'Commitment to the content' },
  schemaDigest: { zh: '结构摘要', en: 'Digest of the schema' },
  attempt: { zh: '处理批次', en: 'Attempt' },
  download: { zh: '下载编号', en: 'Download' },
};
const order = Object.keys(labels);
const rankOf = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);

const wordsByKey: Record<string, Record<string, Sentence>> = {
  level: levelWords,
  custody: custodyWords,
  decision: decisionWords,
  method: methodWords,
  shareMethods: methodWords,
  shareType: shareTypeWords,
  roles: roleWords,
  reason: endReasonWords,
  updateCycle: updateCycleWords,
  formats: deliveryFormatWords,
  inForce: { durable: { zh: '写入账本', en: 'durable' }, witnessed: { zh: '见证节点签封', en: 'witnessed' } },
  by: { requester: { zh: '使用部门', en: 'the requesting department' }, end: { zh: '使用权终结', en: 'the end of the right' } },
};
/** Keys whose words depend on what is being said. */
const wordsByType: Partial<Record<StatementType, Record<string, Record<string, Sentence>>>> = {
  'dataset.entered': { format: resourceFormatWords },
  'dataset.changed': { format: resourceFormatWords },
  'pull.signed': { format: deliveryFormatWords },
  'delivery.decided': { format: deliveryFormatWords },
  'request.refused': { code: refusalReasonWords },
  'right.suspended': { code: endingReasonWords },
  'right.terminated': { code: endingReasonWords },
  'pull.refused': { code: refusalTexts },
  'delivery.failed': { code: refusalTexts },
  'use.recorded': { kind: useKindWords },
};
const objects: Record<string, StateKind | 'person'> = {
  department: 'department',
  parent: 'department',
  provider: 'department',
  grantor: 'department',
  grantee: 'department',
  person: 'person',
  dataset: 'dataset',
  version: 'version',
  request: 'request',
  right: 'right',
  delivery: 'delivery',
  since: 'delivery',
  keyId: 'key',
  recipient: 'recipient',
  recipients: 'recipient',
};
// Objects whose fields speak for themselves; their own name would only indent them.
const transparent = new Set(['entry', 'asked', 'terms', 'purpose']);
const prose = new Set([
  'abstract',
  'shareCondition',
  'openCondition',
  'basis',
  'scenario',
  'missing',
  'answer',
  'condition',
  'reason',
  'record',
]);
const isDigest = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

// Storage does not keep the order of keys; people read best what is important first.
function fieldsIn(body: object, type: StatementType, under: Sentence): StatementField[] {
  return Object.entries(body)
    .toSorted(([a], [b]) => rankOf(a) - rankOf(b))
    .flatMap(([key, value]) => fieldsOf(key, value, type, under));
}

function fieldsOf(key: string, value: unknown, type: StatementType, under: Sentence): StatementField[] {
  const own = labels[key] ?? { zh: key, en: key };
  const label = { zh: under.zh + own.zh, en: under.en + own.en };
  const one = (shown: StatementValue): StatementField[] => [{ key, label, value: shown }];
  if (Array.isArray(value)) {
    if (key === 'items' && typeof value[0] === 'object') return one({ kind: 'items', items: value as Item[] });
    if (key === 'transformations') return one({ kind: 'masks', masks: value as RightTerms['transformations'] });
    return one({ kind: 'list', of: value.map((part) => scalar(key, part, type)) });
  }
  if (typeof value !== 'object' || value === null) return one(scalar(key, value, type));
  switch (key) {
    case 'rows':
      return one({ kind: 'rows', rows: value as RowScope });
    case 'window':
      return one({ kind: 'window', window: value as RightTerms['window'] });
    case 'quota':
      return one({ kind: 'quota', quota: value as Quota });
    case 'obligations':
      return one({ kind: 'obligations', obligations: value as RightTerms['obligations'] });
    default:
      return fieldsIn(value, type, transparent.has(key) ? under : { zh: `${label.zh} · `, en: `${label.en} · ` });
  }
}

const place = /\{\w+\}/g;
const yesNo = { true: { zh: '是', en: 'yes' }, false: { zh: '否', en: 'no' } } as const;

function scalar(key: string, value: unknown, type: StatementType): StatementValue {
  if (typeof value === 'number') return { kind: 'count', count: value };
  const text = String(value);
  if (typeof value === 'boolean') return { kind: 'words', words: yesNo[text as 'true' | 'false'], text };
  const words = (wordsByType[type]?.[key] ?? wordsByKey[key])?.[text];
  // A sentence of a refusal has places for what its code alone does not tell.
  if (words) return { kind: 'words', words: { zh: words.zh.replace(place, '…'), en: words.en.replace(place, '…') }, text };
  if (prose.has(key) && isDigest(value)) return { kind: 'prose', commitment: value };
  if (isDigest(value)) return { kind: 'digest', text };
  if (key === 'decidedAt') return { kind: 'instant', at: text };
  const of = objects[key];
  // The latest version is no object yet.
  if (of && text !== 'latest') return { kind: 'name', of, id: text };
  if (text === 'latest') return { kind: 'words', words: { zh: '每次提取时的最新版本', en: 'the latest at each pull' }, text };
  return { kind: 'text', text };
}
