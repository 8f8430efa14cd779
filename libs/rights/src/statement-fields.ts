import {
  custodyWords,
  decisionWords,
  endingReasonWords,
  endReasonWords,
  levelWords,
  methodWords,
  refusalReasonWords,
  roleWords,
  shareTypeWords,
  statementWords,
  updateCycleWords,
  word,
  type Item,
  type RowScope,
  type Sentence,
  type Statement,
} from '#contracts';
import { checkTextCommitment, CommitmentError } from '#crypto';
import { civilDate } from './civil-date.js';
import { describeTransformation } from './describe-right.js';

type Say = (sentence: Sentence) => string;

export interface StatementSource {
  readonly say: Say;
  /** Texts behind commitments, as the exchange sent them; only those that the commitment proves are shown as its text. */
  readonly texts: Readonly<Record<string, { readonly key: string; readonly text: string }>>;
  /** Names known for codes and ids. They come from the exchange, so the code stands beside each. */
  readonly nameOf: (codeOrId: string) => string | undefined;
  /** A row scope in words, whole: nobody signs what was left out. */
  readonly scopeText: (rows: RowScope) => string;
}
/** Label and value; a value may have several lines. */
export type StatementField = readonly [label: string, value: string];
type Field = StatementField;

/**
 * A statement in words, field by field, from its own content and nothing else: what a person reads before signing. Every field of the
 * body appears; one that has no label here appears under its own name.
 */
export function statementFields(statement: Statement, source: StatementSource): Field[] {
  const { say } = source;
  const named = (text: string) => {
    const name = source.nameOf(text);
    return name ? `${name}  ${text}` : text;
  };
  return [
    [say({ zh: '事项', en: 'Statement' }), `${say(statementWords[statement.type])}  (${statement.type})`],
    [say({ zh: '账本', en: 'Ledger' }), statement.origin],
    [say({ zh: '签署部门', en: 'Issuer' }), named(statement.issuer)],
    [say({ zh: '签名密钥', en: 'Key' }), statement.keyId],
    [say({ zh: '编号', en: 'Id' }), statement.id],
    [say({ zh: '时间', en: 'At' }), `${timeText(statement.at)}  (${statement.at})`],
    ...(statement.after === undefined ? [] : [[say({ zh: '承接', en: 'Follows' }), statement.after] as const]),
    ...(statement.approvals ?? []).map((one): Field => [
      say({ zh: '审批', en: 'Approved' }),
      `${named(one.office)}  ${named(one.person)}  ${timeText(one.at)}`,
    ]),
    ...bodyFields(statement.body, source, ''),
  ];
}

function bodyFields(body: object, source: StatementSource, under: string): Field[] {
  // Storage does not keep the order of keys; people read best what is important first.
  return Object.entries(body)
    .toSorted(([a], [b]) => rankOf(a) - rankOf(b))
    .flatMap(([key, value]) => fieldsOf(key, value, source, under));
}

const labels: Record<string, Sentence> = {
  department: { zh: '部门', en: 'Department' },
  name: { zh: '名称', en: 'Name' },
  level: { zh: '层级', en: 'Level' },
  region: { zh: '区划', en: 'Region' },
  parent: { zh: '上级部门', en: 'Parent' },
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
  category: { zh: '分类', en: 'Category' },
  abstract: { zh: '摘要', en: 'Abstract' },
  items: { zh: '数据项', en: 'Items' },
  shareType: { zh: '共享属性', en: 'Sharing' },
  shareCondition: { zh: '共享条件', en: 'Condition' },
  shareMethods: { zh: '共享方式', en: 'Methods' },
  open: { zh: '开放', en: 'Open' },
  openCondition: { zh: '开放条件', en: 'Open condition' },
  updateCycle: { zh: '更新周期', en: 'Update cycle' },
  publishedOn: { zh: '发布日期', en: 'Published on' },
  classification: { zh: '分类', en: 'Classification' },
  grade: { zh: '分级', en: 'Grade' },
  relatedCodes: { zh: '关联代码', en: 'Related codes' },
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
  formats: { zh: '格式', en: 'Formats' },
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
  ciphertextSha256: { zh: '密文摘要', en: 'Ciphertext SHA-256' },
  plaintextHmac: { zh: '明文校验值', en: 'Plaintext HMAC' },
  sizeBytes: { zh: '字节数', en: 'Bytes' },
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
  code: { ...endingReasonWords, ...refusalReasonWords },
};
// Objects whose fields speak for themselves; their own name would only indent them.
const transparent = new Set(['entry', 'asked', 'terms', 'purpose', 'competent', 'key', 'exchangeKey', 'logKey', 'quotaBefore']);
const proseKeys = new Set([
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
const isCommitment = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function fieldsOf(key: string, value: unknown, source: StatementSource, under: string): Field[] {
  const { say } = source;
  const label = under + (labels[key] ? say(labels[key]) : key);
  if (key === 'items' && Array.isArray(value) && typeof value[0] === 'object')
    return [[label, value.map((item: Item) => itemText(item, say)).join('\n')]];
  if (key === 'transformations' && Array.isArray(value))
    return [[label, value.map((one) => `${one.item}: ${maskText(one.transformation, say)}`).join('\n') || '–']];
  if (key === 'rows' && typeof value === 'object') return [[label, source.scopeText(value as RowScope)]];
  if (key === 'window') {
    const { from, until } = value as { from: string; until: string };
    return [[label, `${timeText(from)} – ${lastDayText(until)}  (${from} / ${until})`]];
  }
  if (key === 'quota') {
    const { pulls, rows, pullsPerDay } = value as { pulls: number; rows: number; pullsPerDay: number };
    return [
      [
        label,
        say({
          zh: `${pulls} 次，共 ${countText(rows)} 行，每日 ${pullsPerDay} 次`,
          en: `${pulls} pulls, ${countText(rows)} rows in all, ${pullsPerDay} pulls a day`,
        }),
      ],
    ];
  }
  if (key === 'obligations') {
    const { deleteBy, accountForUse } = value as { deleteBy?: string; accountForUse: boolean };
    const parts = [
      ...(deleteBy ? [say({ zh: `${deleteBy} 前销毁`, en: `delete by ${deleteBy}` })] : []),
      ...(accountForUse ? [say({ zh: '记录使用情况', en: 'account for use' })] : []),
    ];
    return [[label, parts.join(say({ zh: '，', en: ', ' })) || '–']];
  }
  if (proseKeys.has(key) && isCommitment(value)) return [[label, proseText(value, source)]];
  if (Array.isArray(value))
    return [[label, value.map((one) => scalarText(key, one, source)).join(say({ zh: '、', en: ', ' })) || '–']];
  if (typeof value === 'object' && value !== null) return bodyFields(value, source, transparent.has(key) ? under : `${label} · `);
  return [[label, scalarText(key, value, source)]];
}

function scalarText(key: string, value: unknown, { say, nameOf }: StatementSource): string {
  if (typeof value === 'boolean') return value ? say({ zh: '是', en: 'yes' }) : say({ zh: '否', en: 'no' });
  if (typeof value === 'number') return countText(value);
  const text = String(value);
  const words = wordsByKey[key];
  if (words?.[text]) return say(word(words, text));
  const name = nameOf(text);
  return name ? `${name}  ${text}` : text;
}

function proseText(commitment: string, { say, texts }: StatementSource): string {
  const known = texts[commitment];
  if (!known)
    return say({
      zh: `（只有承诺值，原文未出示）${commitment}`,
      en: `(only its commitment; the text was not shown) ${commitment}`,
    });
  try {
    checkTextCommitment(commitment, known.key, known.text);
  } catch (error) {
    if (!(error instanceof CommitmentError)) throw error;
    return say({
      zh: `（平台出示的原文与承诺值不符）${commitment}`,
      en: `(the text that the exchange shows is NOT the committed one) ${commitment}`,
    });
  }
  return known.text;
}

function itemText(item: Item, say: Say): string {
  const marks = [
    ...(item.required ? [say({ zh: '必填', en: 'required' })] : []),
    ...(item.personal ? [say({ zh: '个人信息', en: 'personal' })] : []),
    ...(item.mask ? [maskText(item.mask, say)] : []),
  ];
  const type = item.scale === undefined ? item.type : `${item.type}(${item.scale})`;
  return [item.name, type, item.title, ...marks].join('  ');
}

const maskText = (mask: NonNullable<Item['mask']>, say: Say) =>
  say({ zh: describeTransformation(mask, 'zh'), en: describeTransformation(mask, 'en') });
const countText = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** `2026-03-04 09:30` by the clock in Beijing, by which departments work; the exact instant stands beside it. */
function timeText(instant: string): string {
  const wall = new Date(Date.parse(instant) + 8 * 3_600_000).toISOString();
  return wall.slice(0, 16).replace('T', ' ');
}
/** The last day that a half-open end still covers. */
const lastDayText = (until: string) => civilDate(new Date(Date.parse(until) - 1).toISOString());
