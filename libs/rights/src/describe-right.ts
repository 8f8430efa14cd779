import { shortId, type Format, type Item, type RightTerms, type Transformation } from '#contracts';
import { civilDate, dateOfDay, dayNumber } from './civil-date.js';
import { describeScope, type Locale } from './describe-scope.js';
import { itemsByName } from './items-by-name.js';

/** Words for what terms name by code or commitment. */
export interface RightNames {
  readonly dataset: string;
  readonly grantor: string;
  readonly grantee: string;
  /** The dataset's items, for their titles. */
  readonly items: readonly Item[];
  /** The purpose in words; empty where it was erased or may not be read. */
  readonly purpose: { readonly basis: string; readonly scenario: string };
}

const shownItems = 20;
const formatNames: Record<Format, string> = {
  csv: 'CSV',
  'csv-bom': 'CSV (Excel)',
  'csv-gb18030': 'CSV (GB18030)',
  xlsx: 'XLSX',
  parquet: 'Parquet',
  jsonl: 'JSON Lines',
};
const methodNames = { file: ['文件', 'as files'], query: ['查询', 'by query'], table: ['库表', 'as a table'] } as const;

/** The one sentence that says who may use what, for which purpose and until when, and what it owes for it. */
export function describeRight(terms: RightTerms, names: RightNames, locale: Locale): string {
  return locale === 'zh' ? inChinese(terms, names) : inEnglish(terms, names);
}

function inChinese(terms: RightTerms, names: RightNames): string {
  const { quota, obligations, purpose } = wordsOf(terms, names, '（未公开）');
  const masks = describeMasks(terms, names, 'zh');
  return [
    `${names.grantee}自 ${firstMoment(terms)} 起至 ${lastMoment(terms, 'zh')}，`,
    `为“${purpose.scenario}”（依据：${purpose.basis}），`,
    `可以${methodNames[terms.method][0]}方式使用${names.grantor}“${names.dataset}”${versionWords(terms, 'zh')}的${describeItems(terms, names, 'zh')}`,
    masks === '' ? '（不脱敏）' : `（${masks}）`,
    terms.rows.op === 'all' ? '，全部数据行；' : `，限于${describeScope(terms.rows, names.items, 'zh')} 的数据行；`,
    `最多提取 ${quota.pulls} 次、每日 ${quota.pullsPerDay} 次、共 ${quota.rows} 行，格式 ${formats(terms, '、')}；`,
    '不得超出用途，不得向第三方提供',
    obligations.accountForUse ? '，须记录使用情况' : '',
    obligations.deleteBy === undefined ? '' : `，须于 ${obligations.deleteBy} 前销毁`,
    '。',
  ].join('');
}

function inEnglish(terms: RightTerms, names: RightNames): string {
  const { quota, obligations, purpose } = wordsOf(terms, names, '(not disclosed)');
  const masks = describeMasks(terms, names, 'en');
  return [
    `${names.grantee} may use ${describeItems(terms, names, 'en')} of ${names.grantor}'s “${names.dataset}”${versionWords(terms, 'en')}`,
    terms.rows.op === 'all' ? ', all rows' : `, where ${describeScope(terms.rows, names.items, 'en')}`,
    masks === '' ? ', unmasked' : `, with ${masks}`,
    `, ${methodNames[terms.method][1]} (${formats(terms, ', ')})`,
    `, for “${purpose.scenario}” on the basis of ${purpose.basis}`,
    `, from ${firstMoment(terms)} ${lastMoment(terms, 'en')}`,
    `, at most ${quota.pulls} pulls, ${quota.pullsPerDay} a day, ${quota.rows} rows in all`,
    '; not for another purpose, not passed on',
    obligations.accountForUse ? ', with its use accounted for' : '',
    obligations.deleteBy === undefined ? '' : `, deleted by ${obligations.deleteBy}`,
    '.',
  ].join('');
}

function wordsOf(terms: RightTerms, names: RightNames, hidden: string) {
  const { quota, obligations } = terms;
  return { quota, obligations, purpose: { basis: names.purpose.basis || hidden, scenario: names.purpose.scenario || hidden } };
}

function titleOf(names: RightNames, item: string): string {
  return itemsByName(names.items).get(item)?.title ?? item;
}

function describeItems(terms: RightTerms, names: RightNames, locale: Locale): string {
  const titles = terms.items.slice(0, shownItems).map((item) => titleOf(names, item));
  const rest = terms.items.length - titles.length;
  if (locale === 'zh') return titles.join('、') + (rest > 0 ? `等 ${terms.items.length} 项` : '');
  return titles.join(', ') + (rest > 0 ? ` and ${rest} more items` : '');
}

function describeMasks(terms: RightTerms, names: RightNames, locale: Locale): string {
  const parts = terms.transformations.map(
    ({ item, transformation }) =>
      `${titleOf(names, item)}${locale === 'zh' ? '' : ' '}${describeTransformation(transformation, locale)}`,
  );
  return parts.join(locale === 'zh' ? '，' : ', ');
}

/** What a transformation leaves of a value, as the end of a sentence part that begins with the item's title. */
export function describeTransformation(transformation: Transformation, locale: Locale): string {
  const zh = locale === 'zh';
  switch (transformation.kind) {
    case 'keep': {
      const { first, last } = transformation;
      if (first === 0 && last === 0) return zh ? '全部遮盖' : 'hidden';
      if (last === 0) return zh ? `只留前 ${first} 位` : `cut to its first ${first}`;
      if (first === 0) return zh ? `只留后 ${last} 位` : `cut to its last ${last}`;
      return zh ? `只留前 ${first} 后 ${last} 位` : `cut to its first ${first} and last ${last}`;
    }
    case 'prefix':
      return zh ? `只留前 ${transformation.length} 位代码` : `cut to its first ${transformation.length}`;
    case 'year':
      return zh ? '只留年份' : 'cut to its year';
    case 'band':
      return zh ? `按 ${transformation.width} 分段` : `in bands of ${transformation.width}`;
    case 'pseudonym':
      return zh ? '换为专用假名' : "as this recipient's pseudonym";
  }
}

function versionWords(terms: RightTerms, locale: Locale): string {
  if (terms.version === 'latest') return '';
  const short = shortId(terms.version);
  return locale === 'zh' ? `（仅数据版本 ${short}）` : ` (version ${short} only)`;
}

function formats(terms: RightTerms, separator: string): string {
  return terms.formats.map((format) => formatNames[format]).join(separator);
}

/** Date in China, with the time of day unless the instant is midnight there. */
function moment(instant: string): { date: string; time: string | undefined } {
  const wall = new Date(Date.parse(instant) + 8 * 3_600_000).toISOString();
  return { date: civilDate(instant), time: wall.endsWith('T00:00:00.000Z') ? undefined : wall.slice(11, 16) };
}

function firstMoment({ window }: RightTerms): string {
  const { date, time } = moment(window.from);
  return time === undefined ? date : `${date} ${time}`;
}

/** The window is half-open: until midnight means through the day before, and so people read it. */
function lastMoment({ window }: RightTerms, locale: Locale): string {
  const { date, time } = moment(window.until);
  const day = dayNumber(date);
  if (time !== undefined || day === undefined) return locale === 'zh' ? `${date} ${time}（不含）止` : `until ${date} ${time}`;
  return locale === 'zh' ? `${dateOfDay(day - 1)} 止` : `through ${dateOfDay(day - 1)}`;
}
