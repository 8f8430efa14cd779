import { exportLine, NO_ENTRY } from '#ledger';
import type pg from 'pg';

/** An entry as it stands in the database. */
export interface StoredEntry {
  readonly index: number;
  readonly sealedAt: string;
  /** Hex. */
  readonly leafHash: string;
  /** The entry's exact bytes. */
  readonly bytes: Buffer;
}

export interface EntryRow {
  readonly index: string;
  readonly sealed_at: Date;
  readonly leaf_hash: Buffer;
  readonly bytes: Buffer;
}
export const entryColumns = 'index, sealed_at, leaf_hash, bytes';

export function storedEntryOf({ index, sealed_at, leaf_hash, bytes }: EntryRow): StoredEntry {
  return { index: Number(index), sealedAt: sealed_at.toISOString(), leafHash: leaf_hash.toString('hex'), bytes };
}

/** Size of the ledger and leaf hash of its last entry. */
export async function readHead(
  client: pg.ClientBase | pg.Pool,
): Promise<{ size: number; headLeafHash: string; sealedAt?: string; epoch: number }> {
  const { rows } = await client.query<{ size: string; head_leaf_hash: string; sealed_at: Date | null; epoch: string }>(
    'SELECT size, head_leaf_hash, sealed_at, epoch FROM ledger.ledger_head',
  );
  const [row] = rows;
  return {
    size: Number(row?.size ?? 0),
    headLeafHash: row?.head_leaf_hash ?? NO_ENTRY,
    ...(row?.sealed_at ? { sealedAt: row.sealed_at.toISOString() } : {}),
    epoch: Number(row?.epoch ?? 0),
  };
}

export async function readEntry(client: pg.ClientBase | pg.Pool, index: number): Promise<StoredEntry | undefined> {
  const { rows } = await client.query<EntryRow>(`SELECT ${entryColumns} FROM ledger.ledger_entry WHERE index = $1`, [index]);
  return rows[0] && storedEntryOf(rows[0]);
}

/** Entries `from` to just before `until`, in order, a page at a time: memory is one page. */
export async function* readEntries(
  client: pg.ClientBase | pg.Pool,
  from = 0,
  until = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<StoredEntry> {
  const pageSize = 1_000;
  for (let next = from; next < until;) {
    const { rows } = await client.query<EntryRow>({
      name: 'ledger-page',
      text: `SELECT ${entryColumns} FROM ledger.ledger_entry WHERE index >= $1 AND index < $2 ORDER BY index LIMIT ${pageSize}`,
      values: [next, until],
    });
    for (const row of rows) yield storedEntryOf(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    next = Number(last.index) + 1;
  }
}

/** The bytes of an export: every entry from `from` to just before `until`, at most the size at its beginning. docs/formats/export.md. */
export async function* exportLedger(
  client: pg.ClientBase | pg.Pool,
  from = 0,
  until = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<Buffer> {
  const { size } = await readHead(client);
  for await (const { bytes } of readEntries(client, from, Math.min(size, until))) yield exportLine(bytes);
}
