import type { FullTile } from '#ledger';
import { withClient } from '#postgres';
import { granteeCode, providerCode } from '../../tests/ledger/sample-ledger.js';
import { insertTiles, readTreeEdge } from '../../libs/postgres/src/ledger/tiles.js';
import { pulled, pullsOf } from '../../tests/ledger/many-statements.js';
import type { Appended } from '../seal/store.js';

const STEP = 100_000;

/**
 * Makes the log long in little time: rows with ids and leaves of their own, as wide as real ones and under the same indexes, but no entries that
 * could be verified. Tiles and head follow from the leaves as ever.
 */
export async function growTo(ledger: Appended, entries: number, onGrown: (size: number) => void = () => {}): Promise<void> {
  const [said] = pullsOf(ledger.city, granteeCode, 1);
  const bytes = said ? Buffer.concat([said.bytes, Buffer.alloc(250, 0x20)]) : Buffer.alloc(600);
  await withClient(ledger.at.url, async (client) => {
    await client.query("SET work_mem = '256MB'; SET synchronous_commit = off");
    const { rows } = await client.query<{ size: string }>('SELECT size FROM ledger.ledger_head');
    let size = Number(rows[0]?.size);
    const edge = await readTreeEdge(ledger.worker.pool, size);
    while (size < entries) {
      const count = Math.min(STEP, entries - size);
      // Whole or not at all: a run that was ended goes on from here.
      await client.query('BEGIN');
      const { rows: added } = await client.query<{ leaves: Buffer }>(
        `WITH added AS (
           INSERT INTO ledger.ledger_entry (index, statement_id, leaf_hash, sealed_at, type, issuer, subject, dataset, "right", departments, bytes)
           SELECT n, id, sha256(int8send(n)), clock_timestamp(), 'pull.signed', $3::text, id, $5::text, $6::text, ARRAY[$3::text, $7::text], $4::bytea
           FROM (SELECT n, replace(uuidv7()::text, '-', '') AS id FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS n) AS entry
           RETURNING index, leaf_hash)
         SELECT string_agg(leaf_hash, ''::bytea ORDER BY index) AS leaves FROM added`,
        [size, count, granteeCode, bytes, pulled.dataset, pulled.right, providerCode],
      );
      const leaves = added[0]?.leaves ?? Buffer.alloc(0);
      let tiles: FullTile[] = [];
      for (let i = 0; i < count; i++) {
        edge.append(leaves.subarray(i * 32, i * 32 + 32), (tile) => tiles.push(tile));
        if (tiles.length < 64) continue;
        await insertTiles(client, tiles);
        tiles = [];
      }
      await insertTiles(client, tiles);
      size += count;
      await client.query(
        `UPDATE ledger.ledger_head SET size = $1::bigint, head_leaf_hash = encode(sha256(int8send($1::bigint - 1)), 'hex'), sealed_at = clock_timestamp()`,
        [size],
      );
      await client.query('COMMIT');
      onGrown(size);
    }
  });
}
