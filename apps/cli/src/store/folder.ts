import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Stop } from '../exits.js';

/** Where the command keeps what it remembers between runs: QUANLIAN_CONFIG_DIR, else `quanlian` in the user's configuration folder. */
export function storeFolder(env: NodeJS.ProcessEnv): string {
  const own = env['QUANLIAN_CONFIG_DIR'];
  if (own) return own;
  return join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'quanlian');
}

/** Reads a JSON file of the folder; `empty` when there is none yet. */
export function readStored<T>(folder: string, name: string, empty: T): T {
  const path = join(folder, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return empty;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Stop('file', 'store-damaged', {
      zh: `${path} 已损坏；移走它即可重新开始。`,
      en: `${path} is damaged; move it away to begin anew.`,
    });
  }
}

/** Writes a JSON file that only its owner can read. */
export function writeStored(folder: string, name: string, value: unknown): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(join(folder, name), `${JSON.stringify(value, null, 2)}\n`, 0o600);
}

/**
 * Writes a file whole or not at all: beside it, flushed, then moved. A crash leaves the old file, and at worst a stray `.new` one.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o644): void {
  const beside = `${path}.${randomBytes(4).toString('hex')}.new`;
  const file = openSync(beside, 'wx', mode);
  try {
    writeSync(file, content as string);
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(beside, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(beside, path);
}

/** Writes a new secret file, mode 0600. An existing file is never overwritten: it may be the only copy of a key. */
export function writeSecret(path: string, content: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  // The umask may have taken bits from the mode but never adds any; say it once more for file systems that ignore it at open.
  chmodSync(path, 0o600);
}
