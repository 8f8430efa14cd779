import { toHex } from '#crypto';
import { LogFault, type SignedCheckpoint } from '#ledger';
import type pg from 'pg';

type Client = pg.ClientBase | pg.Pool;

interface CheckpointRow {
  readonly size: string;
  readonly root: Buffer;
  readonly note: string;
  readonly signed_at: Date;
}

function checkpointOf({ size, root, note, signed_at }: CheckpointRow): SignedCheckpoint {
  return { size: Number(size), root, note, signedAt: signed_at.toISOString() };
}

/** Rung by every new checkpoint, with its size. */
export const checkpointChannel = 'quanlian_checkpoint';

const insert = `
WITH added AS (
  INSERT INTO ledger.ledger_checkpoint (size, root, note, signed_at)
  SELECT $2::bigint, $3::bytea, $4::text, $5::timestamptz FROM ledger.ledger_head WHERE epoch = $1::bigint AND size >= $2::bigint
  ON CONFLICT (size) DO NOTHING
  RETURNING size
)
SELECT pg_notify('${checkpointChannel}', size::text) FROM added`;

/**
 * Keeps a checkpoint, if nobody took the lease meanwhile; false if somebody did. The first root of a size stays its only one: throws
 * LogFault `consistency-wrong` for another.
 */
export async function putCheckpoint(
  client: Client,
  epoch: number,
  { size, root, note, signedAt }: SignedCheckpoint,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'checkpoint-put',
    text: insert,
    values: [epoch, size, Buffer.from(root), note, signedAt],
  });
  if (rowCount === 1) return true;
  // A statement of its own: what another session committed meanwhile is seen only now.
  const { rows } = await client.query<{ root: Buffer }>('SELECT root FROM ledger.ledger_checkpoint WHERE size = $1', [size]);
  const [kept] = rows;
  if (kept && !kept.root.equals(root)) {
    throw new LogFault('consistency-wrong', `size ${size} was signed with root ${toHex(kept.root)}, and is ${toHex(root)} now`);
  }
  return kept !== undefined;
}

/** The checkpoint of the largest size: what the log says of itself now. */
export async function readLastCheckpoint(client: Client): Promise<SignedCheckpoint | undefined> {
  const { rows } = await client.query<CheckpointRow>({
    name: 'checkpoint-last',
    text: 'SELECT size, root, note, signed_at FROM ledger.ledger_checkpoint ORDER BY size DESC LIMIT 1',
  });
  return rows[0] && checkpointOf(rows[0]);
}

/** Whether a checkpoint was made for a size from one to just before another. */
export async function hasCheckpointWithin(client: Client, from: number, before = Number.MAX_SAFE_INTEGER): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'checkpoint-within',
    text: 'SELECT FROM ledger.ledger_checkpoint WHERE size >= $1 AND size < $2 LIMIT 1',
    values: [from, before],
  });
  return rowCount === 1;
}

/** All checkpoints, by size, a page at a time. */
export async function* readCheckpoints(client: Client): AsyncGenerator<SignedCheckpoint> {
  const pageSize = 1_000;
  for (let after = 0; ;) {
    const { rows } = await client.query<CheckpointRow>({
      name: 'checkpoint-page',
      text: `SELECT size, root, note, signed_at FROM ledger.ledger_checkpoint WHERE size > $1 ORDER BY size LIMIT ${pageSize}`,
      values: [after],
    });
    for (const row of rows) yield checkpointOf(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = Number(last.size);
  }
}
