import { routes } from '#contracts';
import { exportLine, leafHash, NO_ENTRY, openEntry, readExport } from '#ledger';
import { createReadStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { countText } from '../terminal/progress.js';

export interface Exported {
  readonly entries: number;
  readonly added: number;
}

/**
 * Writes the ledger to a file, whole or not at all; with `append` the entries after those that the file holds. That entries follow one
 * another is checked on the way, so that a cut connection or a gap is noticed here and not at the next verification. Throws Stop.
 */
export async function exportTo(desk: Desk, path: string, append: boolean): Promise<Exported> {
  const held = append ? await tailOf(desk, path) : { size: 0, head: NO_ENTRY };
  const total = (
    await desk
      .publicClient()
      .call(routes.ready, {})
      .catch(() => undefined)
  )?.ledgerSize;
  const response = await desk.client.open(routes.exportLedger, { query: { start: held.size } }, { signal: desk.signal });
  desk.progress.begin({ zh: '导出', en: 'Exporting' });
  const entries = follow(desk, readExport(chunksOf(response)), held, total);
  try {
    if (path === '-') return await toStdout(desk, entries, held.size);
    return append ? await appendTo(path, entries, held.size) : await writeNew(path, entries);
  } finally {
    desk.progress.finish();
  }
}

interface Tail {
  size: number;
  head: string;
}

async function* follow(
  desk: Desk,
  entries: AsyncIterable<Buffer>,
  from: Tail,
  total: number | undefined,
): AsyncGenerator<Buffer> {
  let { size, head } = from;
  for await (const bytes of entries) {
    const { entry } = openEntry(bytes);
    if (entry.index !== size || entry.prev !== head)
      throw new Stop('verification', 'chain-broken', {
        zh: `平台给出的第 ${entry.index} 条记录接不上第 ${size - 1} 条。`,
        en: `Entry ${entry.index}, as the exchange gives it, does not follow entry ${size - 1}.`,
      });
    yield bytes;
    size++;
    head = leafHash(bytes).toString('hex');
    desk.progress.at(size, total === undefined ? undefined : Math.max(total, size), countText);
  }
}

async function tailOf(desk: Desk, path: string): Promise<Tail> {
  let tail: Tail = { size: 0, head: NO_ENTRY };
  for await (const bytes of readExport(createReadStream(path, { signal: desk.signal })))
    tail = { size: tail.size + 1, head: leafHash(bytes).toString('hex') };
  return tail;
}

async function toStdout(desk: Desk, entries: AsyncIterable<Buffer>, before: number): Promise<Exported> {
  let added = 0;
  for await (const bytes of entries) {
    if (!desk.out.raw(exportLine(bytes))) await desk.out.drained();
    added++;
  }
  return { entries: before + added, added };
}

async function writeNew(path: string, entries: AsyncIterable<Buffer>): Promise<Exported> {
  const beside = `${path}.part`;
  const file = await open(beside, 'w', 0o600);
  try {
    const added = await writeLines(file, entries);
    await file.sync();
    await file.close();
    await rename(beside, path);
    return { entries: added, added };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
}

async function appendTo(path: string, entries: AsyncIterable<Buffer>, before: number): Promise<Exported> {
  const file = await open(path, 'a', 0o600);
  const { size: whole } = await file.stat();
  try {
    const added = await writeLines(file, entries);
    await file.sync();
    return { entries: before + added, added };
  } catch (error) {
    // Back to what was there: half a line would make the whole file unreadable.
    await file.truncate(whole);
    throw error;
  } finally {
    await file.close();
  }
}

const flushBytes = 256 * 1024;

async function writeLines(file: FileHandle, entries: AsyncIterable<Buffer>): Promise<number> {
  let lines: Buffer[] = [];
  let waiting = 0;
  let count = 0;
  const flush = async () => {
    await file.write(Buffer.concat(lines));
    lines = [];
    waiting = 0;
  };
  for await (const bytes of entries) {
    const line = exportLine(bytes);
    lines.push(line);
    waiting += line.length;
    count++;
    if (waiting >= flushBytes) await flush();
  }
  await flush();
  return count;
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body) for await (const chunk of response.body) yield chunk as Uint8Array;
}
