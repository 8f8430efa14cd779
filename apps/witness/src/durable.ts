import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileStop } from './stop.js';

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

/** Puts a file in the place of another, whole: a crash leaves the one or the other. Whoever calls syncs the folder. Throws Stop. */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const beside = `${path}.new`;
  try {
    const file = openSync(beside, 'w', 0o600);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true, recursive: true });
    throw fileStop(error, path);
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
