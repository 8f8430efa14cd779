import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLimits, runCountChanges, type StoredVersion } from '#delivery';
import { race } from '../shared/against.js';
import { runCommand } from '../shared/command.js';
import { decryptParts, type makeGround } from '../shared/ground.js';
import { ingestPeople, peopleItems, writePeople } from '../shared/people.js';

/**
 * What changed between two versions of which one row in a hundred did: the product opens both versions' parts and compares them by the
 * key, in memory that does not grow with them. The peer: DuckDB's own FULL OUTER JOIN of the same parts, decrypted before, which holds a
 * whole version. Both have to count the same.
 */
export async function benchChanges(asked: {
  readonly rows: number;
  readonly rounds: number;
  readonly ground: ReturnType<typeof makeGround>;
}): Promise<void> {
  const { rows, rounds, ground } = asked;
  const { folder, memoryFolder, store, alone } = ground;
  const items = peopleItems.map((item) => (item.name === 'person' ? { ...item, key: true as const } : item));
  const publish = async (name: string, later: boolean): Promise<StoredVersion> => {
    const csv = join(folder, `${name}.csv`);
    await writePeople(csv, rows, later);
    const { version } = await ingestPeople(csv, store, memoryFolder, items);
    rmSync(csv);
    return version;
  };
  const [was, now] = [await publish('was', false), await publish('now', true)];
  const [wasParts, nowParts] = [
    await decryptParts(was, store, join(folder, 'was')),
    await decryptParts(now, store, join(folder, 'now')),
  ];
  const moved = Math.floor(rows / 1000);
  const differs = items.map((_, i) => `was.c${i} IS DISTINCT FROM now.c${i}`).join(' OR ');
  const found = 'count(*) FILTER (was.c0 IS NULL), count(*) FILTER (now.c0 IS NULL)';
  const out = join(folder, 'changes.csv');
  const sql = `COPY (SELECT ${found}, count(*) FILTER (was.c0 IS NOT NULL AND now.c0 IS NOT NULL AND (${differs}))
    FROM read_parquet('${wasParts}') AS was FULL OUTER JOIN read_parquet('${nowParts}') AS now ON was.c0 = now.c0) TO '${out}' (HEADER false)`;
  const { duckdbThreads } = defaultLimits;
  await race({
    name: `changes between two versions of ${rows} rows`,
    peerName: 'DuckDB’s FULL OUTER JOIN',
    rounds,
    async product() {
      const selection = { items: items.map(({ name }) => name), rows: { op: 'all' }, transformations: [] } as const;
      const counts = await runCountChanges({
        store,
        memoryFolder,
        version: now,
        since: was,
        selection: { ...selection, transformations: [] },
      });
      assert.deepEqual([counts.added, counts.removed], [moved, moved]);
      assert.ok(Math.abs(counts.changed / rows - 0.01) < 0.001, `${counts.changed} changed`);
    },
    // Without the product's limit of memory, which the join of whole versions would not keep.
    peer: () => runCommand(process.execPath, [alone, sql, String(duckdbThreads), '4GiB']),
    memoryFolders: [memoryFolder],
    goals: { mib: 1024 },
  });
}
