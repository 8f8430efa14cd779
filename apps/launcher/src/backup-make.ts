import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { createGzip } from 'node:zlib';
import { sha256Hex } from '#crypto';
import { openPayloadStore, PayloadMissing, type PayloadStore } from '#delivery';
import { trustRootOf } from '#ledger';
import type { Settings } from '#settings';
import { disposedPayloads, NoExchange, readSnapshot, type ProductTable, type Snapshot, type StoredObject } from '#postgres';
import { speak, Stop, type Desk } from './backup-command.js';
import { noExchange } from './backup-database.js';
import { syncFolder, writeDigested } from './backup-files.js';
import {
  encodeManifest,
  manifestName,
  objectPath,
  tablePath,
  type Manifest,
  type ManifestObject,
  type ManifestTable,
} from './backup-manifest.js';
import { sizeText } from './backup-meter.js';

export interface BackupRequest {
  readonly settings: Settings;
  /** As a role that may read every table. */
  readonly databaseUrl: string;
  /** Where the backup's own folder is made. */
  readonly folder: string;
  /** Version of the product. */
  readonly product: string;
  /** Make it even when the exchange itself lacks an object or has a damaged one. */
  readonly despiteDamage: boolean;
}

export interface MadeBackup {
  readonly path: string;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
}

const partial = '.partial';

/**
 * Makes a backup folder: one snapshot of the database, then every object that it speaks of, then the manifest. The folder has its name
 * only when all of it is on the disk; until then it is called `….partial`, and goes when anything fails. Memory: buffers, and the names of
 * the objects. Throws Stop.
 */
export async function makeBackup(request: BackupRequest, desk: Desk): Promise<MadeBackup> {
  const { folder } = request;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await tellUnfinished(folder, desk);
  const path = join(folder, `quanlian-backup-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`);
  const draft = `${path}${partial}`;
  await mkdir(draft, { mode: 0o700 });
  try {
    const made = await fill(draft, request, desk);
    desk.signal.throwIfAborted();
    await rename(draft, path);
    await syncFolder(folder);
    return { path, ...made };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (error instanceof NoExchange)
      throw noExchange(request.settings.databaseUrl ? 'QUANLIAN_DATABASE_URL' : request.settings.dataDir);
    throw error;
  }
}

/** What a killed backup left says by its name that it is not whole; it is not ours to remove, since it may be under way. */
async function tellUnfinished(folder: string, desk: Desk): Promise<void> {
  const unfinished = (await readdir(folder)).filter((name) => name.startsWith('quanlian-backup-') && name.endsWith(partial));
  if (unfinished.length === 0) return;
  desk.note({
    zh: `${folder} 中有未完成的备份，如无备份正在运行可删除：${unfinished.join('、')}`,
    en: `Unfinished backups lie in ${folder}; delete them unless one is under way: ${unfinished.join(', ')}`,
  });
}

async function fill(draft: string, request: BackupRequest, desk: Desk): Promise<Omit<MadeBackup, 'path'>> {
  await mkdir(join(draft, 'tables'), { mode: 0o700 });
  await mkdir(join(draft, 'objects'), { mode: 0o700 });
  desk.meter.begin(speak({ zh: '复制数据库', en: 'Copying the database' }));
  const { facts, wanted } = await readSnapshot(request.databaseUrl, async (snapshot) => ({
    facts: await copyTables(draft, snapshot, request, desk),
    wanted: snapshot.objects,
  }));
  const copied = await copyObjects(draft, wanted, request, desk);
  if (copied.damaged.length > 0 && !request.despiteDamage) throw damagedExchange(copied.damaged);

  const bytes = encodeManifest({ ...facts, ...copied });
  await writeWhole(join(draft, manifestName), bytes);
  for (const inner of ['tables', 'objects', '.']) await syncFolder(join(draft, inner));
  return { manifest: { ...facts, ...copied }, manifestSha256: sha256Hex(bytes) };
}

type Facts = Omit<Manifest, keyof CopiedObjects>;

async function copyTables(draft: string, snapshot: Snapshot, request: BackupRequest, desk: Desk): Promise<Facts> {
  const { head, entry0, vaultKeyId } = snapshot;
  const tables: ManifestTable[] = [];
  let total = 0;
  for (const table of snapshot.tables) {
    tables.push(
      await copyTable(draft, snapshot, table, desk, (count) => {
        total += count;
        desk.meter.at(() => `${table.schema}.${table.name} ${sizeText(total)}`);
      }),
    );
  }
  const entries = tables.find(({ schema, name }) => schema === 'ledger' && name === 'ledger_entry')?.rows;
  if (entries !== head.size && !request.despiteDamage) {
    throw new Stop('verification', 'ledger-damaged', {
      zh: `账本首部记有 ${head.size} 条，库中为 ${entries} 条。请先查验（audit）；仍要备份请加 --despite-damage。`,
      en: `The head of the ledger says ${head.size} entries, the table holds ${entries}. Run the audit; to make the backup all the same add --despite-damage.`,
    });
  }
  const trustRoot = entry0 && trustRootOf(entry0);
  return {
    v: 1,
    type: 'quanlian-backup',
    takenAt: snapshot.takenAt,
    product: request.product,
    migrations: [...snapshot.migrations],
    ...(trustRoot ? { origin: trustRoot.origin, trustRoot } : {}),
    ledger: {
      size: head.size,
      head: head.headLeafHash,
      epoch: head.epoch,
      ...(head.sealedAt === undefined ? {} : { sealedAt: head.sealedAt }),
    },
    ...(vaultKeyId === undefined ? {} : { vaultKey: vaultKeyId }),
    tables,
  };
}

async function copyTable(
  draft: string,
  snapshot: Snapshot,
  table: ProductTable,
  { signal }: Desk,
  onBytes: (count: number) => void,
): Promise<ManifestTable> {
  const rows = snapshot.copyOut(table);
  const packed = new PassThrough();
  const packing = pipeline(rows, createGzip({ level: 1 }), packed, { signal });
  // A pipe that fails destroys its end with the error, so that the writer never takes a cut stream for a whole one.
  const writing = writeDigested(tablePath(draft, table), packed, onBytes);
  const [written, read] = await Promise.allSettled([writing, packing]);
  if (read.status === 'rejected') throw read.reason;
  if (written.status === 'rejected') throw written.reason;
  const { schema, name, columns } = table;
  return { schema, name, columns: [...columns], rows: rows.rowCount, ...written.value };
}

type CopiedObjects = Pick<Manifest, 'objects' | 'disposed' | 'damaged'>;

/**
 * Copies the objects that the snapshot speaks of. Parts of versions never change or go; a payload may be disposed of in the meantime, and
 * then the database says so now. Anything else that is not there was lost before.
 */
async function copyObjects(
  draft: string,
  wanted: readonly StoredObject[],
  { settings, databaseUrl }: BackupRequest,
  desk: Desk,
): Promise<CopiedObjects> {
  const store = openPayloadStore({ kind: 'folder', folder: join(settings.dataDir, 'payloads') });
  const objects: ManifestObject[] = [];
  const missing: StoredObject[] = [];
  const damaged: Manifest['damaged'] = [];
  desk.meter.begin(speak({ zh: '复制密文', en: 'Copying encrypted objects' }));
  let total = 0;
  for (const object of wanted) {
    desk.signal.throwIfAborted();
    const written = await copyObject(draft, store, object, (count) => {
      desk.signal.throwIfAborted();
      total += count;
      desk.meter.at(() => `${objects.length + 1}/${wanted.length} ${sizeText(total)}`);
    });
    if (!written) missing.push(object);
    else if (object.sha256 !== undefined && object.sha256 !== written.sha256) {
      damaged.push({ name: object.name, problem: 'differs' });
      await rm(objectPath(draft, object.name));
    } else objects.push({ name: object.name, kind: object.kind, ...written });
  }
  // An attempt without a digest was perhaps never finished, and is made again.
  const lost = missing.filter(({ sha256 }) => sha256 !== undefined);
  const deliveries = lost.flatMap(({ delivery }) => delivery ?? []);
  const disposed = deliveries.length > 0 ? await disposedPayloads(databaseUrl, deliveries) : new Set<string>();
  for (const { name, delivery } of lost) {
    if (delivery === undefined || !disposed.has(delivery)) damaged.push({ name, problem: 'missing' });
  }
  return { objects, disposed: [...disposed].sort(), damaged };
}

async function copyObject(draft: string, store: PayloadStore, { name }: StoredObject, onBytes: (count: number) => void) {
  const path = objectPath(draft, name);
  try {
    return await writeDigested(path, reading(store, name), onBytes);
  } catch (error) {
    if (!(error instanceof PayloadMissing)) throw error;
    await rm(path, { force: true });
    return undefined;
  }
}

// Opened when its bytes are asked for: a stream that fails before anybody listens would end the process.
async function* reading(store: PayloadStore, name: string): AsyncGenerator<Uint8Array> {
  yield* store.read(name) as AsyncIterable<Uint8Array>;
}

function damagedExchange(damaged: Manifest['damaged']): Stop {
  const list = (words: Record<'missing' | 'differs', string>) =>
    damaged
      .slice(0, 20)
      .map(({ name, problem }) => `\n  ${name} ${words[problem]}`)
      .join('');
  return new Stop('verification', 'objects-damaged', {
    zh: `权链自身缺少或损坏了 ${damaged.length} 个密文对象；仍要备份请加 --despite-damage：${list({ missing: '缺失', differs: '与摘要不符' })}`,
    en: `The exchange itself lacks ${damaged.length} encrypted objects or has them damaged; to make the backup all the same add --despite-damage:${list({ missing: 'is missing', differs: 'is not what was stored' })}`,
  });
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
