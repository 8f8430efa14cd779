import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { copySettings, nameOf, productTables, quoteAll, quoteTable, type ProductTable } from './dump.js';
import { withClient } from './roles.js';

export interface DumpedTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

/** What was copied out, to be copied in. */
export interface Dump {
  readonly tables: readonly DumpedTable[];
  /** The table's rows in COPY's text format. Asked for once a table, in no order of the caller's. */
  readonly open: (table: DumpedTable) => Readable;
  /** Deliveries whose payloads were disposed of while the dump was made, and when it was made. */
  readonly disposed: readonly string[];
  readonly takenAt: string;
}

export interface LoadedDump {
  readonly rows: number;
  readonly epoch: number;
  /** What was ended: nobody who was logged in then is logged in now. */
  readonly ended: { readonly sessions: number; readonly tokens: number; readonly setUpLinks: number };
}

export type DumpFaultCode = 'database-not-empty' | 'tables-differ' | 'rows-differ';

/** Why a dump does not go into this database. Nothing was changed. */
export class DumpFault extends Error {
  override readonly name = 'DumpFault';
  constructor(
    readonly code: DumpFaultCode,
    /** `schema.name` of the table at fault. */
    readonly table: string,
  ) {
    super(`${code}: ${table}`);
  }
}

/** A table of an exchange that was in use: `schema.name`. Undefined when there is none, with or without a schema. */
export async function findUse(url: string): Promise<string | undefined> {
  return withClient(url, async (client) => inUse(client, await productTables(client)));
}

/**
 * Copies a dump into a database whose schema is that of the dump and that holds nothing: all in one transaction, so a crash leaves it
 * empty or whole. The head's epoch goes on from the dump's, so that a sealer of the lost exchange is fenced. Sessions, tokens and set-up
 * links are ended. Throws DumpFault.
 *
 * @param url as the migrator, or as whoever owns the tables.
 */
export async function loadDump(
  url: string,
  dump: Dump,
  signal: AbortSignal,
  onTable?: (name: string) => void,
): Promise<LoadedDump> {
  return withClient(url, async (client) => {
    await client.query('BEGIN');
    await client.query(copySettings);
    const tables = await productTables(client);
    compareTables(tables, dump.tables);
    await client.query(`LOCK TABLE ${tables.map(({ schema, name }) => quoteTable(client, schema, name)).join(', ')}`);
    const used = await inUse(client, tables);
    if (used !== undefined) throw new DumpFault('database-not-empty', used);

    let rows = 0;
    for (const table of tables) {
      const dumped = dump.tables.find((other) => nameOf(other) === nameOf(table));
      if (!dumped) throw new DumpFault('tables-differ', nameOf(table));
      onTable?.(nameOf(table));
      const open = () => dump.open(dumped);
      const copied = isHead(table)
        ? await loadHead(client, table, open, signal)
        : await copyIn(client, quoteTable(client, table.schema, table.name), table.columns, open, signal);
      if (copied !== dumped.rows) throw new DumpFault('rows-differ', nameOf(table));
      rows += copied;
      if (table.identity !== undefined) await goOnCounting(client, table, table.identity);
    }
    const epoch = await moveEpochOn(client);
    await client.query(
      `INSERT INTO office.delivery_work (delivery, stage, payload_removed_at) SELECT delivery, 'ended', $2 FROM unnest($1::text[]) AS delivery
       ON CONFLICT (delivery) DO UPDATE SET stage = excluded.stage, payload_removed_at = excluded.payload_removed_at`,
      [dump.disposed, dump.takenAt],
    );
    const ended = await endCredentials(client);
    signal.throwIfAborted();
    await client.query('COMMIT');
    // Statistics, or the first questions would be planned for empty tables.
    await client.query(`ANALYZE ${tables.map(({ schema, name }) => quoteTable(client, schema, name)).join(', ')}`);
    return { rows, epoch, ended };
  });
}

const isHead = (table: ProductTable) => nameOf(table) === 'ledger.ledger_head';

// What a migration leaves in an empty database: the head of an empty ledger.
async function inUse(client: pg.ClientBase, tables: readonly ProductTable[]): Promise<string | undefined> {
  for (const table of tables) {
    const where = isHead(table) ? 'WHERE size > 0' : '';
    const { rows } = await client.query<{ used: boolean }>(
      `SELECT EXISTS (SELECT FROM ${quoteTable(client, table.schema, table.name)} ${where}) AS used`,
    );
    if (rows[0]?.used) return nameOf(table);
  }
  return undefined;
}

/** Names in the dump reach SQL only after they were found in this database's own catalogue. */
function compareTables(tables: readonly ProductTable[], dumped: readonly DumpedTable[]): void {
  const shape = (table: { schema: string; name: string; columns: readonly string[] }) =>
    `${nameOf(table)}(${table.columns.join()})`;
  const ours = new Set(tables.map(shape));
  const theirs = new Set(dumped.map(shape));
  const odd = [...dumped.filter((table) => !ours.has(shape(table))), ...tables.filter((table) => !theirs.has(shape(table)))][0];
  if (odd) throw new DumpFault('tables-differ', nameOf(odd));
}

/** Streams rows into a table; how many there were. */
async function copyIn(
  client: pg.ClientBase,
  quoted: string,
  columns: readonly string[],
  open: () => Readable,
  signal: AbortSignal,
): Promise<number> {
  const into = client.query(copyFrom(`COPY ${quoted} (${quoteAll(client, columns)}) FROM STDIN`));
  await pipeline(open(), into, { signal });
  return into.rowCount;
}

// The head's row cannot be taken out or set back, only moved forward: so the dump's row moves it. Nobody holds its lease.
async function loadHead(
  client: pg.ClientBase,
  { columns }: ProductTable,
  open: () => Readable,
  signal: AbortSignal,
): Promise<number> {
  await client.query('CREATE TEMPORARY TABLE dumped_head (LIKE ledger.ledger_head) ON COMMIT DROP');
  const rows = await copyIn(client, 'dumped_head', columns, open, signal);
  const taken = columns.filter((column) => !['single', 'epoch', 'lease_holder', 'lease_until'].includes(column));
  const quoted = quoteAll(client, taken);
  await client.query(
    `UPDATE ledger.ledger_head AS head SET (${quoted}) = (SELECT ${quoted} FROM dumped_head),
       epoch = (SELECT greatest(head.epoch, dumped_head.epoch) FROM dumped_head), lease_holder = NULL, lease_until = NULL`,
  );
  return rows;
}

async function moveEpochOn(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ epoch: string }>('UPDATE ledger.ledger_head SET epoch = epoch + 1 RETURNING epoch');
  return Number(rows[0]?.epoch);
}

/** The counter goes on behind the highest number; unlike setval this is undone with the transaction. */
async function goOnCounting(client: pg.ClientBase, { schema, name }: ProductTable, column: string): Promise<void> {
  const table = quoteTable(client, schema, name);
  const quoted = client.escapeIdentifier(column);
  const { rows } = await client.query<{ next: string }>(`SELECT coalesce(max(${quoted}), 0) + 1 AS next FROM ${table}`);
  // A number that the database itself gave: nothing of the dump's text.
  await client.query(`ALTER TABLE ${table} ALTER COLUMN ${quoted} RESTART WITH ${BigInt(rows[0]?.next ?? '1')}`);
}

async function endCredentials(client: pg.ClientBase): Promise<LoadedDump['ended']> {
  const { rows } = await client.query<{ sessions: number; tokens: number }>(
    `WITH ended AS (DELETE FROM office.credential RETURNING kind)
     SELECT count(*) FILTER (WHERE kind = 'session')::int AS sessions, count(*) FILTER (WHERE kind = 'token')::int AS tokens FROM ended`,
  );
  const { rowCount } = await client.query('DELETE FROM office.setup_link');
  // What was still arriving is in no backup: its sender begins again.
  await client.query('DELETE FROM office.arrival');
  return { sessions: rows[0]?.sessions ?? 0, tokens: rows[0]?.tokens ?? 0, setUpLinks: rowCount ?? 0 };
}
