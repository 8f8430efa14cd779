import { refuse, type EntryView } from '#contracts';
import { openEntry } from '#ledger';
import { seesEverything, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import type { Page, PageRequest, SealedEntry, Stores, TrailFilter } from '../ports.js';
import { entrySentences } from './sentences.js';

/** The trail: all of it for those who supervise, for others the entries that name their department. */
export class ReadTrail {
  constructor(private readonly context: ExchangeContext) {}

  list(actor: Actor, filter: Omit<TrailFilter, 'visibleTo'>, page: PageRequest): Promise<Page<EntryView>> {
    return this.context.transactions.run(async (stores) => {
      const found = await stores.trail.query({ ...filter, ...visibility(actor) }, page);
      return { items: await entryViews(stores, found.items), ...(found.next === undefined ? {} : { next: found.next }) };
    });
  }

  /** Throws Refusal unknown, also for an entry that does not concern the actor's department. */
  entry(actor: Actor, index: number): Promise<EntryView> {
    return this.context.transactions.run(async (stores) => {
      const entry = await stores.trail.entry(index, visibility(actor));
      if (!entry) throw refuse('unknown');
      return (await entryViews(stores, [entry]))[0] as EntryView;
    });
  }
}

function visibility(actor: Actor): Pick<TrailFilter, 'visibleTo'> {
  return seesEverything(actor) ? {} : { visibleTo: [actor.department] };
}

async function entryViews(stores: Stores, entries: readonly SealedEntry[]): Promise<EntryView[]> {
  const opened = entries.map((entry) => ({ ...entry, ...openEntry(entry.bytes).entry }));
  const departments = await stores.states.getMany(
    'department',
    opened.map(({ statement }) => statement.issuer),
  );
  return opened.map(({ index, sealedAt, leafHash, statement, signatures }) => ({
    index,
    sealedAt,
    type: statement.type,
    issuer: statement.issuer,
    issuerName: departments.get(statement.issuer)?.state.name ?? statement.issuer,
    sentence: entrySentences[statement.type],
    leafHash,
    statement,
    signatures: [...signatures],
  }));
}
