import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';

/** A small file system in memory at a folder: it is really full, and the machine's disk is not. Answers why there is none, or nothing. */
export function mountSmall(folder: string, sizeMiB: number, mode: string): string | undefined {
  const options = `size=${sizeMiB}m,mode=${mode}`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'quanlian-test', folder], { encoding: 'utf8' });
  if (mounted.status === 0) return undefined;
  return `no file system can be mounted here: ${(mounted.stderr ?? String(mounted.error)).trim()}`;
}

/** Takes it away, also while somebody still has a file of it open. */
export function unmount(folder: string): void {
  spawnSync('umount', ['-l', folder]);
}

/** Writes a file until there is no room for another byte. */
export function fillUp(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let piece = Buffer.alloc(1 << 20, 7); piece.length > 0;) {
      try {
        // What did not fit is said by the next one.
        if (writeSync(file, piece) < piece.length) piece = piece.subarray(0, piece.length >> 1);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        piece = piece.subarray(0, piece.length >> 1);
      }
    }
  } finally {
    closeSync(file);
  }
}
