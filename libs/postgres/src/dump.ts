import type { Readable } from 'node:stream';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { readEntry, readHead } from './ledger/index.js';
import { withClient } from './roles.js';

/** What a backup holds. The job queue (`bullmq`) is not among them: it fills itself again from office.task. */
export const productSchemas = ['ledger', 'projection', 'office'] as const;

export interface ProductTable {
  readonly schema: string;
  readonly name: string;
  /** In the table's order, without those that the database computes itself. */
  readonly columns: readonly string[];
  /** Numbered by the database on INSERT; whoever copies rows in must set the counter on. */
  readonly identity?: string;
}

/** An encrypted object that the snapshot speaks of. */
export interface StoredObject {
  readonly name: string;
  readonly kind: 'part' | 'payload';
  /** The payload's delivery. */
  readonly delivery?: string;
  /** Known unless it is an attempt of which nothing is sealed yet. */
  readonly sizeBytes?: number;
  readonly sha256?: string;
}

/** One moment of the database; everything read through it belongs together. */
export interface Snapshot {
  /** The database's clock at its beginning. */
  readonly takenAt: string;
  /** Names of the migrations that made the schema, in order. */
  readonly migrations: readonly string[];
  readonly tables: readonly ProductTable[];
  readonly head: { readonly size: number; readonly headLeafHash: string; readonly sealedAt?: string; readonly epoch: number };
  /** The exact bytes of entry 0; missing in an exchange that is not set up. */
  readonly entry0?: Buffer;
  /** Names the vault key that the secrets were sealed under: docs/formats/vault.md. */
  readonly vaultKeyId?: string;
  /** Every object that must be in the store, or may be. */
  readonly objects: readonly StoredObject[];
  /** The table's rows in COPY's text format. One at a time; read it to its end. */
  readonly copyOut: (table: ProductTable) => Readable & { readonly rowCount: number };
}

/** A database in which no exchange was ever started. */
export class NoExchange extends Error {
  override readonly name = 'NoExchange';
}

/** Text that reads the same whatever the server's own settings are. */
export const copySettings = `
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0`;

/**
 * Reads one snapshot of everything that the product keeps in the database, beside whatever else runs. Throws NoExchange.
 *
 * @param url as a role that may read every table: the migrator, or whoever owns them.
 */
export async function readSnapshot<T>(url: string, read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(copySettings);
    const { rows } = await client.query<{ now: Date; made: boolean }>(
      `SELECT now(), to_regclass('app_migration') IS NOT NULL AND to_regclass('ledger.ledger_head') IS NOT NULL AS made`,
    );
    if (!rows[0]?.made) throw new NoExchange('There is no exchange in this database');
    const entry0 = await readEntry(client, 0);
    const vaultKeyId = await readVaultKeyId(client);
    const result = await read({
      takenAt: rows[0].now.toISOString(),
      migrations: await appliedMigrations(client),
      tables: await productTables(client),
      head: await readHead(client),
      ...(entry0 ? { entry0: entry0.bytes } : {}),
      ...(vaultKeyId === undefined ? {} : { vaultKeyId }),
      objects: await storedObjects(client),
      copyOut: ({ schema, name, columns }) =>
        client.query(copyTo(`COPY ${quoteTable(client, schema, name)} (${quoteAll(client, columns)}) TO STDOUT`)),
    });
    await client.query('COMMIT');
    return result;
  });
}

export function quoteTable(client: pg.ClientBase, schema: string, name: string): string {
  return `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
}
export function quoteAll(client: pg.ClientBase, names: readonly string[]): string {
  return names.map((name) => client.escapeIdentifier(name)).join(', ');
}

/** Migrations that made this schema, in order; none in a database without one. */
export async function appliedMigrations(client: pg.ClientBase): Promise<string[]> {
  const { rows: found } = await client.query<{ made: boolean }>(`SELECT to_regclass('app_migration') IS NOT NULL AS made`);
  if (!found[0]?.made) return [];
  const { rows } = await client.query<{ name: string }>('SELECT name FROM app_migration ORDER BY id');
  return rows.map(({ name }) => name);
}

/** The same, asked by address. */
export async function readMigrations(url: string): Promise<string[]> {
  return withClient(url, appliedMigrations);
}

/** Every table of the product's schemas, each after those that it refers to, else by name. Read from the catalogue, so that none is forgotten. */
export async function productTables(client: pg.ClientBase): Promise<ProductTable[]> {
  const { rows: tables } = await client.query<{ schema: string; name: string; columns: string[]; identity: string | null }>(
    `SELECT n.nspname AS schema, c.relname AS name,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns,
       min(a.attname::text) FILTER (WHERE a.attidentity <> '') AS identity
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE n.nspname = ANY($1) AND c.relkind = 'r'
     GROUP BY 1, 2`,
    [productSchemas],
  );
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `SELECT f.relnamespace::regnamespace || '.' || f.relname AS "from", t.relnamespace::regnamespace || '.' || t.relname AS "to"
     FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
     WHERE k.contype = 'f' AND k.conrelid <> k.confrelid AND f.relnamespace::regnamespace::text = ANY($1)`,
    [productSchemas],
  );
  const rank = ({ schema, name }: { schema: string; name: string }) =>
    `${productSchemas.indexOf(schema as (typeof productSchemas)[number])} ${name}`;
  const left = tables.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const sorted: ProductTable[] = [];
  while (left.length > 0) {
    const waits = (name: string) =>
      references.some(({ from, to }) => from === name && left.some((other) => nameOf(other) === to));
    const next = left.findIndex((table) => !waits(nameOf(table)));
    const [table] = left.splice(Math.max(0, next), 1);
    if (!table || next < 0) throw new Error('Tables refer to each other in a circle');
    const { identity, ...plain } = table;
    sorted.push({ ...plain, ...(identity === null ? {} : { identity }) });
  }
  return sorted;
}

/** `schema.name`, as people read it. */
export function nameOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`;
}

// Sealed bytes begin with a version and the id of the key: docs/formats/vault.md. The log key is there from the first start on.
async function readVaultKeyId(client: pg.ClientBase): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT encode(substring(sealed FROM 2 FOR 8), 'hex') AS id FROM office.secret WHERE name = 'log-key'`,
  );
  return rows[0]?.id;
}

// A payload belongs to the backup when its delivery may still be fetched, and when it was made but is not sealed yet: its statement may
// wait in the inbox. What failed or was cancelled only waits for its removal.
async function storedObjects(client: pg.ClientBase): Promise<StoredObject[]> {
  const { rows } = await client.query<{
    name: string;
    kind: 'part' | 'payload';
    delivery: string | null;
    size: string | null;
    sha256: string | null;
  }>(
    `SELECT name, 'part' AS kind, NULL AS delivery, size_bytes::text AS size, sha256::text FROM office.version_part
     UNION ALL
     SELECT a.object_name, 'payload', a.delivery, d.state #>> '{prepared,sizeBytes}', d.state #>> '{prepared,ciphertextSha256}'
     FROM office.delivery_attempt a
     JOIN projection.delivery d ON d.id = a.delivery
     LEFT JOIN office.delivery_work w ON w.delivery = a.delivery
     WHERE w.payload_removed_at IS NULL
       AND (d.status = 'decided' OR d.status IN ('prepared', 'received') AND d.state #>> '{prepared,attempt}' = a.id)
     ORDER BY 2, 1`,
  );
  return rows.map(({ name, kind, delivery, size, sha256 }) => ({
    name,
    kind,
    ...(delivery === null ? {} : { delivery }),
    ...(size === null ? {} : { sizeBytes: Number(size) }),
    ...(sha256 === null ? {} : { sha256 }),
  }));
}

/** Which of these deliveries' payloads were disposed of, as the database says now. */
export async function disposedPayloads(url: string, deliveries: readonly string[]): Promise<Set<string>> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ delivery: string }>(
      'SELECT delivery FROM office.delivery_work WHERE delivery = ANY($1) AND payload_removed_at IS NOT NULL',
      [deliveries],
    );
    return new Set(rows.map(({ delivery }) => delivery));
  });
}
