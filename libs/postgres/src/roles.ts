import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { encodeScramVerifier } from './scram.js';

/**
 * The database's roles. `owner` owns every table and cannot log in; `migrator` logs in and acts as the owner;
 * `api` and `worker` are what the product runs as and hold only what migrations grant them.
 */
export const databaseRoles = {
  owner: 'quanlian_owner',
  migrator: 'quanlian_migrator',
  api: 'quanlian_api',
  worker: 'quanlian_worker',
} as const;

export interface RolePasswords {
  readonly migrator: string;
  readonly api: string;
  readonly worker: string;
}

/** The same server and database, as another role. */
export function asRole(url: string, role: string, password: string): string {
  const address = new URL(url);
  address.username = role;
  address.password = password;
  return address.href;
}

/** The same server and role, another database. */
export function atDatabase(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${encodeURIComponent(database)}`;
  return address.href;
}

/** One connection for as long as the work takes. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that goes away rejects the statement under way; the event of the idle connection says nothing more.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Whether the role in the address may create the product's roles. */
export async function mayCreateRoles(url: string): Promise<boolean> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ may: boolean }>(
      'select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user',
    );
    return rows[0]?.may === true;
  });
}

/**
 * Two callers at once, each from a database of its own: roles belong to the whole server, where no lock of ours
 * reaches, and the server answers the slower one with one of these. internal_error is "tuple concurrently updated".
 */
const raceCodes = new Set(['XX000', '23505', '42710', '40P01']);
const maxAttempts = 20;

/**
 * Creates the four roles where missing, sets their passwords, and gives them the database of the address; what
 * they may do with its tables is granted by migrations. Repeatable: run at every start.
 *
 * @param adminUrl the product's database, as a superuser or a role with CREATEROLE that owns that database.
 */
export async function ensureRoles(adminUrl: string, passwords: RolePasswords): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await withClient(adminUrl, (client) => makeRoles(client, passwords));
      break;
    } catch (error) {
      if (attempt >= maxAttempts || !raceCodes.has((error as { code?: string }).code ?? '')) throw error;
      await sleep(10 * attempt);
    }
  }
  await giveDatabase(adminUrl);
}

async function makeRoles(client: pg.Client, passwords: RolePasswords): Promise<void> {
  const { owner, migrator, api, worker } = databaseRoles;
  await client.query('begin');
  const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
    Object.values(databaseRoles),
  ]);
  const existing = new Set(rows.map(({ rolname }) => rolname));
  // A new role has no attribute but what is said here: it may make neither roles nor databases.
  if (!existing.has(owner)) await client.query(`create role ${owner} nologin`);
  for (const [role, password] of [
    [migrator, passwords.migrator],
    [api, passwords.api],
    [worker, passwords.worker],
  ] as const) {
    if (!existing.has(role)) await client.query(`create role ${role}`);
    await client.query(`alter role ${role} login password ${client.escapeLiteral(encodeScramVerifier(password))}`);
  }
  await client.query(`grant ${owner} to ${migrator}`);
  // What the migrator makes belongs to the owner: no migration needs to say so, none can forget it.
  await client.query(`alter role ${migrator} set role to ${owner}`);
  await client.query('commit');
}

/** Lets the roles, and nobody else, into the database of the address; the owner may build in it. */
export async function giveDatabase(adminUrl: string): Promise<void> {
  const { owner, migrator, api, worker } = databaseRoles;
  await withClient(adminUrl, async (client) => {
    await client.query('begin');
    const { rows } = await client.query<{ name: string }>('select current_database() as name');
    const database = client.escapeIdentifier(rows[0]?.name ?? '');
    await client.query(`revoke connect, temporary on database ${database} from public`);
    await client.query(`grant connect, create, temporary on database ${database} to ${owner}`);
    await client.query(`grant connect on database ${database} to ${migrator}, ${api}, ${worker}`);
    await client.query(`grant usage, create on schema public to ${owner}`);
    await client.query('commit');
  });
}

/** Creates the database where it is missing. Two callers at once are fine. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    try {
      await client.query(`create database ${client.escapeIdentifier(name)}`);
    } catch (error) {
      // duplicate_database, or the unique index of pg_database when both were quick.
      const { code } = error as { code?: string };
      if (code !== '42P04' && code !== '23505') throw error;
    }
  });
}

/** Removes a database and whoever is connected to it. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, (client) => client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`));
}
