import { refuse, type DatasetEntry, type DatasetView, type VersionView } from '#contracts';
import { checkItemRules } from '#delivery';
import { requireRole, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import type { Found, Page, PageRequest, Proposal, Stores } from '../ports.js';
import { propose } from '../proposing.js';
import { openEntries, sealEntry } from './entry-prose.js';

/** What a dataset that is not shared, or shared on conditions, must say (Art. 14, 15); and that rules fit their items. */
function checkEntry(entry: DatasetEntry): void {
  const fault = checkItemRules(entry.items, 'entry.items');
  if (fault) throw fault;
  if (entry.shareType !== 'unconditional' && entry.shareCondition === undefined) {
    throw refuse('bad-input', { field: 'entry.shareCondition' }, { field: 'entry.shareCondition' });
  }
}

/** A steward enters a dataset in the catalogue, confirming that it holds no state or work secrets. */
export class EnterDataset {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal not-allowed, bad-input, item-rule, already-exists (resource code), personal-data-in-text. */
  async execute(actor: Actor, entry: DatasetEntry): Promise<Proposal> {
    requireRole(actor, 'steward');
    checkEntry(entry);
    return this.context.transactions.run(async (stores) => {
      const same = await stores.states.datasets({ resourceCode: entry.resourceCode }, { limit: 1 });
      if (same.items.length > 0) throw refuse('already-exists', { what: entry.resourceCode }, { field: 'entry.resourceCode' });
      return propose(this.context, stores, actor, {
        type: 'dataset.entered',
        issuer: actor.department,
        body: { entry: await sealEntry(stores, entry), noSecrets: true },
        sentence: { zh: `登记政务数据资源：${entry.title}`, en: `Enter the dataset ${entry.title}` },
      });
    });
  }
}

/** Its steward changes an entry. Versions keep the items that they were published with. */
export class ChangeDataset {
  constructor(private readonly context: ExchangeContext) {}

  async execute(actor: Actor, id: string, entry: DatasetEntry): Promise<Proposal> {
    requireRole(actor, 'steward');
    checkEntry(entry);
    return this.context.transactions.run(async (stores) => {
      const dataset = await ownDataset(stores, actor, id);
      const same = await stores.states.datasets({ resourceCode: entry.resourceCode }, { limit: 1 });
      if (same.items.some((found) => found.id !== id))
        throw refuse('already-exists', { what: entry.resourceCode }, { field: 'entry.resourceCode' });
      return propose(this.context, stores, actor, {
        type: 'dataset.changed',
        issuer: actor.department,
        after: dataset.state.last,
        body: { dataset: id, entry: await sealEntry(stores, entry), noSecrets: true },
        sentence: { zh: `更新目录条目：${entry.title}`, en: `Change the entry ${entry.title}` },
      });
    });
  }
}

/** A dataset of the actor's own department. The catalogue is public, so that of another answers not-allowed. */
export async function ownDataset(stores: Stores, actor: Actor, id: string): Promise<Found<'dataset'>> {
  const dataset = await stores.states.get('dataset', id);
  if (!dataset) throw refuse('unknown');
  if (dataset.state.provider !== actor.department) throw refuse('not-allowed');
  return dataset;
}

/** The catalogue: everybody who is logged in may find what there is (Art. 16). */
export class ReadDatasets {
  constructor(private readonly context: ExchangeContext) {}

  list(
    actor: Actor,
    filter: {
      text?: string | undefined;
      provider?: string | undefined;
      mine?: boolean | undefined;
      shareType?: string | undefined;
      grade?: string | undefined;
      updateCycle?: string | undefined;
      hasVersion?: boolean | undefined;
    },
    page: PageRequest,
  ): Promise<Page<DatasetView>> {
    return this.context.transactions.run(async (stores) => {
      const { mine = false, ...asked } = filter;
      if (mine && asked.provider !== undefined && asked.provider !== actor.department) return { items: [] };
      const wanted = { ...asked, ...(mine ? { provider: actor.department } : {}) };
      const { items, ...rest } = await stores.states.datasets(
        Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
        { ...page, counted: true },
      );
      return { ...rest, items: await datasetViews(stores, actor, items) };
    });
  }

  get(actor: Actor, id: string): Promise<DatasetView> {
    return this.context.transactions.run(async (stores) => {
      const dataset = await stores.states.get('dataset', id);
      if (!dataset) throw refuse('unknown');
      return (await datasetViews(stores, actor, [dataset]))[0] as DatasetView;
    });
  }

  versions(actor: Actor, id: string): Promise<VersionView[]> {
    return this.context.transactions.run(async (stores) => {
      const dataset = await stores.states.get('dataset', id);
      if (!dataset) throw refuse('unknown');
      const versions = await stores.states.versionsOf(id);
      return Promise.all(versions.map((version) => versionView(stores, actor, dataset.state.provider, version)));
    });
  }
}

async function datasetViews(stores: Stores, actor: Actor, datasets: readonly Found<'dataset'>[]): Promise<DatasetView[]> {
  const departments = await stores.states.getMany(
    'department',
    datasets.map((dataset) => dataset.state.provider),
  );
  const versions = await stores.states.getMany(
    'version',
    datasets.flatMap((dataset) => dataset.state.latestVersion ?? []),
  );
  const entries = await openEntries(
    stores,
    datasets.map((dataset) => dataset.state.entry),
  );
  return Promise.all(
    datasets.map(async ({ id, state }, i) => {
      const latest = versions.get(state.latestVersion ?? '');
      return {
        id,
        provider: state.provider,
        providerName: departments.get(state.provider)?.state.name ?? '',
        entry: entries[i] as DatasetEntry,
        enteredAt: state.enteredAt,
        versions: state.versions,
        ...(latest ? { latestVersion: await versionView(stores, actor, state.provider, latest) } : {}),
      };
    }),
  );
}

async function versionView(
  stores: Stores,
  actor: Actor,
  provider: string,
  { id, state }: Found<'version'>,
): Promise<VersionView> {
  const { last: _, ...shown } = state;
  // Whoever holds the digest of a small version can guess its rows; only the provider knows them anyway.
  const file = actor.department === provider ? await stores.versions.get(id) : undefined;
  return { id, ...shown, ...(file ? { contentDigest: file.contentDigest } : {}) };
}
