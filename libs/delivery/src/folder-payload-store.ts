import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { writeAll } from './file-pieces.js';
import { checkPayloadName, PayloadMissing, type ByteRange, type PayloadStore } from './payload-store.js';

// An interrupted put leaves `.put-NAME`. It is never listed or read, and goes with `remove(NAME)` or the sweep.
const TEMPORARY = '.put-';
// The disk is told to begin while the rest is still being made: at the end little is left to wait for.
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

/** A payload store in one folder: one file an object, readable by its owner only. */
export function folderPayloadStore(folder: string): PayloadStore & { sweep(olderThanMs: number): Promise<number> } {
  const pathOf = (name: string): string => {
    checkPayloadName(name);
    return join(folder, name);
  };
  const temporaryOf = (name: string): string => join(folder, TEMPORARY + name);

  return {
    async put(name, source) {
      const path = pathOf(name);
      const temporary = temporaryOf(name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = await open(temporary, 'wx', 0o600);
      let sizeBytes = 0;
      try {
        let syncing: Promise<void> = Promise.resolve();
        let askedBytes = 0;
        for await (const bytes of source) {
          sizeBytes += await writeAll(file, bytes);
          if (sizeBytes - askedBytes < SYNC_EVERY_BYTES) continue;
          askedBytes = sizeBytes;
          await syncing;
          syncing = file.datasync();
          syncing.catch(() => undefined);
        }
        // A disk says once what failed, and whom it told may have been this one.
        await syncing;
        await file.sync();
        await file.close();
        if (await exists(path)) throw new Error('A payload name is used once');
        await rename(temporary, path);
      } catch (error) {
        await file.close().catch(() => undefined);
        await rm(temporary, { force: true });
        throw error;
      }
      // A crash before this may lose the name, never the other way round: nobody was told yet that the object is there.
      await syncFolder(folder);
      return { sizeBytes };
    },

    read(name, range?: ByteRange) {
      const stream = createReadStream(pathOf(name), {
        start: range?.start,
        end: range?.end,
        highWaterMark: 256 * 1024,
      });
      return missingNamed(stream, name);
    },

    async size(name) {
      try {
        return (await stat(pathOf(name))).size;
      } catch (error) {
        throw named(error, name);
      }
    },

    async remove(name) {
      await rm(pathOf(name), { force: true });
      await rm(temporaryOf(name), { force: true });
    },

    async *list(prefix) {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      for (const name of names.sort(byCodeUnit)) if (!name.startsWith('.') && name.startsWith(prefix)) yield name;
    },

    /** Removes what puts that were interrupted longer than this ago left. Answers how many. */
    async sweep(olderThanMs) {
      const names = await readdir(folder).catch(() => []);
      let removed = 0;
      for (const name of names) {
        if (!name.startsWith(TEMPORARY)) continue;
        const path = join(folder, name);
        const written = await stat(path).catch(() => undefined);
        if (written === undefined || Date.now() - written.mtimeMs < olderThanMs) continue;
        await rm(path, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function named(error: unknown, name: string): unknown {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? new PayloadMissing(`No payload ${name}`) : error;
}

/** The same stream with its "no such file" said in the store's own words. */
function missingNamed(stream: Readable, name: string): Readable {
  const destroy = stream._destroy.bind(stream);
  stream._destroy = (error, done) => destroy(error === null ? null : (named(error, name) as Error), done);
  return stream;
}
