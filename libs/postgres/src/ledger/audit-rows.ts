import type pg from 'pg';
import { copyRows } from '../copy-rows.js';
import type { Page } from './audit-page.js';

/** Enough that what a page costs by itself is nothing, and few enough that those ahead are a few megabytes. */
export const ROWS_AT_ONCE = 512;
const MEMORY_BYTES = 1 << 20;
const COLUMNS = 11;

/** The columns beside an entry's bytes. */
export interface RowColumns {
  readonly index: number;
  /** Not a copy. */
  readonly leafHash: Buffer;
  /** Microseconds since 1970. */
  readonly sealedAtUs: number;
  /** Whether what the trail is searched by is this, in the order in which `select` names it; the empty text where there is none. */
  readonly isSearchedBy: (texts: readonly string[]) => boolean;
}

/** The next page of entries from an index on; `memory` is that of a page no longer needed. */
export async function copyPage(client: pg.ClientBase, from: number, memory?: ArrayBuffer): Promise<Page> {
  let bytes = Buffer.from(memory ?? new ArrayBuffer(MEMORY_BYTES));
  const places = new Uint32Array(ROWS_AT_ONCE * 3);
  let rows = 0;
  let end = 0;
  await copyRows(client, select(from), (fields) => {
    if (end + fields.length > bytes.length) {
      const wider = Buffer.from(new ArrayBuffer(bytes.length * 2));
      bytes.copy(wider, 0, 0, end);
      bytes = wider;
    }
    fields.copy(bytes, end);
    let at = 0;
    for (let i = 0; i < COLUMNS; i++) at += 4 + Math.max(0, fields.readInt32BE(at));
    places.set([end, end + at + 4, end + fields.length], rows++ * 3);
    end += fields.length;
  });
  return { memory: bytes.buffer, rows, places };
}

// Lists are joined by commas, which nothing in them holds.
const select = (from: number) => `SELECT index, leaf_hash, sealed_at, statement_id, type, issuer, subject, dataset, "right",
  array_to_string(departments, ',', '?'), array_to_string(persons, ',', '?'), bytes
FROM ledger.ledger_entry WHERE index >= ${from} ORDER BY index LIMIT ${ROWS_AT_ONCE}`;

export function columnsOf({ memory, places }: Page, row: number): RowColumns {
  const bytes = Buffer.from(memory);
  let at = places[row * 3] as number;
  const startOfNext = (): number => {
    const start = at + 4;
    at = start + Math.max(0, bytes.readInt32BE(at));
    return start;
  };
  const index = readInt64(bytes, startOfNext());
  const leafHash = bytes.subarray(startOfNext(), at);
  const sealedAtUs = readInt64(bytes, startOfNext()) + SINCE_1970_US;
  const isSearchedBy = (texts: readonly string[]) => texts.every((text) => bytes.toString('utf8', startOfNext(), at) === text);
  return { index, leafHash, sealedAtUs, isSearchedBy };
}

/** Exact within ±2^53, as every index and every time of a real entry is. */
const readInt64 = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);

/** PostgreSQL counts from the year 2000. */
const SINCE_1970_US = Date.UTC(2000, 0) * 1000;
