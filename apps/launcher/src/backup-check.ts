import { createReadStream } from 'node:fs';
import { knownMigrations } from '#postgres';
import { speak, Stop, type Desk, type Sentence } from './backup-command.js';
import { digestOf, type Digested } from './backup-files.js';
import { objectPath, openManifest, tablePath, type Manifest } from './backup-manifest.js';
import { sizeText } from './backup-meter.js';

export interface CheckedBackup {
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  /** The database's files and the objects together. */
  readonly sizeBytes: number;
}

/** Reads a whole backup and compares every file with the manifest. Throws Stop naming each that is missing, cut or altered. */
export async function checkBackup(folder: string, desk: Desk): Promise<CheckedBackup> {
  const { manifest, sha256 } = await openManifest(folder);
  checkVersion(manifest);
  const files = [
    ...manifest.tables.map((table) => ({ path: tablePath(folder, table), expected: table as Digested })),
    ...manifest.objects.map((object) => ({ path: objectPath(folder, object.name), expected: object as Digested })),
  ];
  desk.meter.begin(speak({ zh: '查验备份文件', en: 'Checking the backup' }));
  const total = files.reduce((sum, { expected }) => sum + expected.sizeBytes, 0);
  const wrong: Sentence[] = [];
  let done = 0;
  for (const { path, expected } of files) {
    const fault = await faultIn(path, expected, (count) => {
      desk.signal.throwIfAborted();
      done += count;
      desk.meter.at(() => `${sizeText(done)} / ${sizeText(total)}`);
    });
    if (fault) wrong.push({ zh: `\n  ${path} ${fault.zh}`, en: `\n  ${path} ${fault.en}` });
  }
  if (wrong.length > 0) {
    const shown = wrong.slice(0, 50);
    throw new Stop('verification', 'backup-damaged', {
      zh: `备份已损坏，未恢复任何内容。${wrong.length} 个文件有误：${shown.map(({ zh }) => zh).join('')}`,
      en: `The backup is damaged and nothing was restored. Files at fault, ${wrong.length}:${shown.map(({ en }) => en).join('')}`,
    });
  }
  return { manifest, manifestSha256: sha256, sizeBytes: total };
}

async function faultIn(path: string, expected: Digested, onBytes: (count: number) => void): Promise<Sentence | undefined> {
  let found: Digested;
  try {
    found = await digestOf(createReadStream(path, { highWaterMark: 256 * 1024 }), onBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { zh: '缺失', en: 'is missing' };
    // A disk that does not give its bytes back.
    if (code === 'EIO') return { zh: '无法读出', en: 'cannot be read' };
    throw error;
  }
  if (found.sizeBytes < expected.sizeBytes) {
    return {
      zh: `不完整（${found.sizeBytes} / ${expected.sizeBytes} 字节）`,
      en: `is cut off (${found.sizeBytes} of ${expected.sizeBytes} bytes)`,
    };
  }
  return found.sizeBytes > expected.sizeBytes || found.sha256 !== expected.sha256
    ? { zh: '已被改动（摘要不符）', en: 'was altered (its digest differs)' }
    : undefined;
}

/** A backup of an older version is restored as it was and then migrated; one of a newer version holds what we do not know. */
function checkVersion({ migrations, product }: Manifest): void {
  const known = knownMigrations();
  if (migrations.every((name, i) => name === known[i])) return;
  throw new Stop('refused', 'backup-newer', {
    zh: `备份出自权链 ${product}，其数据库结构是本版本所不知的。请用该版本或更新的版本恢复。`,
    en: `The backup was made by Quanlian ${product}, whose database schema this version does not know. Restore it with that version or a newer one.`,
  });
}
