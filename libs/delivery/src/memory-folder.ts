import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { refuse } from '#contracts';

// linux/magic.h: file systems that keep their files in memory.
const TMPFS = 0x01021994;
const RAMFS = 0x858458f6;

/** Where jobs get their memory-backed folders unless a setting says otherwise. */
export function defaultMemoryFolder(): string {
  return memoryFolderIn('/dev/shm');
}

/** The product's own folder in a memory-backed place that others use as well; one for each user of the system. */
export function memoryFolderIn(place: string): string {
  return join(place, `quanlian-${userInfo().uid}`);
}

/** A folder whose files lie in memory, for what one job holds in the clear. */
export interface MemoryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Makes the folder for one job, readable by its owner only. Refuses a place that is not in memory, where plaintext would reach a disk,
 * and one without room for what the job may need: Refusal `memory-folder`.
 */
export async function openMemoryFolder(base: string, sizeBytes: number): Promise<MemoryFolder> {
  await mkdir(base, { recursive: true, mode: 0o700 });
  const { type, bavail, bsize } = await statfs(base);
  if (type !== TMPFS && type !== RAMFS) throw refuse('memory-folder', { reason: 'not in memory' });
  if (bavail * bsize < sizeBytes) throw refuse('memory-folder', { reason: 'full' });
  const path = join(base, `${process.pid}-${startOf(process.pid)}-${randomBytes(8).toString('hex')}`);
  await mkdir(path, { mode: 0o700 });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Removes the folders of processes that are gone: what a crash left in the clear. To be called at start. Answers how many. */
export async function sweepMemoryFolders(base: string): Promise<number> {
  const names = await readdir(base).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const owner = /^(\d+)-(\d+)-[0-9a-f]{16}$/.exec(name);
    // A number alone may have passed to a later process; number and start together never do.
    if (owner === null || startOf(Number(owner[1])) === owner[2]) continue;
    await rm(join(base, name), { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

/** When a process started, in the kernel's ticks; '0' when there is no such process. proc(5), field 22. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
