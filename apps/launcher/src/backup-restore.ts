import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PassThrough, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { openPayloadStore, PayloadMissing, type PayloadStore } from '#delivery';
import type { TrustRoot } from '#ledger';
import type { Settings } from '#settings';
import { DumpFault, findUse, loadDump, migrate, readMigrations, type LoadedDump } from '#postgres';
import { migrateQueue } from '#queue';
import { lockFolder } from '#machine';
import type { CheckedBackup } from './backup-check.js';
import { speak, Stop, type Desk } from './backup-command.js';
import { upkeep } from './backup-database.js';
import { digestOf } from './backup-files.js';
import { objectPath, tablePath, type ManifestObject } from './backup-manifest.js';
import { sizeText } from './backup-meter.js';
import { takeVaultKey, vaultKeyIdOf, type KeyCopy } from './backup-vault-key.js';
import { verifyRestored, type Verification } from './backup-verify.js';
import { makeDataFolder } from './data-folder.js';
import { openDatabase } from './database.js';
import { Progress } from './progress.js';

export interface RestoreRequest {
  readonly settings: Settings;
  readonly folder: string;
  readonly backup: CheckedBackup;
  /** From elsewhere; without it the backup's own is taken. */
  readonly trustRoot?: TrustRoot | undefined;
  readonly vaultKey?: { readonly file: string; readonly identityFile: string | undefined } | undefined;
}

export interface Restored {
  readonly loaded: LoadedDump;
  readonly verification: Verification;
  /** Whether the exchange has the vault key that the backup needs. */
  readonly hasVaultKey: boolean;
}

/**
 * Makes an exchange of a checked backup, in an empty database and data folder. The objects and the vault key come first, for without the
 * database nobody asks for them; the database comes in one transaction. So a crash leaves an empty exchange, into which the same restore
 * goes again, or a whole one. Throws Stop.
 */
export async function restoreBackup(request: RestoreRequest, desk: Desk): Promise<Restored> {
  const { settings } = request;
  makeDataFolder(settings.dataDir);
  const lock = lockFolder(join(settings.dataDir, 'launcher.lock'), upkeep);
  if (!('release' in lock)) {
    throw new Stop('refused', 'exchange-running', {
      zh: `数据目录 ${settings.dataDir} 正在使用中（进程 ${lock.pid}，${lock.address}）。恢复只能进入空的权链。`,
      en: `The data folder ${settings.dataDir} is in use (process ${lock.pid}, ${lock.address}). A backup is restored into an empty exchange only.`,
    });
  }
  let key: KeyCopy | undefined;
  try {
    key = await prepareVaultKey(request);
    return await intoDatabase(request, key, desk);
  } finally {
    await key?.discard();
    lock.release();
  }
}

/** A vault key that is in the way belongs to another exchange: nothing replaces it. */
async function prepareVaultKey({ settings, backup, vaultKey }: RestoreRequest): Promise<KeyCopy | undefined> {
  const wanted = backup.manifest.vaultKey;
  const present = vaultKeyIdOf(settings.vaultKeyFile);
  if (present !== undefined && wanted !== undefined && present !== wanted) {
    throw new Stop('refused', 'vault-key-in-the-way', {
      zh: `${settings.vaultKeyFile} 是另一把保管库密钥（${present}），备份需要 ${wanted}。请使用空的数据目录，或移走该文件。`,
      en: `${settings.vaultKeyFile} is another vault key (${present}); the backup needs ${wanted}. Use an empty data folder, or move that file away.`,
    });
  }
  return vaultKey && takeVaultKey(vaultKey.file, vaultKey.identityFile, settings.vaultKeyFile, wanted);
}

async function intoDatabase(request: RestoreRequest, key: KeyCopy | undefined, desk: Desk): Promise<Restored> {
  const { settings, backup } = request;
  const { manifest } = backup;
  const database = await openDatabase(settings, new Progress(process.stderr));
  const { embedded } = database;
  try {
    const url = database.addresses().migrator;
    const used = await findUse(url);
    if (used !== undefined) throw notEmpty(settings, used);
    if ((await readMigrations(url)).length > manifest.migrations.length) throw newerDatabase();
    desk.meter.begin(speak({ zh: '建立数据库结构', en: 'Making the database schema' }));
    await migrate(url, manifest.migrations.length);

    const store = openPayloadStore({ kind: 'folder', folder: join(settings.dataDir, 'payloads') });
    await copyObjects(store, request, desk);
    await key?.keep();
    const loaded = await load(url, request, desk);

    // From here on the exchange is whole; the rest is what every start does.
    await migrate(url);
    if (!settings.redisUrl) await migrateQueue(url);
    const present = vaultKeyIdOf(settings.vaultKeyFile);
    const hasVaultKey = present !== undefined && (manifest.vaultKey === undefined || present === manifest.vaultKey);
    const trustRoot = request.trustRoot ?? manifest.trustRoot;
    const vaultKeyFile = hasVaultKey ? settings.vaultKeyFile : undefined;
    const verification = await verifyRestored({ url, store, manifest, trustRoot, vaultKeyFile }, desk);
    return { loaded, verification, hasVaultKey };
  } finally {
    if (embedded && !embedded.adopted) await embedded.stop('fast');
  }
}

/** Objects that are there already, from a restore that was cut short or a store that survived, are kept when they are the same. */
async function copyObjects(store: PayloadStore, { folder, backup }: RestoreRequest, desk: Desk): Promise<void> {
  const { objects } = backup.manifest;
  desk.meter.begin(speak({ zh: '恢复密文', en: 'Restoring encrypted objects' }));
  let total = 0;
  const tell = (count: number) => {
    desk.signal.throwIfAborted();
    total += count;
    desk.meter.at(() => sizeText(total));
  };
  for (const object of objects) {
    if (await isThere(store, object)) continue;
    await store.remove(object.name);
    await store.put(object.name, reading(objectPath(folder, object.name), tell));
  }
}

// Opened when its bytes are asked for: a stream that fails before anybody listens would end the process.
async function* reading(path: string, tell: (count: number) => void): AsyncGenerator<Uint8Array> {
  for await (const bytes of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    yield bytes;
    tell(bytes.length);
  }
}

async function isThere(store: PayloadStore, { name, sizeBytes, sha256 }: ManifestObject): Promise<boolean> {
  try {
    if ((await store.size(name)) !== sizeBytes) return false;
    return (await digestOf(store.read(name))).sha256 === sha256;
  } catch (error) {
    if (error instanceof PayloadMissing) return false;
    throw error;
  }
}

async function load(url: string, { settings, folder, backup }: RestoreRequest, desk: Desk): Promise<LoadedDump> {
  const { tables, disposed, takenAt } = backup.manifest;
  desk.meter.begin(speak({ zh: '恢复数据库', en: 'Restoring the database' }));
  try {
    return await loadDump(
      url,
      { tables, disposed, takenAt, open: (table) => unpacked(tablePath(folder, table)) },
      desk.signal,
      (table) => desk.meter.at(() => table),
    );
  } catch (error) {
    if (!(error instanceof DumpFault)) throw error;
    if (error.code === 'database-not-empty') throw notEmpty(settings, error.table);
    throw new Stop('verification', error.code, {
      zh: `备份中的表 ${error.table} 与本版本的数据库结构或清单不符，未恢复任何内容。`,
      en: `The table ${error.table} of the backup does not fit the schema or the manifest; nothing was restored.`,
    });
  }
}

function unpacked(path: string): Readable {
  const rows = new PassThrough();
  pipeline(createReadStream(path), createGunzip(), rows).catch(() => {
    // Its reader hears of it: the pipe destroyed `rows` with the error.
  });
  return rows;
}

function notEmpty(settings: Settings, table: string): Stop {
  const place = settings.databaseUrl
    ? { zh: 'QUANLIAN_DATABASE_URL 所指的数据库', en: 'The database of QUANLIAN_DATABASE_URL' }
    : undefined;
  const zh = place?.zh ?? `数据目录 ${settings.dataDir} 的数据库`;
  const en = place?.en ?? `The database of the data folder ${settings.dataDir}`;
  return new Stop('refused', 'exchange-not-empty', {
    zh: `${zh}不是空的（${table} 中有数据）。恢复只能进入空的权链：请另给数据目录（QUANLIAN_DATA_DIR）或空数据库。`,
    en: `${en} is not empty (there is something in ${table}). A backup is restored into an empty exchange only: give another data folder (QUANLIAN_DATA_DIR) or an empty database.`,
  });
}

function newerDatabase(): Stop {
  return new Stop('refused', 'database-newer', {
    zh: '数据库已由较新的版本建立结构，而备份较旧。请使用没有任何表的空数据库。',
    en: 'A newer version has already made its tables in this database, and the backup is older. Use a database without any tables.',
  });
}
