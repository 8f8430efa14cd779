import { routes, type Item, type RightTerms, type Statement } from '#contracts';
import { andScope, sameScope } from '#rights';
import type { ReactNode } from 'react';
import { useRead } from '../lib/api';
import { count } from '../lib/numbers';
import { firstDay, lastDay } from '../lib/window';
import { defineWords, useLocale, useWords } from '../lib/words';
import './changes.css';
import { ScopeWords } from './scope-words';
import { useFormatName, termsWords } from './terms';

const words = defineWords('changes', {
  field: { zh: '内容', en: 'What' },
  items: { zh: '数据项', en: 'Items' },
  itemsLess: { zh: '去掉：{{items}}', en: 'Left out: {{items}}' },
  itemsMore: { zh: '增加：{{items}}', en: 'Added: {{items}}' },
  itemsAll: { zh: '{{count}} 项', en: { one: '{{count}} item', other: '{{count}} items' } },
  first: { zh: '原申请', en: 'Asked at first' },
  now: { zh: '补充后', en: 'Asked now' },
  unchanged: { zh: '申请的内容没有改动。', en: 'What is asked for was not changed.' },
});

/** What both an asking and a grant state. */
export type Compared = Pick<RightTerms, 'items' | 'rows' | 'formats' | 'window' | 'quota'>;
/** What differs, before, and after. */
export type Change = readonly [what: string, before: ReactNode, after: ReactNode];

/** Gives where two askings, or an asking and its grant, differ: items, rows, term, quota, formats. */
export function useChanges(): (before: Compared, after: Compared, items: readonly Item[]) => Change[] {
  const say = useWords(words);
  const sayTerms = useWords(termsWords);
  const locale = useLocale();
  const formatName = useFormatName();
  const separator = locale === 'zh' ? '、' : ', ';
  const days = (window: Compared['window']) => sayTerms('days', { first: firstDay(window), last: lastDay(window) });
  const quota = ({ pulls, pullsPerDay, rows }: Compared['quota']) =>
    sayTerms('quotaOf', { pulls: count(pulls, locale), perDay: count(pullsPerDay, locale), rows: count(rows, locale) });
  const formats = (of: Compared['formats']) => of.map(formatName).join(separator);
  return (before, after, items) => {
    const titles = (names: readonly string[]) =>
      names.map((name) => items.find((item) => item.name === name)?.title ?? name).join(separator);
    const less = before.items.filter((name) => !after.items.includes(name));
    const more = after.items.filter((name) => !before.items.includes(name));
    const changes: Change[] = [];
    if (less.length + more.length > 0)
      changes.push([
        say('items'),
        say('itemsAll', { count: before.items.length }),
        [
          say('itemsAll', { count: after.items.length }),
          ...(less.length > 0 ? [say('itemsLess', { items: titles(less) })] : []),
          ...(more.length > 0 ? [say('itemsMore', { items: titles(more) })] : []),
        ].join(' · '),
      ]);
    if (!sameScope(andScope(before.rows, { op: 'all' }), after.rows))
      changes.push([
        sayTerms('rows'),
        <ScopeWords key="before" rows={before.rows} items={items} />,
        <ScopeWords key="after" rows={after.rows} items={items} />,
      ]);
    if (before.window.from !== after.window.from || before.window.until !== after.window.until)
      changes.push([sayTerms('window'), days(before.window), days(after.window)]);
    if (quota(before.quota) !== quota(after.quota)) changes.push([sayTerms('quota'), quota(before.quota), quota(after.quota)]);
    if (formats(before.formats) !== formats(after.formats))
      changes.push([sayTerms('formats'), formats(before.formats), formats(after.formats)]);
    return changes;
  };
}

/** Changes side by side, under the names of the two sides. */
export function Changes({
  of,
  before,
  after,
}: {
  readonly of: readonly Change[];
  readonly before: string;
  readonly after: string;
}) {
  const say = useWords(words);
  return (
    <div className="changes">
      <table>
        <thead>
          <tr>
            <th scope="col">{say('field')}</th>
            <th scope="col">{before}</th>
            <th scope="col">{after}</th>
          </tr>
        </thead>
        <tbody>
          {of.map(([what, was, is]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{was}</td>
              <td>{is}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a supplement changed of a request, against what was asked at first as the ledger holds it. */
export function SupplementChanges({
  request,
  dataset: id,
  asked,
}: {
  readonly request: string;
  readonly dataset: string;
  readonly asked: Compared;
}) {
  const say = useWords(words);
  const changesOf = useChanges();
  const dataset = useRead(routes.dataset, { params: { id } });
  const first = useRead(routes.trail, { query: { subject: request, type: 'request.submitted', limit: 1 } });
  const submitted = first.data?.items[0]?.statement as Statement<'request.submitted'> | undefined;
  if (!submitted || !dataset.data) return null;
  const changes = changesOf(submitted.body.asked, asked, dataset.data.entry.items);
  return changes.length === 0 ? (
    <p className="quiet">{say('unchanged')}</p>
  ) : (
    <Changes of={changes} before={say('first')} after={say('now')} />
  );
}
