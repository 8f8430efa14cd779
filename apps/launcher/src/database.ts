import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Settings } from '#settings';
import { asRole, databaseRoles, ensureDatabase, ensureRoles, mayCreateRoles, migrate } from '#postgres';
import { migrateQueue } from '#queue';
import { openDatabaseKeys } from './data-folder.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import type { Progress } from './progress.js';
import { say, words } from './words.js';

const databaseName = 'quanlian';
const preferredPort = 54_329;

/** How each process logs in. The addresses hold passwords: never log them. */
export interface DatabaseAddresses {
  readonly migrator: string;
  readonly api: string;
  readonly worker: string;
}

export interface PreparedDatabase {
  /** Read anew at every start of a process: the embedded server may come back on another port. */
  addresses(): DatabaseAddresses;
  /** Undefined for a database given by address, which is not ours to start or stop. */
  readonly embedded?: EmbeddedPostgres;
}

/** Starts or reaches the database and makes its roles; its schema stays as it is. */
export async function openDatabase(settings: Settings, progress: Progress): Promise<PreparedDatabase> {
  return settings.databaseUrl ? reachGiven(settings, settings.databaseUrl, progress) : startOwn(settings, progress);
}

/** Brings the schema up to date, and the queue's where the queue is in this database. */
export async function prepareSchema(settings: Settings, database: PreparedDatabase, progress: Progress): Promise<void> {
  await progress.step(say(words.migrated), async () => {
    const { migrator } = database.addresses();
    await migrate(migrator);
    if (!settings.redisUrl) await migrateQueue(migrator);
  });
}

async function startOwn(settings: Settings, progress: Progress): Promise<PreparedDatabase> {
  const keys = openDatabaseKeys(settings.dataDir);
  mkdirSync(dirname(keys.directory), { recursive: true, mode: 0o755 });
  const embedded = await progress.step(
    say(words.postgres),
    async () => {
      const server = await startEmbeddedPostgres({
        directory: keys.directory,
        password: keys.passwords.superuser,
        preferredPort,
      });
      try {
        await ensureDatabase(server.adminUrl('postgres'), databaseName);
        await ensureRoles(server.adminUrl(databaseName), keys.passwords);
      } catch (error) {
        // Nobody else would stop it.
        await server.stop();
        throw error;
      }
      return server;
    },
    ({ adopted }) => say(adopted ? words.postgresAdopted : words.postgres),
  );
  const role = (name: string, password: string): string => asRole(embedded.adminUrl(databaseName), name, password);
  return {
    embedded,
    addresses: () => ({
      migrator: role(databaseRoles.migrator, keys.passwords.migrator),
      api: role(databaseRoles.api, keys.passwords.api),
      worker: role(databaseRoles.worker, keys.passwords.worker),
    }),
  };
}

/** The password in an address for one of our roles; undefined when it is for somebody else's. */
function passwordIn(url: string | undefined, role: string): string | undefined {
  if (!url) return undefined;
  const { username, password } = new URL(url);
  return decodeURIComponent(username) === role ? decodeURIComponent(password) : undefined;
}

async function reachGiven(settings: Settings, url: string, progress: Progress): Promise<PreparedDatabase> {
  const mayCreate = await progress.step(say(words.database), () => mayCreateRoles(url));
  if (!mayCreate) {
    progress.line(say(words.singleRole));
    const addresses = { migrator: url, api: settings.apiDatabaseUrl ?? url, worker: settings.workerDatabaseUrl ?? url };
    return { addresses: () => addresses };
  }
  const { passwords: drawn } = openDatabaseKeys(settings.dataDir);
  const passwords = {
    migrator: drawn.migrator,
    api: passwordIn(settings.apiDatabaseUrl, databaseRoles.api) ?? drawn.api,
    worker: passwordIn(settings.workerDatabaseUrl, databaseRoles.worker) ?? drawn.worker,
  };
  await ensureRoles(url, passwords);
  const addresses = {
    migrator: asRole(url, databaseRoles.migrator, passwords.migrator),
    api: settings.apiDatabaseUrl ?? asRole(url, databaseRoles.api, passwords.api),
    worker: settings.workerDatabaseUrl ?? asRole(url, databaseRoles.worker, passwords.worker),
  };
  return { addresses: () => addresses };
}
