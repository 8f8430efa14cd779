import { decodeSigningKey, encodeSigningKey, isEncryptedSigningKey, keyIdOf, type SigningKey } from '#crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Stop } from '../exits.js';
import { writeSecret } from '../store/folder.js';

/** A department's key as read from its file. */
export interface DepartmentKey {
  readonly keyId: string;
  /** Raw public key in base64, as it is admitted. */
  readonly publicKey: string;
  readonly key: KeyObject;
}

/** Writes a signing key as PKCS#8 in PEM, encrypted when there is a passphrase, readable by its owner alone. Never overwrites a file. */
export function writeSigningKey(path: string, signing: SigningKey, passphrase?: string): void {
  writeSecret(path, encodeSigningKey(signing, passphrase));
}

/** Reads a signing key: PKCS#8 in PEM, or a seed as 64 hex digits. `passphrase` is asked for only when the file is encrypted. */
export async function readSigningKey(path: string, passphrase: () => Promise<string>): Promise<DepartmentKey> {
  const text = readFileSync(path, 'utf8');
  const secret = isEncryptedSigningKey(text) ? await passphrase() : undefined;
  const opened = decodeSigningKey(text, secret);
  if (opened) return { keyId: keyIdOf(opened.publicKey), ...opened };
  throw secret === undefined
    ? new Stop('file', 'not-a-key', {
        zh: `${path} 不是 Ed25519 签名私钥（PKCS#8 PEM）。`,
        en: `${path} is no Ed25519 signing key (PKCS#8 in PEM).`,
      })
    : new Stop('refused', 'wrong-passphrase', {
        zh: `${path}：口令不正确，或文件已损坏。`,
        en: `${path}: the passphrase is wrong, or the file is damaged.`,
      });
}

/** Whether others than the owner may read a file: a secret should not be. */
export function isReadableByOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}
