import type { EntryView } from '#contracts';
import { writeWorkbook, type Cell } from '#delivery';
import type { Readable } from 'node:stream';
import type { Actor } from '../actor.js';
import { beijing } from './beijing.js';
import type { ReadTrail, TrailQuestion } from './read-trail.js';
import { issuerText } from './issuer-text.js';

type Locale = 'zh' | 'en';

/** The columns of the sheet: title in both languages, width in characters, what of an entry stands there. */
const columns: readonly { zh: string; en: string; width: number; of: (entry: EntryView, locale: Locale) => Cell }[] = [
  { zh: '序号', en: 'Index', width: 9, of: ({ index }) => index },
  { zh: '存证时间（北京时间）', en: 'Sealed (Beijing time)', width: 20, of: ({ sealedAt }) => beijing(sealedAt) },
  { zh: '存证时间（UTC）', en: 'Sealed (UTC)', width: 26, of: ({ sealedAt }) => sealedAt },
  { zh: '事项', en: 'Matter', width: 24, of: ({ sentence }, locale) => sentence[locale] },
  { zh: '记录类型', en: 'Type', width: 24, of: ({ type }) => type },
  { zh: '签署方', en: 'Issuer', width: 24, of: issuerText },
  { zh: '签署方代码', en: 'Issuer code', width: 20, of: ({ issuer }) => issuer },
  { zh: '政务数据资源', en: 'Dataset', width: 28, of: ({ dataset }) => dataset?.title ?? '' },
  { zh: '政务数据资源编号', en: 'Dataset id', width: 34, of: ({ dataset }) => dataset?.id ?? '' },
  { zh: '对象编号', en: 'Object', width: 34, of: ({ subject }) => subject },
  { zh: '涉及部门', en: 'Departments', width: 36, of: ({ departments }) => departments.map(({ name }) => name).join('、') },
  { zh: '涉及人员', en: 'Persons', width: 20, of: ({ persons }) => persons.map(({ id, name }) => name || id).join('、') },
  {
    zh: '文字内容',
    en: 'Texts',
    width: 50,
    of: ({ texts }) =>
      Object.values(texts)
        .map(({ text }) => text)
        .join('\n'),
  },
  { zh: '签署记录编号', en: 'Statement id', width: 34, of: ({ statement }) => statement.id },
  { zh: '叶哈希', en: 'Leaf hash', width: 66, of: ({ leafHash }) => leafHash },
  { zh: '签署内容', en: 'What was signed', width: 60, of: ({ statement }) => JSON.stringify(statement.body) },
];

/** The trail as a workbook, newest first, streamed: memory is one page. */
export function trailSheet(trail: ReadTrail, actor: Actor, question: TrailQuestion, locale: Locale): Readable {
  async function* rows(): AsyncGenerator<Cell[]> {
    for await (const entry of trail.all(actor, question)) yield columns.map(({ of }) => of(entry, locale));
  }
  return writeWorkbook({
    name: locale === 'zh' ? '共享留痕' : 'Trail',
    columns: columns.map((column) => ({ title: column[locale], width: column.width })),
    rows: rows(),
  });
}

/** The trail as one JSON array of entries, newest first, one a line; streamed. */
export async function* trailJson(trail: ReadTrail, actor: Actor, question: TrailQuestion): AsyncGenerator<string> {
  let before = '[\n';
  for await (const entry of trail.all(actor, question)) {
    yield before + JSON.stringify(entry);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}
