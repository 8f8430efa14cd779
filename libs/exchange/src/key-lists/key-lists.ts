import { refuse, type Item, type KeyListView } from '#contracts';
import { generateAgeIdentity, randomId, randomKey } from '#crypto';
import { runTakeKeys } from '#delivery';
import { checkShared, keyListsIn } from '#rights';
import type { Readable } from 'node:stream';
import { requireRole, type Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { DataPlane } from '../data-plane.js';
import type { KeyList, Stores } from '../ports.js';
import { readProse } from '../prose.js';
import { sealListSecrets } from './named-lists.js';

export interface WantedKeyList {
  readonly dataset: string;
  readonly item: string;
  readonly fileName: string;
}

/**
 * A requester sends a list of keys to choose rows by (名单): checked line by line in a process of its own, kept encrypted, told to
 * nobody. A row scope then names it by id, commitment and count, and only these are sealed (promise 7).
 */
export class TakeKeyList {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** What can be said before the list is there. Throws Refusal not-allowed, unknown, own-dataset, not-shared, item-unknown, file-name-is-path. */
  async check(actor: Actor, wanted: WantedKeyList): Promise<Item> {
    requireRole(actor, 'requester');
    if (/[/\\\0]|^\.\.?$/.test(wanted.fileName)) throw refuse('file-name-is-path', {}, { field: 'fileName' });
    return this.context.transactions.run((stores) => itemOf(stores, actor, wanted));
  }

  /** Throws Refusal: what `check` does, file-…, key-list-…, csv-…, upload-cut. */
  async execute(
    actor: Actor,
    { id = randomId(), ...wanted }: WantedKeyList & { readonly id?: string },
    source: Readable,
    signal: AbortSignal,
  ): Promise<KeyListView> {
    const item = await this.check(actor, wanted);
    const key = await generateAgeIdentity();
    const commitmentKey = randomKey();
    const objectName = randomId();
    const taken = await runTakeKeys({ ...this.data.jobs, item, recipient: key.recipient, objectName, commitmentKey }, source, {
      signal,
    });
    const list: KeyList = {
      id,
      ...wanted,
      ...taken,
      department: actor.department,
      person: actor.person,
      objectName,
      createdAt: instantNow(this.context),
      ...sealListSecrets(this.context, id, { identity: key.identity, commitmentKey }),
    };
    // A crash before this commits leaves an object that nothing names: the sweep of orphans removes it.
    await this.context.transactions.run((stores) => stores.keyLists.add(list));
    return shownKeyList(list);
  }
}

async function itemOf(stores: Stores, actor: Actor, wanted: { dataset: string; item: string }) {
  const dataset = await stores.states.get('dataset', wanted.dataset);
  if (!dataset) throw refuse('unknown');
  const { shareCondition, items } = dataset.state.entry;
  const citation = (await readProse(stores, [shareCondition]))(shareCondition);
  const closed = checkShared({ from: actor.department, dataset: dataset.state, citation });
  if (closed) throw closed;
  const item = items.find(({ name }) => name === wanted.item);
  if (!item) throw refuse('item-unknown', { items: [wanted.item] }, { field: 'item' });
  return item;
}

/** A list as it may be seen: for the department that sent it, and for a provider that was asked by it. */
export class ReadKeyList {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown. */
  execute(actor: Actor, id: string): Promise<KeyListView> {
    return this.context.transactions.run(async (stores) => {
      const list = await stores.keyLists.get(id);
      const isKnown = list && (list.department === actor.department || (await isAskedBy(stores, list, actor.department)));
      if (!isKnown) throw refuse('unknown');
      return shownKeyList(list);
    });
  }
}

async function isAskedBy(stores: Stores, list: KeyList, provider: string): Promise<boolean> {
  let cursor: string | undefined;
  do {
    const page = await stores.states.requests(
      { from: list.department, to: provider, dataset: list.dataset },
      { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
    );
    if (page.items.some(({ state }) => keyListsIn(state.asked.rows).some((named) => named.list === list.id))) return true;
    cursor = page.next;
  } while (cursor !== undefined);
  return false;
}

/** Destroys a list's keys before their time. Nothing in the ledger changes; what was chosen by it can be chosen no more. */
export class DestroyKeyList {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** Doing it twice is fine. Throws Refusal unknown. */
  async execute(actor: Actor, id: string): Promise<KeyListView> {
    requireRole(actor, 'requester');
    const list = await this.context.transactions.run(async (stores) => {
      const found = await stores.keyLists.get(id);
      if (!found || found.department !== actor.department) throw refuse('unknown');
      await stores.keyLists.destroy(id, instantNow(this.context));
      return (await stores.keyLists.get(id)) ?? found;
    });
    await this.data.store.remove(list.objectName);
    return shownKeyList(list);
  }
}

/** Destroys the lists older than `days` that nothing alive names. The sweep of orphans then removes their objects. */
export async function destroyUnnamedLists(context: ExchangeContext, days: number): Promise<void> {
  const now = instantNow(context);
  const before = new Date(context.clock.now().getTime() - days * 86_400_000).toISOString();
  await context.transactions.run(async (stores) => {
    for (const id of await stores.keyLists.unnamed(before, now)) await stores.keyLists.destroy(id, now);
  });
}

/** A list as it may be seen: never its keys. */
export function shownKeyList(list: KeyList): KeyListView {
  const { id, dataset, item, fileName, count, duplicates, malformed, commitment, createdAt, destroyedAt } = list;
  const view = { id, dataset, item, fileName, count, duplicates, malformed, commitment, createdAt };
  return { ...view, ...(destroyedAt === undefined ? {} : { destroyedAt }) };
}
