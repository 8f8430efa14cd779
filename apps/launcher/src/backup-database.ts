import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '#settings';
import { asRole, databaseRoles, mayCreateRoles, productSchemas, withClient } from '#postgres';
import { lockFolder, type FolderLock, type LockHolder } from '#machine';
import { Stop } from './backup-command.js';
import { readDatabaseKeys, type DatabaseKeys } from './data-folder.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { readPostmaster } from './postmaster.js';

/** How to reach an exchange's database as it is. The addresses hold passwords: never say them. */
export interface ReachedDatabase {
  /** May read every table. */
  readonly owner: string;
  readonly api: string;
}

const databaseName = 'quanlian';
const startingTimeoutMs = 60_000;

/**
 * Reaches the database of an exchange that exists, running or stopped, and changes nothing in it: roles and schema stay as they are.
 * An embedded server that does not run is started for as long as the work takes. Throws Stop.
 */
export async function withExistingDatabase<T>(settings: Settings, work: (database: ReachedDatabase) => Promise<T>): Promise<T> {
  const { databaseUrl, apiDatabaseUrl } = settings;
  const keys = readDatabaseKeys(settings.dataDir);
  if (databaseUrl) return work(await reachGiven(databaseUrl, apiDatabaseUrl, keys));
  if (!keys || !existsSync(join(keys.directory, 'PG_VERSION'))) throw noExchange(settings.dataDir);

  const lock = lockFolder(join(settings.dataDir, 'launcher.lock'), upkeep);
  if (!('release' in lock)) return beside(lock, settings.dataDir, keys, work);
  return alone(lock, keys, work);
}

/** Stands in the lock of the data folder where the launcher writes its address. */
export const upkeep = 'backup, restore, setup';

function addressesOf(url: string, keys: DatabaseKeys): ReachedDatabase {
  const role = (name: string, password: string): string => asRole(url, name, password);
  return {
    owner: role(databaseRoles.migrator, keys.passwords.migrator),
    api: role(databaseRoles.api, keys.passwords.api),
  };
}

// A server that a killed launcher left running is used and left as it was found.
async function alone<T>(lock: FolderLock, keys: DatabaseKeys, work: (database: ReachedDatabase) => Promise<T>): Promise<T> {
  try {
    const server = await startEmbeddedPostgres({ directory: keys.directory, password: keys.passwords.superuser });
    try {
      return await work(addressesOf(server.adminUrl(databaseName), keys));
    } finally {
      if (!server.adopted) await server.stop('fast');
    }
  } finally {
    lock.release();
  }
}

// The launcher that holds the folder keeps the server alive; here it is only asked where it listens.
async function beside<T>(
  holder: LockHolder,
  dataDir: string,
  keys: DatabaseKeys,
  work: (database: ReachedDatabase) => Promise<T>,
): Promise<T> {
  if (holder.address === upkeep) {
    throw new Stop('refused', 'upkeep-under-way', {
      zh: `数据目录 ${dataDir} 正由另一项备份、恢复或初始化占用（进程 ${holder.pid}），请待其结束。`,
      en: `The data folder ${dataDir} is in use by another backup, restore or set-up (process ${holder.pid}); wait for its end.`,
    });
  }
  const directory = join(realpathSync(dirname(keys.directory)), basename(keys.directory));
  for (const deadline = Date.now() + startingTimeoutMs; !readPostmaster(directory); await sleep(200)) {
    if (Date.now() > deadline) {
      throw new Stop('refused', 'database-away', {
        zh: `权链（进程 ${holder.pid}）的数据库未在运行。`,
        en: `The database of the running exchange (process ${holder.pid}) does not run.`,
      });
    }
  }
  const server = await startEmbeddedPostgres({ directory, password: keys.passwords.superuser });
  return work(addressesOf(server.adminUrl(databaseName), keys));
}

/**
 * An address for an administrator may not read the tables, which belong to the owner: then the migrator's password, which the launcher
 * keeps in the data folder, opens them.
 */
async function reachGiven(url: string, apiUrl: string | undefined, keys: DatabaseKeys | undefined): Promise<ReachedDatabase> {
  const hasRoles = keys !== undefined && (await mayCreateRoles(url));
  const drawn = hasRoles ? addressesOf(url, keys) : undefined;
  const owner = (await mayRead(url)) || !drawn ? url : drawn.owner;
  return { owner, api: apiUrl ?? drawn?.api ?? url };
}

async function mayRead(url: string): Promise<boolean> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ may: boolean }>(
      `SELECT coalesce(bool_and(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')), true) AS may
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = ANY($1)`,
      [productSchemas],
    );
    return rows[0]?.may === true;
  });
}

export function noExchange(where: string): Stop {
  return new Stop('refused', 'no-exchange', {
    zh: `${where} 中没有权链的数据；请先运行 npm start，或检查 QUANLIAN_DATA_DIR、QUANLIAN_DATABASE_URL。`,
    en: `There is no exchange in ${where}; run npm start first, or look at QUANLIAN_DATA_DIR and QUANLIAN_DATABASE_URL.`,
  });
}
