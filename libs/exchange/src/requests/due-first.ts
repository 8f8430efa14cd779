import { refuse, shareTypeSchema } from '#contracts';
import { replyDue, WorkingCalendar } from '#rights';
import type { Found, Page, PageRequest, RequestFilter, Stores } from '../ports.js';

/** After every day: requests whose year's calendar is not loaded. */
const never = '9999-12-31';

/**
 * Requests that wait for a reply, the one due first first. A due day is counted in working days, which the database does not know, so
 * the clocks of all that wait are read (at most 10,000) and one page of requests with them.
 */
export async function dueFirst(
  stores: Stores,
  { state, ...filter }: RequestFilter,
  page: PageRequest,
  now: string,
): Promise<Page<Found<'request'>>> {
  if (state !== undefined && state !== 'submitted') return { items: [], total: { count: 0, more: false } };
  if (page.cursor !== undefined && !/^\d{4}-\d\d-\d\d\.[0-9a-f]{32}$/.test(page.cursor))
    throw refuse('bad-input', { field: 'cursor' }, { field: 'cursor' });
  const calendar = new WorkingCalendar(await stores.calendars.all());
  const places = (await stores.states.clocks(filter)).map(({ id, receivedAt, shareType }) => {
    const known = shareTypeSchema.safeParse(shareType);
    const due = known.success ? replyDue(calendar, known.data, receivedAt, now).due : undefined;
    return { id, place: `${due ?? never}.${id}` };
  });
  const sorted = places.toSorted((a, b) => (a.place < b.place ? -1 : 1));
  const { cursor } = page;
  const rest = cursor === undefined ? sorted : sorted.filter(({ place }) => place > cursor);
  const shown = rest.slice(0, page.limit);
  const found = await stores.states.getMany(
    'request',
    shown.map(({ id }) => id),
  );
  const last = shown.at(-1);
  return {
    items: shown.flatMap(({ id }) => found.get(id) ?? []),
    ...(last && rest.length > shown.length ? { next: last.place } : {}),
    ...(cursor === undefined ? { total: { count: sorted.length, more: sorted.length >= 10_000 } } : {}),
  };
}
