import { refuse, type EntryView, type StatementType } from '#contracts';
import { seesEverything, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import type { Page, PageRequest, Stores, Total, TrailFilter, TrailSearch } from '../ports.js';
import { entryViews } from './entry-views.js';

/** What people ask the trail for. */
export type TrailQuestion = Omit<TrailFilter, 'visibleTo' | 'any'> & { readonly q?: string | undefined };

/** Lists say how many there are up to here. */
const countedAtMost = 10_000;
/** Widths of a timeline's steps, seconds: from a second to four years. */
const steps = [1, 10, 60, 300, 900, 3600, 14_400, 86_400, 7 * 86_400, 30 * 86_400, 91 * 86_400, 365 * 86_400, 1461 * 86_400];

/** The trail: all of it for those who supervise, for others the entries that name their department. */
export class ReadTrail {
  constructor(private readonly context: ExchangeContext) {}

  /** The first page tells how many there are. */
  list(actor: Actor, question: TrailQuestion, page: PageRequest): Promise<Page<EntryView> & { total?: Total }> {
    return this.context.transactions.run(async (stores) => {
      const filter = await filterOf(stores, actor, question);
      const found = await stores.trail.query(filter, page);
      const items = await entryViews(stores, found.items);
      const total = page.cursor === undefined ? { total: await stores.trail.count(filter, countedAtMost) } : {};
      return { items, ...(found.next === undefined ? {} : { next: found.next }), ...total };
    });
  }

  /** All of it, newest first, a page in memory at a time. */
  async *all(actor: Actor, question: TrailQuestion): AsyncGenerator<EntryView> {
    let cursor: string | undefined;
    do {
      const at = cursor;
      const page = await this.context.transactions.run(async (stores) => {
        const found = await stores.trail.query(await filterOf(stores, actor, question), {
          limit: 500,
          ...(at === undefined ? {} : { cursor: at }),
        });
        return { items: await entryViews(stores, found.items), next: found.next };
      });
      yield* page.items;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /** How many entries of which type, in at most 120 steps of equal width. */
  async timeline(actor: Actor, question: TrailQuestion) {
    const { stepSeconds, counts } = await this.context.transactions.run(async (stores) =>
      stores.trail.timeline(await filterOf(stores, actor, question), steps),
    );
    const buckets = new Map<string, { from: string; count: number; byType: Partial<Record<StatementType, number>> }>();
    for (const { from, type, count } of counts) {
      const bucket = buckets.get(from) ?? { from, count: 0, byType: {} };
      bucket.count += count;
      bucket.byType[type as StatementType] = count;
      buckets.set(from, bucket);
    }
    return { stepSeconds, buckets: [...buckets.values()] };
  }

  /** With its exact bytes. Throws Refusal unknown, also for an entry that does not concern the actor's department. */
  entry(actor: Actor, index: number): Promise<EntryView> {
    return this.context.transactions.run(async (stores) => {
      const entry = await stores.trail.entry(index, visibility(actor));
      if (!entry) throw refuse('unknown');
      const [view] = await entryViews(stores, [entry]);
      return { ...(view as EntryView), bytes: entry.bytes.toString('base64') };
    });
  }
}

async function filterOf(stores: Stores, actor: Actor, { q, ...filter }: TrailQuestion): Promise<TrailFilter> {
  const search = q?.trim();
  return { ...filter, ...(search ? { any: await searchOf(stores, search) } : {}), ...visibility(actor) };
}

/** What a text that somebody knows may be: an entry's index, an id, the end of one as it is shown, a leaf hash, or a name. */
async function searchOf(stores: Stores, text: string): Promise<TrailSearch> {
  const digits = text.toLowerCase();
  const index = /^#?(\d{1,15})$/.exec(text)?.[1];
  const objects = /^[0-9a-f]{8}$/.test(digits) ? await stores.trail.endingIn(digits) : [];
  if (index !== undefined) return { index: Number(index), objects };
  if (objects.length > 0) return { objects };
  if (/^[0-9a-f]{64}$/.test(digits)) return { leafHash: digits };
  if (/^[0-9a-f]{32}$/.test(digits)) return { objects: [digits] };
  return stores.trail.named(text);
}

function visibility(actor: Actor): Pick<TrailFilter, 'visibleTo'> {
  return seesEverything(actor) ? {} : { visibleTo: [actor.department] };
}
