import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';

/** A process, told apart from a later one of the same number by when it began. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly began: string;
}

/** What the lock file holds. */
export interface LockHolder extends ProcessIdentity {
  /** Where it can be reached, for the message to whoever comes second. */
  readonly address: string;
  /** The `npm start` that it belongs to; it stops by itself when that is gone. */
  readonly startedBy?: ProcessIdentity;
}

export interface FolderLock {
  release(): void;
}

/**
 * When the process began, in words that no other process of that number shares: with the boot's id on Linux, so
 * that a lock does not survive a restart of the machine. Undefined when there is no such process.
 */
export function processBegan(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces; the fields after it are numbered from 3. 22 is the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } }).trim() || undefined
    );
  } catch {
    return undefined;
  }
}

function readHolder(file: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // Lock files appear whole (by link), so this is none of ours.
    if (error instanceof SyntaxError) return { pid: 0, began: '', address: '' };
    throw error;
  }
}

export const lives = ({ pid, began }: ProcessIdentity): boolean => pid > 0 && processBegan(pid) === began;

/**
 * Takes the lock, or returns the living process that holds it. Whatever way a holder died, its lock is worth
 * nothing afterwards: it is judged by the process, not by the file.
 */
export function lockFolder(file: string, address: string, startedBy?: ProcessIdentity): FolderLock | LockHolder {
  const began = processBegan(process.pid);
  if (began === undefined) throw new Error('The system does not tell when this process began.');
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(
    draft,
    `${JSON.stringify({ pid: process.pid, began, address, ...(startedBy ? { startedBy } : {}) } satisfies LockHolder)}\n`,
    { mode: 0o600 },
  );
  try {
    for (;;) {
      try {
        linkSync(draft, file);
        return { release: () => rmSync(file, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(file);
      if (holder && lives(holder)) return holder;
      if (holder) removeStale(file, `${draft}.stale`, holder);
    }
  } finally {
    unlinkSync(draft);
  }
}

/** Moves the dead lock aside; when somebody was quicker and the file is theirs by now, puts it back. */
function removeStale(file: string, aside: string, judged: LockHolder): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved && (moved.pid !== judged.pid || moved.began !== judged.began)) linkSync(aside, file);
  unlinkSync(aside);
}
