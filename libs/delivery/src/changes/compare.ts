import { refuse, type Item } from '#contracts';
import { schemaDigestOf } from '../content-digest.js';
import { columnName, duckdbType } from '../item-value.js';
import type { JobOptions, Selection, StoredVersion } from '../job.js';
import type { LeavingRows } from '../leaving-sql.js';
import type { DeliveryLimits } from '../limits.js';
import { openParts } from '../part-files.js';
import type { PayloadStore } from '../payload-store.js';
import type { Sandbox } from '../sandbox.js';
import { quoteLiteral, usedParameters } from '../sql.js';

/** What is compared, and where. Both versions have the same columns (`checkComparable`). */
export interface Comparison {
  readonly was: StoredVersion;
  readonly now: StoredVersion;
  /** Which rows count, and what of them is compared: what a recipient would see. */
  readonly rows: LeavingRows;
  readonly store: PayloadStore;
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly limits: DeliveryLimits;
}

export interface ChangeCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** The columns of a version's parts that are together its key; empty when it has none. */
export function keyColumns(items: readonly Item[]): readonly string[] {
  return items.flatMap((item, i) => (item.key ? [columnName(i)] : []));
}

/**
 * Whether what changed between two versions can be told to somebody who sees a selection. Throws `changes-items-differ`, `changes-no-key`,
 * and `changes-key-hidden` when the recipient could not tell which of its rows is meant.
 */
export function checkComparable(was: readonly Item[], now: readonly Item[], selection?: Omit<Selection, 'format'>): void {
  if (schemaDigestOf(was) !== schemaDigestOf(now)) throw refuse('changes-items-differ');
  const keys = now.filter(({ key }) => key).map(({ name }) => name);
  if (keys.length === 0) throw refuse('changes-no-key');
  if (selection === undefined) return;
  // A pseudonym is one to one; any other mask makes one of several keys.
  const blurred = selection.transformations.filter(({ transformation: { kind } }) => kind !== 'pseudonym');
  const hidden = keys.filter((key) => !selection.items.includes(key) || blurred.some(({ item }) => item === key));
  if (hidden.length > 0) throw refuse('changes-key-hidden', { items: hidden });
}

/**
 * Compares two versions by their key and leaves in the sandbox, by the rows' places counted from 0 through all parts: `changed` (`pos`
 * in the new version, `was` in the old one or null for what was added) and `gone` (`was`). Rows are compared by 64 bits of a hash, keys as
 * they are.
 *
 * Memory does not grow with the versions: keys are compared in turns, each for those whose hash falls to it, and each turn reads both
 * versions again. What stays is 16 bytes for each row that changed.
 */
export async function compareVersions(comparison: Comparison, options: JobOptions = {}): Promise<ChangeCounts> {
  const { was, now, sandbox, limits } = comparison;
  const keys = keyColumns(now.items);
  await sandbox.run('CREATE TABLE changed (pos BIGINT, was BIGINT)');
  await sandbox.run('CREATE TABLE gone (was BIGINT)');
  const rows = was.parts.reduce((sum, part) => sum + part.rows, 0);
  const turns = Math.max(1, Math.ceil(rows / rowsATurn(keys.length, limits)));
  const total = turns * (was.parts.length + now.parts.length);
  let done = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    const step = async (version: StoredVersion, take: (select: string) => Promise<void>): Promise<void> => {
      let base = 0;
      for await (const { path, part } of openParts(version, comparison.store, comparison.folder)) {
        options.signal?.throwIfAborted();
        await take(keyedRows(comparison, keys, path, base, { turn, turns }));
        base += part.rows;
        options.onProgress?.({ stage: 'selecting', done: (done += 1), total, rows: 0 });
      }
    };
    const run = (sql: string) => sandbox.run(sql, usedParameters(sql, comparison.rows.parameters));
    await sandbox.run(`CREATE TABLE met (pos BIGINT)`);
    const typed = now.items.flatMap((item, i) => (item.key ? [`${columnName(i)} ${duckdbType(item)}`] : []));
    await sandbox.run(`CREATE TABLE had (${typed.join(', ')}, h UBIGINT, pos BIGINT)`);
    await sandbox.run('CREATE TABLE pair (pos BIGINT, was BIGINT, same BOOLEAN)');
    await step(was, async (select) => void (await run(`INSERT INTO had ${select}`)));
    const on = keys.map((key) => `had.${key} = here.${key}`).join(' AND ');
    await step(now, async (select) => {
      await run(`INSERT INTO pair SELECT here.pos, had.pos, here.h = had.h
        FROM (${select}) AS here LEFT JOIN had ON ${on}`);
      await sandbox.run('INSERT INTO changed SELECT pos, was FROM pair WHERE was IS NULL OR NOT same');
      await sandbox.run('INSERT INTO met SELECT was FROM pair WHERE was IS NOT NULL');
      await sandbox.run('TRUNCATE pair');
    });
    await sandbox.run('INSERT INTO gone SELECT pos FROM had ANTI JOIN met USING (pos)');
    await sandbox.run('DROP TABLE had');
    await sandbox.run('DROP TABLE pair');
    await sandbox.run('DROP TABLE met');
  }
  const [counts] = await sandbox.run(
    'SELECT count(*) FILTER (was IS NULL), count(was), (SELECT count(*) FROM gone) FROM changed',
  );
  const [added, changed, removed] = (counts ?? []).map(Number) as [number, number, number];
  return { added, changed, removed };
}

// A row of the table and of the join's own table over it; texts of keys are taken for 24 bytes.
function rowsATurn(keys: number, limits: DeliveryLimits): number {
  return Math.ceil(limits.compareBytes / (48 + 32 * keys));
}

function keyedRows(
  { rows }: Comparison,
  keys: readonly string[],
  path: string,
  base: number,
  { turn, turns }: { turn: number; turns: number },
): string {
  const seen = `hash(${rows.columns.map(({ sql }) => sql).join(', ')})`;
  const mine = turns === 1 ? '' : ` AND hash(${keys.join(', ')}) % ${turns} = ${turn}`;
  return `SELECT ${keys.join(', ')}, ${seen} AS h, file_row_number + ${base} AS pos
    FROM read_parquet(${quoteLiteral(path)}, file_row_number = true) WHERE ${rows.condition}${mine}`;
}
