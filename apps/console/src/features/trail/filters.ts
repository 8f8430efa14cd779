import { statementTypeSchema, type EntryView, type routes, type Sent, type StatementType } from '#contracts';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { useChangeAddress } from '../../lib/address';

export const presets = ['today', 'week', 'month', 'year'] as const;
export type Preset = (typeof presets)[number];

const texts = ['q', 'subject', 'dataset', 'right', 'delivery', 'department', 'person', 'from', 'until'] as const;
type TextName = (typeof texts)[number];

/** What is looked for. It stands in the page's address, so that it can be kept, sent and gone back to. */
export interface Filters extends Partial<Readonly<Record<TextName, string>>> {
  readonly types: readonly StatementType[];
  /** A period that moves with the day; `from` and `until` are instants that do not. */
  readonly period?: Preset;
}
export type Change = Partial<Record<TextName | 'period', string | undefined>> & { readonly types?: readonly StatementType[] };

/** The filters of the page's address and a way to change some of them. What is set to undefined or left empty is dropped. */
export function useFilters(): { filters: Filters; change: (change: Change) => void; clear: () => void } {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => filtersIn(params), [params]);
  const changeAddress = useChangeAddress();
  const change = useCallback(
    ({ types, ...texts }: Change) => changeAddress({ ...texts, ...(types ? { type: types.join(',') } : {}) }),
    [changeAddress],
  );
  const clear = useCallback(() => setParams({}), [setParams]);
  return { filters, change, clear };
}

function filtersIn(params: URLSearchParams): Filters {
  const found: Partial<Record<TextName, string>> = {};
  for (const name of texts) {
    const value = params.get(name);
    if (value) found[name] = value;
  }
  const types = (params.get('type') ?? '').split(',').flatMap((text) => statementTypeSchema.safeParse(text).data ?? []);
  const period = presets.find((one) => one === params.get('period'));
  return { ...found, types, ...(period ? { period } : {}) };
}

export type TrailQuery = NonNullable<Sent<typeof routes.trailPage>['query']>;

/** What the exchange is asked. A moving period is resolved now, to the day, so that the same question keeps the same words. */
export function queryOf({ types, period, ...rest }: Filters): TrailQuery {
  const begin = period && beginOf(period);
  return { ...rest, ...(begin ? { from: begin } : {}), ...(types.length > 0 ? { type: types.join(',') } : {}) };
}

/** The first instant of a period that reaches to now, by the reader's own calendar. */
function beginOf(period: Preset): string {
  const now = new Date();
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const begins: Record<Preset, Date> = {
    today: new Date(year, month, day),
    week: new Date(year, month, day - 6),
    month: new Date(year, month, 1),
    year: new Date(year, 0, 1),
  };
  return begins[period].toISOString();
}

/** `/trail` with these filters. */
export function trailPath(change: Change): string {
  const given = Object.entries(change).flatMap(([name, value]) => (typeof value === 'string' && value ? [[name, value]] : []));
  return `/trail?${new URLSearchParams(given).toString()}`;
}
export const entryPath = ({ index }: Pick<EntryView, 'index'>): string => `/trail/${index}`;

/** An index as people write it: `#123` or `123`; undefined for other texts. */
export function indexIn(text: string): number | undefined {
  // Eight digits alone may be the end of an id.
  const digits = /^(?!\d{8}$)#?\s*(\d{1,12})$/.exec(text.trim())?.[1];
  return digits === undefined ? undefined : Number(digits);
}
