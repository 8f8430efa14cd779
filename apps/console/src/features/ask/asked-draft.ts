import type { Asked, DatasetView, Format, RequestView } from '#contracts';
import { decideRequest, type Decided, type RequestAccepted } from '#rights';
import { draftOfScope, emptyGroup, scopeOfDraft, type ScopeDraft } from '../../lib/scope-draft';
import { today, windowOfDays } from '../../lib/window';

/** The form's fields, under the names of the contract's `asked`; the rows as they are being written. */
export interface AskedDraft {
  readonly purpose: { readonly basis: string; readonly scenario: string };
  readonly items: readonly string[];
  readonly rows: ScopeDraft;
  readonly formats: readonly Format[];
  readonly window: Asked['window'];
  readonly quota: { readonly pulls: number; readonly pullsPerDay: number; readonly rows: number };
}
export type AskedInWords = RequestView['asked'];

/** How often a dataset of a cycle (1 real time … 6 yearly) is worth pulling in a year and a bit. */
const pullsByCycle = { '1': 400, '2': 400, '3': 60, '4': 14, '5': 6, '6': 3 } as const;

/**
 * Filled in as far as is known: as the department last asked for this dataset, else everything but personal information, through the end
 * of next year. What is personal is asked for only where somebody chose it: no more than the purpose needs (PIPL Art. 6).
 */
export function firstDraft(dataset: DatasetView, last: RequestView | undefined): AskedDraft {
  const known = new Set(dataset.entry.items.map(({ name }) => name));
  const pulls = pullsByCycle[dataset.entry.updateCycle];
  return {
    purpose: last?.asked.purpose ?? { basis: '', scenario: '' },
    // Items may have gone from the entry since.
    items:
      last?.asked.items.filter((name) => known.has(name)) ??
      dataset.entry.items.flatMap(({ name, personal }) => (personal ? [] : [name])),
    rows: last ? draftOfScope(last.asked.rows) : emptyGroup(),
    formats: last?.asked.formats ?? ['csv', 'csv-bom'],
    window: windowOfDays(today(), `${Number(today().slice(0, 4)) + 1}-12-31`),
    quota: last?.asked.quota ?? { pulls, pullsPerDay: 3, rows: roundUp(pulls * (dataset.latestVersion?.rows ?? 10_000)) },
  };
}

/** The next number with two significant digits: a quota is an order of magnitude, not a measurement. */
function roundUp(rows: number): number {
  const step = 10 ** Math.max(0, String(Math.max(1, rows)).length - 2);
  return Math.ceil(rows / step) * step;
}

/** The draft of a request that is to be supplemented. */
export function draftOfAsked({ purpose, items, rows, formats, window, quota }: AskedInWords): AskedDraft {
  return { purpose, items, rows: draftOfScope(rows), formats, window, quota };
}

/** What is asked for, as the API takes it; undefined while the rows are not complete. */
export function askedOf(draft: AskedDraft, dataset: DatasetView): AskedInWords | undefined {
  const { rows } = scopeOfDraft(draft.rows, dataset.entry.items);
  if (!rows) return undefined;
  const { purpose, items, formats, window, quota } = draft;
  const chosen = new Set(items);
  return {
    purpose,
    // In the entry's order, whatever order they were ticked in.
    items: dataset.entry.items.flatMap(({ name }) => (chosen.has(name) ? [name] : [])),
    rows,
    method: 'file',
    formats: [...formats],
    window,
    quota,
  };
}

/** What the exchange will say of the request, by the same code: a refusal, or whether it may be granted by rule. */
export function foreseen(asked: AskedInWords, dataset: DatasetView, from: string): Decided<RequestAccepted> {
  const { provider, entry, versions, enteredAt } = dataset;
  return decideRequest({
    from,
    dataset: { provider, entry, versions, enteredAt, last: '' },
    asked,
    now: new Date().toISOString(),
  });
}
