import type { EntryView } from '#contracts';
import { contentFields, describeScope, type StatementSource } from '#rights';
import type { Actor } from '../actor.js';
import { beijing } from './beijing.js';
import type { ReadTrail, TrailQuestion } from './read-trail.js';
import { issuerText } from './issuer-text.js';

const words = {
  zh: {
    title: '共享留痕',
    index: '序号',
    at: '存证时间（北京时间）',
    what: '事项',
    issuer: '签署方',
    id: '编号',
    leaf: '叶哈希',
    body: '签署内容',
    none: '没有符合条件的记录。',
    made: '生成时间',
    count: '共 {n} 条',
  },
  en: {
    title: 'Trail',
    index: 'Index',
    at: 'Sealed (Beijing time)',
    what: 'Matter',
    issuer: 'Issuer',
    id: 'Id',
    leaf: 'Leaf hash',
    body: 'What was signed',
    none: 'Nothing matches.',
    made: 'Made',
    count: '{n} entries',
  },
} as const;

/**
 * The trail as one self-contained HTML page to print and file, newest first, streamed so that memory stays bounded. Everything that
 * came from people or departments is escaped.
 */
export async function* trailPage(
  trail: ReadTrail,
  actor: Actor,
  question: TrailQuestion,
  locale: 'zh' | 'en',
): AsyncGenerator<string> {
  const say = words[locale];
  yield head(say.title, locale);
  yield `<h1>${say.title}</h1><p class="made">${say.made} ${beijing(new Date().toISOString())}</p>`;
  yield `<table><thead><tr><th>${say.index}</th><th>${say.at}</th><th>${say.what}</th><th>${say.issuer}</th><th>${say.body}</th></tr></thead><tbody>`;
  let count = 0;
  for await (const entry of trail.all(actor, question)) {
    count++;
    yield row(entry, locale);
  }
  yield `</tbody></table><p>${count === 0 ? say.none : say.count.replace('{n}', String(count))}</p></body></html>\n`;
}

function row(entry: EntryView, locale: 'zh' | 'en'): string {
  const say = words[locale];
  const fields = [[say.id, entry.statement.id] as const, ...contentFields(entry.statement, sourceOf(entry, locale))];
  const facts = fields.map(([label, value]) => `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`);
  return (
    `<tr><td>${entry.index}</td><td>${beijing(entry.sealedAt)}</td><td>${escape(entry.sentence[locale])}</td>` +
    `<td>${escape(issuerText(entry, locale))}</td><td><dl>${facts.join('')}</dl><code>${say.leaf} ${entry.leafHash}</code></td></tr>\n`
  );
}

/** What is signed, in words; beside the words of a choice of rows stands the choice itself, since they shorten long lists. */
function sourceOf({ departments, persons, dataset, texts }: EntryView, locale: 'zh' | 'en'): StatementSource {
  const names = new Map([
    ...departments.map(({ code, name }) => [code, name] as const),
    ...persons.map(({ id, name }) => [id, name] as const),
    ...(dataset ? [[dataset.id, dataset.title] as const] : []),
  ]);
  return {
    say: (sentence) => sentence[locale],
    texts,
    nameOf: (codeOrId) => names.get(codeOrId),
    scopeText: (rows) => `${describeScope(rows, [], locale)}${rows.op === 'all' ? '' : `  ${JSON.stringify(rows)}`}`,
  };
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function head(title: string, locale: string): string {
  return `<!doctype html><html lang="${locale === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><title>${title}</title><style>
body{font:14px/1.5 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2em;color:#1a1a1a}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.4em .6em;vertical-align:top;text-align:left}
th{background:#f2f4f7}thead{display:table-header-group}tr{break-inside:avoid}
dl{margin:0;display:grid;grid-template-columns:max-content 1fr;gap:0 1em}dt{color:#555}dd{margin:0;overflow-wrap:anywhere;white-space:pre-line}
code{font-size:11px;color:#777;overflow-wrap:anywhere}.made{color:#555}@page{size:A4 landscape;margin:12mm}
</style></head><body>`;
}
