import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { decodeBase64 } from './base64.js';
import { randomId, randomKey } from './random.js';
import { VaultError } from './vault.js';

const HEAD = 'quanlian-vault-key-v1 ';

/** Reads the vault key from its file. Throws `VaultError` if it is missing, malformed, or readable by others than its owner. */
export function loadVaultKey(path: string): Buffer {
  const key = readKeyFile(path);
  if (key === undefined) throw new VaultError('vault-key-file-missing', `There is no vault key at ${path}`);
  return key;
}

/**
 * Reads the vault key, or makes one on the first start. Of several processes that start at once exactly one makes it and all
 * read the same. Without this file everything that the vault holds is lost: it belongs in a backup of its own.
 */
export function loadOrCreateVaultKey(path: string): Buffer {
  const present = readKeyFile(path);
  if (present !== undefined) return present;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Written whole and synced under another name, then linked: link fails when the name exists, so a key never replaces a key. A
  // crash before the link leaves only the draft, which no one reads; after it, the key is complete.
  const draft = `${path}.${randomId()}.draft`;
  const file = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeSync(file, `${HEAD}${randomKey().toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  const folder = openSync(dirname(path), constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  return loadVaultKey(path);
}

function readKeyFile(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    // Asked of the open file, not of its name, so that nobody swaps it in between.
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new VaultError('vault-key-file-malformed', `${path} is not a file`);
    if ((stat.mode & 0o077) !== 0) {
      throw new VaultError(
        'vault-key-file-readable',
        `${path} may be read by others than its owner: chmod 600 it, and consider the key known`,
      );
    }
    const buffer = Buffer.alloc(128);
    const text = buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, 0));
    const key = text.startsWith(HEAD) ? decodeBase64(text.slice(HEAD.length).trimEnd(), 32) : undefined;
    if (key === undefined) throw new VaultError('vault-key-file-malformed', `${path} does not hold a vault key`);
    return key;
  } finally {
    closeSync(file);
  }
}
