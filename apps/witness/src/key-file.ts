import { decodeSigningKey, encodeSigningKey, generateSigningKey, isEncryptedSigningKey } from '#crypto';
import { decodeVerifierKey, encodeVerifierKey, LogFault, verifierKeyOf, type NoteSigner, type VerifierKey } from '#ledger';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder, writeNewFile } from './durable.js';
import { fileStop, Stop, usage } from './stop.js';

/** The secret, PKCS#8 in PEM. */
const secretFile = 'witness.key';
/** What others need to know of it: the verifier key, which holds the name. */
const publicFile = 'witness.vkey';

/**
 * Makes the witness's key in its store, which it makes as well. Never overwrites: the key is the witness. Answers the verifier key's
 * line. Throws Stop.
 */
export function makeKey(store: string, name: string, passphrase?: string): string {
  const signing = generateSigningKey();
  const line = encodeVerifierKey(keyNamed(name, signing.publicKey));
  const path = join(store, secretFile);
  try {
    mkdirSync(store, { recursive: true, mode: 0o700 });
    writeNewFile(path, encodeSigningKey(signing, passphrase));
    writeNewFile(join(store, publicFile), `${line}\n`, 0o644);
    syncFolder(store);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileStop(error, path);
    throw new Stop('refused', {
      zh: `${store} 中已有见证密钥，不会覆盖。`,
      en: `${store} has a witness's key already; it is not overwritten.`,
    });
  }
  return line;
}

function keyNamed(name: string, publicKey: string): VerifierKey {
  try {
    return verifierKeyOf(name, 'cosignature', publicKey);
  } catch (error) {
    if (!(error instanceof LogFault)) throw error;
    throw usage('名称不得为空，不得含空白或加号。', 'The name may not be empty, nor hold white space or a plus.');
  }
}

/** Opens the key of a store. `passphrase` is asked for only when the file is encrypted. Throws Stop. */
export function openKey(store: string, passphrase: () => string): NoteSigner {
  const path = join(store, secretFile);
  let text: string;
  let line: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new Stop('file', {
        zh: `${path} 可被他人读取；请先执行 chmod 600。`,
        en: `${path} can be read by others; chmod 600 it first.`,
      });
    }
    text = readFileSync(path, 'utf8');
    line = readFileSync(join(store, publicFile), 'utf8').trimEnd();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileStop(error, path);
    throw new Stop('file', {
      zh: `${store} 中没有见证密钥；先执行 quanlian-witness keys new。`,
      en: `${store} has no witness's key; run quanlian-witness keys new first.`,
    });
  }
  const secret = isEncryptedSigningKey(text) ? passphrase() : undefined;
  const opened = decodeSigningKey(text, secret);
  if (!opened) {
    throw new Stop('file', {
      zh: `${path} 不是 Ed25519 签名私钥，或口令不正确。`,
      en: `${path} is no Ed25519 signing key, or the passphrase is wrong.`,
    });
  }
  const key = decodePublic(line);
  if (key?.publicKey !== opened.publicKey) {
    throw new Stop('file', {
      zh: `${join(store, publicFile)} 与私钥不符。`,
      en: `${join(store, publicFile)} is not the verifier key of the secret.`,
    });
  }
  return { key, privateKey: opened.key };
}

/** The verifier key of type 0x04 in the file; undefined when it is none. */
function decodePublic(line: string): VerifierKey | undefined {
  try {
    const key = decodeVerifierKey(line);
    return key.type === 'cosignature' ? key : undefined;
  } catch (error) {
    if (error instanceof LogFault) return undefined;
    throw error;
  }
}
