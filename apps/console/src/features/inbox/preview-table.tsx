import { routes, type Item, type Sent } from '#contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { RefusalNote } from '../../components/refusal-note';
import { Whole } from '../../components/whole';
import { client, problemOf } from '../../lib/api';
import { count } from '../../lib/numbers';
import { useLocale, useWords } from '../../lib/words';
import { reviewWords } from './words';

const pageRows = 20;
/** Somebody who ticks and unticks is waited for before the rows are counted again. */
const settleMs = 500;

export type PreviewSelection = Omit<Sent<typeof routes.previewRequest>['body'], 'from' | 'limit'>;

/** Exactly the rows and items that would leave under a narrowing, or under a proposal, masks applied, page by page. */
export function PreviewTable({
  request,
  selection,
  items,
}: {
  readonly request: string;
  readonly selection: PreviewSelection;
  readonly items: readonly Item[];
}) {
  const say = useWords(reviewWords);
  const locale = useLocale();
  const settled = useSettled(JSON.stringify(selection));
  const [page, setPage] = useState({ of: settled, from: 0 });
  const from = page.of === settled ? page.from : 0;
  const preview = useQuery({
    queryKey: ['preview', request, settled, from],
    queryFn: ({ signal }) =>
      client.call(
        routes.previewRequest,
        { params: { id: request }, body: { ...(JSON.parse(settled) as PreviewSelection), from, limit: pageRows } },
        { signal },
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const titleOf = (name: string) => items.find((item) => item.name === name)?.title ?? name;
  const isStale = preview.isPlaceholderData || settled !== JSON.stringify(selection);
  const { data } = preview;
  if (preview.error && !preview.isFetching)
    return problemOf(preview.error)?.code === 'no-version' ? (
      <p className="quiet">{say('noVersion')}</p>
    ) : (
      <RefusalNote error={preview.error} isReading />
    );
  return (
    <Whole reading={preview} empty={data?.rows === 0 ? say('noRows') : undefined}>
      {data ? (
        <div className={isStale ? 'preview-stale' : undefined} aria-busy={isStale}>
          <div className="preview-bar">
            <b>{say('count', { count: data.rows })}</b>
            {data.sample.length > 0 ? (
              <span className="quiet">
                {say('range', { from: count(data.from + 1, locale), to: count(data.from + data.sample.length, locale) })}
              </span>
            ) : null}
            <Button
              size="small"
              disabled={from === 0}
              onClick={() => setPage({ of: settled, from: Math.max(0, from - pageRows) })}
            >
              {say('previous')}
            </Button>
            <Button
              size="small"
              disabled={from + pageRows >= data.rows}
              onClick={() => setPage({ of: settled, from: from + pageRows })}
            >
              {say('next')}
            </Button>
          </div>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
          <div className="preview-table" role="region" aria-label={say('preview')} tabIndex={0}>
            <table>
              <thead>
                <tr>
                  {data.items.map((name) => (
                    <th key={name} scope="col" title={name}>
                      {titleOf(name)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.sample.map((row, i) => (
                  // Rows have no identity of their own; their place in the version is it.
                  // oxlint-disable-next-line react/no-array-index-key -- see above
                  <tr key={data.from + i}>
                    {row.map((value, j) => (
                      <td key={data.items[j]}>{value ?? <span className="quiet">–</span>}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      ) : null}
    </Whole>
  );
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
