import { routes, type Item, type Statement } from '#contracts';
import { andScope, atLeastAsStrict, describeTransformation, sameScope, weakerThanEntry } from '#rights';
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { Facts } from '../../components/facts';
import { ScopeWords } from '../../components/scope-words';
import { formatNames, termsWords } from '../../components/terms';
import { useRead } from '../../lib/api';
import { count } from '../../lib/numbers';
import { firstDay, lastDay } from '../../lib/window';
import { useLocale, useWords } from '../../lib/words';
import { proposalWords } from './words';

/** Where a grant differs from what was asked, side by side; and items that would show more than the entry's masks do. */
export function Difference({
  statement,
  items,
}: {
  readonly statement: Statement<'right.granted'>;
  readonly items: readonly Item[];
}) {
  const say = useWords(proposalWords);
  const sayTerms = useWords(termsWords);
  const locale = useLocale();
  const { terms, request: requestId } = statement.body;
  const request = useRead(routes.request, { params: { id: requestId } });
  const separator = locale === 'zh' ? '、' : ', ';
  const titles = (names: readonly string[]) =>
    names.map((name) => items.find((item) => item.name === name)?.title ?? name).join(separator);
  const weaker = weakerThanEntry(items, terms.items, terms.transformations);
  if (!request.data) return null;
  const { asked } = request.data;
  const days = (window: typeof terms.window) => sayTerms('days', { first: firstDay(window), last: lastDay(window) });
  const quota = ({ pulls, pullsPerDay, rows }: typeof terms.quota) =>
    sayTerms('quotaOf', { pulls: count(pulls, locale), perDay: count(pullsPerDay, locale), rows: count(rows, locale) });
  const formats = (of: typeof terms.formats) => of.map((one) => formatNames[one]).join(separator);
  const left = asked.items.filter((name) => !terms.items.includes(name));
  const lines: (readonly [string, ReactNode, ReactNode])[] = [];
  if (left.length > 0)
    lines.push([
      say('items'),
      say('itemsAll', { count: asked.items.length }),
      `${say('itemsAll', { count: terms.items.length })} · ${say('itemsLess', { items: titles(left) })}`,
    ]);
  if (!sameScope(andScope(asked.rows, { op: 'all' }), terms.rows))
    lines.push([
      say('rows'),
      <ScopeWords key="asked" rows={asked.rows} items={items} />,
      <ScopeWords key="granted" rows={terms.rows} items={items} />,
    ]);
  const changed = terms.items.flatMap((name) => {
    const item = items.find((one) => one.name === name);
    const mask = terms.transformations.find((one) => one.item === name)?.transformation;
    if (!item || (atLeastAsStrict(mask, item.mask) && atLeastAsStrict(item.mask, mask))) return [];
    return [`${item.title} ${mask ? describeTransformation(mask, locale) : say('plain')}`];
  });
  if (changed.length > 0) lines.push([say('masks'), say('entryMasks'), changed.join(locale === 'zh' ? '；' : '; ')]);
  if (asked.window.from !== terms.window.from || asked.window.until !== terms.window.until)
    lines.push([say('window'), days(asked.window), days(terms.window)]);
  if (quota(asked.quota) !== quota(terms.quota)) lines.push([say('quota'), quota(asked.quota), quota(terms.quota)]);
  if (formats(asked.formats) !== formats(terms.formats))
    lines.push([say('formats'), formats(asked.formats), formats(terms.formats)]);
  return (
    <>
      <Facts
        of={[
          [sayTerms('basis'), asked.purpose.basis],
          [sayTerms('scenario'), asked.purpose.scenario],
        ]}
      />
      {weaker.length > 0 ? (
        <Alert type="warning" showIcon className="refusal" title={say('weaker', { items: titles(weaker) })} />
      ) : null}
      {lines.length === 0 ? (
        <p className="difference-note">
          <b>{say('asAsked')}</b>
        </p>
      ) : (
        <div className="difference">
          <table>
            <thead>
              <tr>
                <th scope="col">{say('field')}</th>
                <th scope="col">{say('asked')}</th>
                <th scope="col">{say('granted')}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map(([what, before, after]) => (
                <tr key={what}>
                  <th scope="row">{what}</th>
                  <td>{before}</td>
                  <td>{after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
