import { concatBytes, decodeBase64, importPublicKey, sha256, SignatureError, toBase64, toHex, utf8Bytes } from '#crypto';
import { LogFault } from './faults.js';
import { decodeAnyBase64, isPlainText } from './lines.js';

/** What a key signs: notes of any kind (a log's key), or checkpoints with the time at which a witness saw them. */
export type NoteKeyType = 'ed25519' | 'cosignature';

const typeBytes: Readonly<Record<NoteKeyType, number>> = { ed25519: 0x01, cosignature: 0x04 };

/** Who may sign a note, and how it is recognised. docs/formats/checkpoint.md. */
export interface VerifierKey {
  readonly name: string;
  readonly type: NoteKeyType;
  /** The raw 32 bytes in base64, as in the ledger. */
  readonly publicKey: string;
  /** The first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), 8 hex digits. With the name it tells which key signed; by itself nothing. */
  readonly keyHash: string;
}

/** Makes the verifier key of a public key in base64. Throws LogFault `key-malformed`. */
export function verifierKeyOf(name: string, type: NoteKeyType, publicKey: string): VerifierKey {
  if (!isKeyName(name)) throw new LogFault('key-malformed', 'name');
  try {
    importPublicKey(publicKey);
  } catch (error) {
    if (error instanceof SignatureError) throw new LogFault('key-malformed', error.code, { cause: error });
    throw error;
  }
  return { name, type, publicKey, keyHash: keyHashOf(name, materialOf(type, publicKey)) };
}

/** A name that a signature line can carry: neither empty nor with white space, a plus or a control character. */
export function isKeyName(name: string): boolean {
  return isPlainText(name) && /^[^\p{White_Space}+]+$/u.test(name);
}

/** `name+hash+base64(type ‖ key)`. */
export function encodeVerifierKey({ name, type, publicKey, keyHash }: VerifierKey): string {
  return `${name}+${keyHash}+${toBase64(materialOf(type, publicKey))}`;
}

/**
 * Reads a verifier key; the hash must be that of name and key. Throws LogFault `key-malformed`, or `key-unsupported` for a key that is
 * neither of the two types.
 */
export function decodeVerifierKey(text: string): VerifierKey {
  // The name has no plus; the base64 may.
  const [, name = '', keyHash = '', base64 = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  const material = decodeAnyBase64(base64);
  if (!isKeyName(name) || !material?.length) throw new LogFault('key-malformed', text);
  const type = (Object.keys(typeBytes) as NoteKeyType[]).find((one) => typeBytes[one] === material[0]);
  if (!type || material.length !== 33) throw new LogFault('key-unsupported', text);
  if (keyHashOf(name, material) !== keyHash) throw new LogFault('key-malformed', `${text}: hash`);
  return verifierKeyOf(name, type, toBase64(material.subarray(1)));
}

function materialOf(type: NoteKeyType, publicKey: string): Uint8Array {
  return concatBytes([Uint8Array.of(typeBytes[type]), decodeBase64(publicKey, 32) ?? new Uint8Array(0)]);
}

function keyHashOf(name: string, material: Uint8Array): string {
  return toHex(sha256(concatBytes([utf8Bytes(`${name}\n`), material])).subarray(0, 4));
}
