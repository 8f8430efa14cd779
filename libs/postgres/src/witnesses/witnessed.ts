import type { WitnessedNote } from '#witnesses';
import type pg from 'pg';

type Client = pg.ClientBase | pg.Pool;

/** Rung by every checkpoint that reached the quorum, and by every cosignature that it gets after that, with its size. */
export const witnessedChannel = 'quanlian_witnessed';

interface WitnessedRow {
  readonly size: string;
  readonly note: string;
  readonly witnessed_at: Date;
}

/** The checkpoint of the largest size that reached the quorum, with the cosignatures of that moment. */
export async function readLastWitnessed(client: Client): Promise<WitnessedNote | undefined> {
  const { rows } = await client.query<WitnessedRow>({
    name: 'witnessed-last',
    text: 'SELECT size, note, witnessed_at FROM ledger.ledger_witnessed ORDER BY size DESC LIMIT 1',
  });
  const [row] = rows;
  return row && { size: Number(row.size), note: row.note, witnessedAt: row.witnessed_at.toISOString() };
}

/** The signature lines kept for a size, by the witnesses' verifier keys, in the order of their times. */
export async function readCosignatures(client: Client, size: number): Promise<Map<string, string>> {
  const { rows } = await client.query<{ witness: string; line: string }>({
    name: 'cosignatures',
    text: 'SELECT witness, line FROM ledger.ledger_cosignature WHERE size = $1 ORDER BY cosigned_at, witness COLLATE "C"',
    values: [size],
  });
  return new Map(rows.map(({ witness, line }) => [witness, line]));
}

/** How many entries are witnessed; 0 before the first. */
export async function lastWitnessedSize(client: Client): Promise<number> {
  const { rows } = await client.query<{ size: string | null }>({
    name: 'witnessed-size',
    text: 'SELECT max(size) AS size FROM ledger.ledger_witnessed',
  });
  return Number(rows[0]?.size ?? 0);
}

/** `QLwitnes` in ASCII. */
const witnessedLock = '5858188510110836083';

/**
 * Keeps the first for a size, with what follows from it, in one transaction: `follow` is told which entries were not witnessed before.
 * A crash before the commit leaves the cosignatures, of which the next gatherer makes the same note.
 */
export async function putWitnessed(
  pool: pg.Pool,
  { size, note, witnessedAt }: WitnessedNote,
  follow: (client: pg.ClientBase, news: { from: number; size: number }) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    // Two gatherers at once, after a change of the sealer: each entry is told once.
    await client.query('SELECT pg_advisory_xact_lock($1)', [witnessedLock]);
    const from = await lastWitnessedSize(client);
    const { rowCount } = await client.query({
      name: 'witnessed-put',
      text: 'INSERT INTO ledger.ledger_witnessed (size, note, witnessed_at) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING',
      values: [size, note, witnessedAt],
    });
    if (rowCount === 1 && size > from) await follow(client, { from, size });
    await client.query('SELECT pg_notify($1, $2)', [witnessedChannel, String(size)]);
    await client.query('COMMIT');
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Whether a checkpoint reached the quorum whose size is one from here to just before another. */
export async function hasWitnessedWithin(client: Client, from: number, before = Number.MAX_SAFE_INTEGER): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'witnessed-within',
    text: 'SELECT FROM ledger.ledger_witnessed WHERE size >= $1 AND size < $2 LIMIT 1',
    values: [from, before],
  });
  return rowCount === 1;
}
