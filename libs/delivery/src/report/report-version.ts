import { Refusal, type Item, type ReportedItem } from '#contracts';
import { checkComparable, compareVersions } from '../changes/compare.js';
import type { JobOptions, ReportJob, VersionFacts } from '../job.js';
import { compileSelection } from '../leaving-sql.js';
import { limitsWith } from '../limits.js';
import { openParts } from '../part-files.js';
import { openPayloadStore } from '../payload-place.js';
import { openSandbox } from '../sandbox.js';
import { changedByItem } from './changed-items.js';
import { DistinctCounts } from './distinct.js';
import { Duplicates } from './duplicates.js';
import { Outliers } from './outliers.js';
import { Ranges } from './ranges.js';

/**
 * Says what a version's values are like, and what changed against the version before when there is one. Reads the version twice, and
 * again for what does not fit in memory at once: nothing that is kept grows with its rows but what `compareVersions` keeps. Values of
 * personal items are counted and never told. Throws Refusal `part-damaged`.
 */
export async function reportVersion(job: ReportJob, folder: string, options: JobOptions = {}): Promise<VersionFacts> {
  const limits = limitsWith(job.limits);
  const { version, before } = job;
  const { items } = version;
  const store = openPayloadStore(job.store);
  const sandbox = await openSandbox(folder, limits);
  const rows = version.parts.reduce((sum, part) => sum + part.rows, 0);
  const each = async (look: (path: string, base: number) => Promise<void>): Promise<void> => {
    let base = 0;
    for await (const { path, part } of openParts(version, store, folder)) {
      options.signal?.throwIfAborted();
      await look(path, base);
      base += part.rows;
      options.onProgress?.({ stage: 'selecting', done: base, total: rows, rows: base });
    }
  };
  try {
    const ranges = await Ranges.open(sandbox, items);
    const distinct = new DistinctCounts(sandbox, items, rows);
    const outliers = await Outliers.open(sandbox, items, rows);
    const duplicates = await Duplicates.open(sandbox, items, rows, limits);
    await each(async (path, base) => {
      await ranges.add(path);
      await distinct.add(path);
      await outliers.sample(path, base);
      await duplicates.add(path);
    });
    await outliers.fence();
    if (outliers.isFenced) await each((path, base) => outliers.count(path, base));
    await duplicates.next();
    while (duplicates.isWaiting) {
      await each((path) => duplicates.add(path));
      await duplicates.next();
    }

    const reported: ReportedItem[] = [];
    for (const [i, { name, title, type, personal }] of items.entries()) {
      const { missing, lengths, range } = await ranges.of(i, rows);
      const outside = outliers.of(i);
      reported.push({
        name,
        title,
        type,
        personal,
        missing,
        distinct: await distinct.of(i),
        ...(lengths && !personal ? { lengths } : {}),
        ...(range && !personal ? { range } : {}),
        ...(outside ? { outliers: personal ? { count: outside.count, sampled: outside.sampled } : outside } : {}),
      });
    }
    const facts = { rows, items: reported, duplicates: duplicates.count };
    if (before === undefined) return facts;
    const notCompared = notComparable(before.items, items);
    if (notCompared) return { ...facts, notCompared };
    const selection = { items: items.map(({ name }) => name), rows: { op: 'all' as const }, transformations: [] };
    const comparison = {
      was: before,
      now: version,
      rows: compileSelection(items, selection, undefined, limits),
      store,
      folder,
      sandbox,
      limits,
    };
    const changes = await compareVersions(comparison, options);
    const changed = await changedByItem(comparison, changes.changed);
    return { ...facts, items: reported.map((item, i) => ({ ...item, changed: changed[i] ?? 0 })), changes };
  } finally {
    sandbox.close();
  }
}

function notComparable(was: readonly Item[], now: readonly Item[]): VersionFacts['notCompared'] {
  try {
    checkComparable(was, now);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'changes-no-key' || error.code === 'changes-items-differ')) return error.code;
    throw error;
  }
}
