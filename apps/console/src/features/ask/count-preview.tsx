import { routes, type DatasetView } from '#contracts';
import { useEffect, useState } from 'react';
import { RefusalNote } from '../../components/refusal-note';
import { useRead } from '../../lib/api';
import { count } from '../../lib/numbers';
import { scopeOfDraft, type ScopeDraft } from '../../lib/scope-draft';
import { useLocale, useWords } from '../../lib/words';
import { askWords } from './words';

/** Each count is noted in the exchange's access log, so none is made for a half-typed value. */
const settleMs = 600;

/** How many rows the scope holds, as far as the exchange tells somebody without a right. */
export function CountPreview({ dataset, draft }: { readonly dataset: DatasetView; readonly draft: ScopeDraft }) {
  const say = useWords(askWords);
  const locale = useLocale();
  const { rows } = scopeOfDraft(draft, dataset.entry.items);
  const settled = useSettled(rows && JSON.stringify(rows));
  const isAll = rows?.op === 'all';
  const { latestVersion } = dataset;
  const counted = useRead(
    routes.countRows,
    { params: { id: dataset.id }, body: { rows: settled === undefined ? { op: 'all' } : JSON.parse(settled) } },
    { enabled: latestVersion !== undefined && settled !== undefined && !isAll, staleTime: Number.POSITIVE_INFINITY },
  );
  if (!latestVersion) return <p className="ask-count quiet">{say('noVersion')}</p>;
  if (isAll) return <p className="ask-count">{say('countAll', { total: count(latestVersion.rows, locale) })}</p>;
  if (!rows) return null;
  if (counted.error) return <RefusalNote error={counted.error} isReading />;
  const told = settled === JSON.stringify(rows) ? counted.data : undefined;
  return (
    <p className="ask-count" role="status">
      {told === undefined
        ? say('counting')
        : 'fewerThan' in told
          ? say('countFew', { total: count(told.total, locale) })
          : say(told.rounded ? 'countAtLeast' : 'countSome', {
              rows: count(told.rows, locale),
              total: count(told.total, locale),
            })}
    </p>
  );
}

/** The value once it has stayed the same for a moment. */
function useSettled(value: string | undefined): string | undefined {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
