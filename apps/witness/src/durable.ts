import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';

/** Writes a new file and waits for the disk. Never overwrites: throws EEXIST. */
export function writeNewFile(path: string, content: string | Uint8Array, mode = 0o600): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Waits until the names in a folder are on the disk: a file that was synced can still lose its name. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
