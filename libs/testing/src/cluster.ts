import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import {
  asRole,
  atDatabase,
  databaseRoles,
  dropDatabase,
  ensureDatabase,
  ensureRoles,
  giveDatabase,
  migrate,
  withClient,
} from '#postgres';

/** A database of a test's own. Addresses hold passwords of the throw-away cluster only. */
export interface TestDatabase {
  readonly name: string;
  /** As superuser: for looking behind the product's back, and for tampering. */
  readonly url: string;
  readonly migratorUrl: string;
  readonly apiUrl: string;
  readonly workerUrl: string;
  /** Removes it and cuts off whoever is connected. Not needed at the end of a run: the whole cluster goes. */
  drop(): Promise<void>;
}

interface Servers {
  readonly pg: string;
  readonly redis: string;
}

let servers: Promise<Servers> | undefined;

/**
 * The run's servers; for a file that is run by hand, servers of its own, which end with this process however it
 * ends: they watch their standard input.
 */
function findServers(): Promise<Servers> {
  servers ??= (async () => {
    const { QUANLIAN_TEST_PG: given, QUANLIAN_TEST_REDIS: redis = '' } = process.env;
    if (given) return { pg: given, redis };
    const script = resolve(import.meta.dirname, '../../../../scripts/throwaway.mjs');
    // A benchmark measures a cluster that waits for its disk.
    const flags = process.env['QUANLIAN_TEST_DURABLE'] === 'yes' ? ['--durable'] : [];
    const child = spawn(process.execPath, [script, ...flags], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    const [line] = (await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error('The test servers did not start.'))),
    ])) as [Buffer];
    child.stdout.destroy();
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    return JSON.parse(line.toString('utf8')) as Servers;
  })();
  return servers;
}

/** In the throw-away cluster every role has the superuser's random password. */
function passwordOf(url: string): string {
  return decodeURIComponent(new URL(url).password);
}

/** A template is filled once a cluster; the lock makes the other test files wait for the first. */
const templateLock = 7_206_311_002;

export interface Template {
  /** Part of the template database's name: one word for one content. */
  readonly name: string;
  /** Fills an empty database that has the product's roles. Its connections must be closed when it returns. */
  fill(database: Omit<TestDatabase, 'drop'>): Promise<void>;
}

function addresses(server: string, name: string): Omit<TestDatabase, 'drop'> {
  const url = atDatabase(server, name);
  const password = passwordOf(server);
  return {
    name,
    url,
    migratorUrl: asRole(url, databaseRoles.migrator, password),
    apiUrl: asRole(url, databaseRoles.api, password),
    workerUrl: asRole(url, databaseRoles.worker, password),
  };
}

async function ensureTemplate(server: string, template: Template): Promise<string> {
  const name = `template_${template.name}`;
  const password = passwordOf(server);
  await withClient(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1 and datistemplate', [name]);
    if (rowCount) return;
    // Left by a test file that died while it filled the template.
    await dropDatabase(server, name);
    await ensureDatabase(server, name);
    await ensureRoles(atDatabase(server, name), { migrator: password, api: password, worker: password });
    await template.fill(addresses(server, name));
    await client.query(`alter database ${client.escapeIdentifier(name)} with is_template true`);
  });
  return name;
}

const empty: Template = { name: 'empty', fill: async () => {} };

const migrated: Template = {
  name: 'migrated',
  fill: async ({ migratorUrl }) => {
    await migrate(migratorUrl);
    // Late, since only the first test file of a run fills the template.
    const { migrateQueue } = await import('#queue');
    await migrateQueue(migratorUrl);
  },
};

/**
 * A database for one test file, copied from a template in some 30 ms. Each call makes another one.
 *
 * @param label appears in the database's name, for whoever looks at the server while a test runs.
 */
export async function freshDatabase(label: string, template: Template = empty): Promise<TestDatabase> {
  const { pg: server } = await findServers();
  const source = await ensureTemplate(server, template);
  const name = `test_${label.replaceAll(/[^a-z0-9]+/gi, '_').toLowerCase()}_${process.pid}_${Date.now().toString(36)}`.slice(
    0,
    60,
  );
  await withClient(server, (client) =>
    client.query(`create database ${client.escapeIdentifier(name)} template ${client.escapeIdentifier(source)}`),
  );
  const made = addresses(server, name);
  // What roles may do with a database as a whole is not copied from the template.
  await giveDatabase(made.url);
  return { ...made, drop: () => dropDatabase(server, name) };
}

/** A database for one test file with the product's schema in it, as a migration left it. */
export function migratedDatabase(label: string): Promise<TestDatabase> {
  return freshDatabase(label, migrated);
}

/**
 * A Redis database of its own, empty; undefined where redis-server is not installed. Then the test says so:
 * `{ skip: redisUrl ? false : noRedis }`.
 */
export async function testRedisUrl(): Promise<string | undefined> {
  const { redis } = await findServers();
  if (!redis) return undefined;
  const { hostname, port } = new URL(redis);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write('INCR quanlian:test:databases\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  const number = Number(answer.toString('utf8').slice(1));
  if (!Number.isInteger(number) || number < 1) throw new Error(`Redis answered ${answer.toString('utf8')}`);
  return `${redis}/${number}`;
}

/** Why a test of the Redis queue was skipped. */
export const noRedis = 'redis-server is not installed';
