import type { Comparison } from '../changes/compare.js';
import type { StoredVersion } from '../job.js';
import { openParts } from '../part-files.js';
import { quoteLiteral } from '../sql.js';
import { allColumns } from './ask.js';

/**
 * Of the rows that `compareVersions` found changed: in how many each item has another value, in the items' order. In turns of those whose
 * values fit in memory together.
 */
export async function changedByItem(comparison: Comparison, changed: number): Promise<number[]> {
  const { was, now, store, folder, sandbox, limits } = comparison;
  const columns = allColumns(now.items);
  const counts = columns.map(() => 0);
  const turns = Math.ceil((changed * 12 * (columns.length + 2)) / limits.compareBytes);
  const each = async ({ parts, identity }: StoredVersion, look: (from: string) => Promise<void>): Promise<void> => {
    let base = 0;
    for await (const { path, part } of openParts({ parts, identity }, store, folder)) {
      await look(
        `(SELECT *, file_row_number + ${base} AS place FROM read_parquet(${quoteLiteral(path)}, file_row_number = true))`,
      );
      base += part.rows;
    }
  };
  await sandbox.run(`CREATE TABLE old (place BIGINT, ${columns.map((column) => `${column} UBIGINT`).join(', ')})`);
  for (let turn = 0; turn < turns; turn += 1) {
    const mine = `SELECT pos, was FROM changed WHERE was IS NOT NULL AND was % ${turns} = ${turn}`;
    const hashes = columns.map((column) => `hash(${column})`);
    await each(was, async (from) => {
      await sandbox.run(
        `INSERT INTO old SELECT place, ${hashes.join(', ')} FROM ${from} WHERE place IN (SELECT was FROM (${mine}))`,
      );
    });
    const differ = columns.map((column) => `count(*) FILTER (hash(here.${column}) <> old.${column})`);
    await each(now, async (from) => {
      const sql = `SELECT ${differ.join(', ')} FROM ${from} AS here JOIN (${mine}) AS mine ON mine.pos = here.place
        JOIN old ON old.place = mine.was`;
      const [found] = await sandbox.run(sql);
      for (const i of counts.keys()) counts[i] = (counts[i] as number) + Number(found?.[i] ?? 0);
    });
    await sandbox.run('TRUNCATE old');
  }
  return counts;
}
