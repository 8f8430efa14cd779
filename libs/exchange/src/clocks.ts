import { refuse } from '#contracts';
import type { ExchangeContext } from './context.js';
import type { DataPlane } from './data-plane.js';
import { destroyUnnamedLists } from './key-lists/key-lists.js';
import { notify, underTitle } from './oversight/notices.js';

const dayMs = 86_400_000;
/** How long a key list is kept that nothing names: time enough to write the request that it is for. */
const keyListDays = 7;
/** How long the rows that did not fit can be downloaded. */
const faultyRowsDays = 7;

export interface ClockSettings {
  /** Days after which a delivery without a receipt is told to the supervisors. */
  readonly receiptDays: number;
  /** How long an object that nothing names may lie before the sweep removes it: longer than any job. */
  readonly orphanHours: number;
}

/**
 * What is due by time alone, run now and then by any worker; doing it twice changes nothing. Receipts that do not come are told to the
 * supervisors; downloads and uploads whose process died are closed; files that stopped arriving, and objects that nothing names are removed.
 */
export class RunClocks {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
    private readonly settings: ClockSettings,
  ) {}

  async execute(): Promise<void> {
    await this.tellMissingReceipts();
    await this.closeSilent();
    await this.endExpired();
  }

  private async tellMissingReceipts(): Promise<void> {
    const before = new Date(this.context.clock.now().getTime() - this.settings.receiptDays * dayMs).toISOString();
    await this.context.transactions.run(async (stores) => {
      const departments = await stores.states.departments();
      const competent = departments.find(({ state }) => state.competent);
      if (!competent) return;
      const names = new Map(departments.map(({ id, state }) => [id, state.name]));
      let cursor: string | undefined;
      do {
        const page = await stores.states.deliveries(
          { state: 'prepared', pulledBefore: before },
          { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
        );
        const datasets = await stores.states.getMany(
          'dataset',
          page.items.map(({ state }) => state.dataset),
        );
        for (const { id, state } of page.items) {
          const title = datasets.get(state.dataset)?.state.entry.title ?? '';
          const grantee = names.get(state.grantee) ?? state.grantee;
          await notify(this.context, stores, {
            kind: 'receipt-missing',
            subject: id,
            department: competent.id,
            role: 'supervisor',
            sentence: underTitle(title, {
              zh: `提供给${grantee}的数据已超过 ${this.settings.receiptDays} 天未收到回执。`,
              en: `a delivery to ${grantee} has had no receipt for more than ${this.settings.receiptDays} days.`,
            }),
          });
        }
        cursor = page.next;
      } while (cursor !== undefined);
    });
  }

  private async closeSilent(): Promise<void> {
    const silentSince = new Date(this.context.clock.now().getTime() - 5 * 60_000).toISOString();
    await this.context.transactions.run(async (stores) => {
      for (const download of await stores.downloads.unrecorded(silentSince, 500)) await stores.tasks.add('serve', download.id);
      await stores.uploads.failStale(silentSince, refuse('upload-cut').toProblem());
    });
  }

  /** Files that were begun and not gone on with: their pieces go, and later the word that there was one. */
  private async endExpired(): Promise<void> {
    const now = this.context.clock.now().toISOString();
    const expired = await this.context.transactions.run((stores) => stores.arrivals.expired(now));
    const problem = refuse('upload-gone').toProblem();
    for (const id of expired) {
      const names = await this.context.transactions.run((stores) => stores.arrivals.end(id, 'failed', problem));
      for (const name of names ?? []) await this.data.store.remove(name);
    }
    const dayAgo = new Date(this.context.clock.now().getTime() - dayMs).toISOString();
    await this.context.transactions.run((stores) => stores.arrivals.forget(dayAgo));
  }

  /** Destroys key lists that nothing names, and removes objects that no version, attempt, list or arriving file names. `ageOf` gives an object's age in hours. */
  async sweep(ageOf: (name: string) => Promise<number>): Promise<number> {
    await destroyUnnamedLists(this.context, keyListDays);
    const named = await this.context.transactions.run(async (stores) => {
      const parts = await stores.versions.partNames();
      const payloads = await stores.deliveries.objectNames();
      const since = new Date(this.context.clock.now().getTime() - faultyRowsDays * dayMs).toISOString();
      const faulty = await stores.uploads.faultyObjects(since);
      const pieces = await stores.arrivals.pieceNames();
      return new Set([...parts, ...payloads, ...faulty, ...pieces, ...(await stores.keyLists.objectNames())]);
    });
    let removed = 0;
    for await (const name of this.data.store.list('')) {
      if (named.has(name) || (await ageOf(name)) < this.settings.orphanHours) continue;
      await this.data.store.remove(name);
      removed++;
    }
    return removed;
  }
}
