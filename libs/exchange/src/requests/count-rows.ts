import { refuse, type RowScope } from '#contracts';
import { RecentlyUsed, sha256Hex } from '#crypto';
import { runCount } from '#delivery';
import { checkCount, toldCount, type ToldCount } from '#rights';
import { requireRole, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import { openVersion, type DataPlane } from '../data-plane.js';
import { openListsNamed } from '../key-lists/named-lists.js';
import { readProse } from '../prose.js';

const keptCounts = 1000;

/**
 * How many rows of the latest version a scope holds, told to a requester who has no right to any of them: never so exactly that it would
 * point at single persons.
 */
export class CountRows {
  // A version never changes, so a count of it stays true.
  private readonly counted = new RecentlyUsed<string, number>(keptCounts);

  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** Throws Refusal unknown, own-dataset, not-shared, no-version, item-unknown, scope-…, key-list-…. */
  async execute(actor: Actor, datasetId: string, rows: RowScope): Promise<ToldCount> {
    requireRole(actor, 'requester');
    const { version, total, stored, keyLists } = await this.context.transactions.run(async (stores) => {
      const dataset = await stores.states.get('dataset', datasetId);
      if (!dataset) throw refuse('unknown');
      const { shareCondition } = dataset.state.entry;
      const citation = (await readProse(stores, [shareCondition]))(shareCondition);
      const fault = checkCount({ from: actor.department, dataset: dataset.state, rows, citation });
      if (fault) throw fault;
      const latest = dataset.state.latestVersion;
      const found = latest === undefined ? undefined : await stores.states.get('version', latest);
      if (latest === undefined || !found) throw refuse('no-version');
      const opened = await openVersion(this.context, stores, latest);
      const own = { dataset: datasetId, department: actor.department };
      const lists = await openListsNamed(this.context, stores, rows, own);
      return { version: latest, total: found.state.rows, stored: opened.stored, keyLists: lists };
    });
    const key = `${version}:${sha256Hex(JSON.stringify(rows))}`;
    const known = this.counted.get(key);
    const count = known ?? (await runCount({ ...this.data.jobs, version: stored, rows, keyLists }));
    this.counted.set(key, count);
    return toldCount(rows, count, total);
  }
}
