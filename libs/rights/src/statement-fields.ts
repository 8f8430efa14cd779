import { statementWords, type Item, type RowScope, type Sentence, type Statement } from '#contracts';
import { checkTextCommitment, CommitmentError } from '#crypto';
import { civilDate } from './civil-date.js';
import { describeAsked } from './describe-item.js';
import { describeTransformation } from './describe-right.js';
import { describeStatement, type StatementValue } from './describe-statement.js';

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
/** A value may have several lines. */
type Field = readonly [label: string, value: string];

/**
 * A statement in words, field by field, from its own content and nothing else: what a person reads before signing. Every field of the
 * body appears; one that has no label here appears under its own name.
 */
export function statementFields(statement: Statement, source: StatementSource): Field[] {
  const { say } = source;
  return [
    [say({ zh: '事项', en: 'Statement' }), `${say(statementWords[statement.type])}  (${statement.type})`],
    [say({ zh: '账本', en: 'Ledger' }), statement.origin],
    [say({ zh: '签署部门', en: 'Issuer' }), named(statement.issuer, source)],
    [say({ zh: '签名密钥', en: 'Key' }), statement.keyId],
    [say({ zh: '编号', en: 'Id' }), statement.id],
    [say({ zh: '时间', en: 'At' }), `${timeText(statement.at)}  (${statement.at})`],
    ...(statement.after === undefined ? [] : [[say({ zh: '承接', en: 'Follows' }), statement.after] as const]),
    ...contentFields(statement, source),
  ];
}

/** Who approved a statement and every field of its body: what is left where its issuer, kind and time stand elsewhere. */
export function contentFields(statement: Statement, source: StatementSource): Field[] {
  const { say } = source;
  return [
    ...(statement.approvals ?? []).map((one): Field => [
      say({ zh: '审批', en: 'Approved' }),
      `${named(one.office, source)}  ${named(one.person, source)}  ${timeText(one.at)}`,
    ]),
    ...describeStatement(statement).map(({ label, value }): Field => [say(label), valueText(value, source)]),
  ];
}

function named(text: string, { nameOf }: StatementSource): string {
  const name = nameOf(text);
  return name ? `${name}  ${text}` : text;
}

function valueText(value: StatementValue, source: StatementSource): string {
  const { say } = source;
  switch (value.kind) {
    case 'text':
    case 'digest':
      return value.text;
    case 'words':
      return say(value.words);
    case 'count':
      return countText(value.count);
    case 'instant':
      return `${timeText(value.at)}  (${value.at})`;
    case 'name':
      return named(value.id, source);
    case 'prose':
      return proseText(value.commitment, source);
    case 'list':
      return value.of.map((one) => valueText(one, source)).join(say({ zh: '、', en: ', ' })) || '–';
    case 'items':
      return value.items.map((item) => itemText(item, say)).join('\n');
    case 'masks':
      return value.masks.map((one) => `${one.item}: ${maskText(one.transformation, say)}`).join('\n') || '–';
    case 'rows':
      return source.scopeText(value.rows);
    case 'window': {
      const { from, until } = value.window;
      return `${timeText(from)} – ${lastDayText(until)}  (${from} / ${until})`;
    }
    case 'quota': {
      const { pulls, rows, pullsPerDay } = value.quota;
      return say({
        zh: `${pulls} 次，共 ${countText(rows)} 行，每日 ${pullsPerDay} 次`,
        en: `${pulls} pulls, ${countText(rows)} rows in all, ${pullsPerDay} pulls a day`,
      });
    }
    case 'obligations': {
      const { deleteBy, accountForUse } = value.obligations;
      const parts = [
        ...(deleteBy ? [say({ zh: `${deleteBy} 前销毁`, en: `delete by ${deleteBy}` })] : []),
        ...(accountForUse ? [say({ zh: '记录使用情况', en: 'account for use' })] : []),
      ];
      return parts.join(say({ zh: '，', en: ', ' })) || '–';
    }
  }
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
    ...describeAsked(item).map(say),
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
