import {
  isEd25519,
  isNativeKey,
  nativePublicKey,
  nativeSigningKey,
  randomBytes,
  rawPublicKey,
  signNative,
  signNativeLater,
  toBase64,
  toHex,
  verifyNative,
  verifyNativeLater,
  type Bytes,
  type NativeKey,
} from '#platform';
import { decodeBase64 } from './base64.js';
import { sha256 } from './digest.js';
import { publicKeyFault, type PublicKeyFault } from './ed25519-point.js';
import { CryptoError } from './errors.js';
import { RecentlyUsed } from './recently-used.js';

export type SignatureCode = PublicKeyFault | 'signature-key-malformed' | 'signature-malformed' | 'signature-wrong';

export class SignatureError extends CryptoError<SignatureCode> {}

export interface SigningKey {
  /** The raw 32 bytes in base64, as they are admitted in the ledger. */
  readonly publicKey: string;
  /** The secret: 32 bytes (RFC 8032 §5.1.5). Leaves memory only sealed. */
  readonly privateSeed: Bytes;
  readonly keyId: string;
}

/** A new Ed25519 key. */
export function generateSigningKey(): SigningKey {
  return signingKeyOf(randomBytes(32));
}

/** The key that a seed of 32 bytes stands for. */
export function signingKeyOf(privateSeed: Bytes): SigningKey {
  const raw = rawPublicKey(importSigningKey(privateSeed));
  return { publicKey: toBase64(raw), privateSeed, keyId: keyIdOf(raw) };
}

/** The name of a key: the first 16 bytes of SHA-256 of the raw public key, 32 hex digits. */
export function keyIdOf(publicKey: Uint8Array | string): string {
  const raw = typeof publicKey === 'string' ? decodeBase64(publicKey, 32) : publicKey;
  if (raw?.length !== 32) throw new SignatureError('signature-key-malformed', 'A public key is 32 bytes, in base64');
  return toHex(sha256(raw).subarray(0, 16));
}

/** Makes the native key of a seed. Keep it where many signatures are made: building it costs as much as signing. */
export function importSigningKey(privateSeed: Uint8Array): NativeKey {
  if (privateSeed.length !== 32) throw new SignatureError('signature-key-length', 'The seed of a signing key is 32 bytes');
  return nativeSigningKey(privateSeed);
}

/** Signs bytes with Ed25519 (RFC 8032, pure). The signature is 64 bytes in base64. */
export function signEd25519(key: Uint8Array | NativeKey, bytes: Uint8Array): string {
  return toBase64(signNative(privateKeyOf(key), bytes));
}

/** The same, made on the platform's own threads where it has some: while many are made this thread does other things. */
export async function signEd25519Later(key: Uint8Array | NativeKey, bytes: Uint8Array): Promise<string> {
  return toBase64(await signNativeLater(privateKeyOf(key), bytes));
}

function privateKeyOf(key: Uint8Array | NativeKey): NativeKey {
  const privateKey = isNativeKey(key) ? key : importSigningKey(key);
  if (!isEd25519(privateKey, 'private')) {
    throw new SignatureError('signature-key-malformed', 'The key is not an Ed25519 private key');
  }
  return privateKey;
}

// Checking and building a public key costs far more than a verification, so the keys in use are kept, least recently used out
// first. The bound keeps a flood of unknown keys from growing memory; a city has some thousands.
const cache = new RecentlyUsed<string, NativeKey>(4_096);
// Keys that passed `publicKeyFault`. One that was built elsewhere is examined before it is used.
const examined = new WeakSet<NativeKey>();

/**
 * Makes the native key of a public key in base64. Refuses what is not 32 bytes in their one spelling, encodings that are not
 * canonical, points off the curve or with a component of small order. Cached.
 */
export function importPublicKey(publicKey: string): NativeKey {
  const known = cache.get(publicKey);
  if (known !== undefined) return known;
  const raw = decodeBase64(publicKey, 32);
  if (raw === undefined) throw new SignatureError('signature-key-malformed', 'A public key is 32 bytes, in base64');
  examine(raw);
  const key = nativePublicKey(raw);
  examined.add(key);
  cache.set(publicKey, key);
  return key;
}

/**
 * Checks an Ed25519 signature over bytes; throws `SignatureError`. There is no cofactor in the check, S is
 * below the order, and R is compared as bytes, as openssl and Go do it.
 */
export function checkSignature(publicKey: NativeKey | string, bytes: Uint8Array, signature: string): void {
  const { key, raw } = readyToCheck(publicKey, signature);
  if (!verifyNative(key, bytes, raw)) throw wrongSignature();
}

/** The same check, made on the platform's own threads where it has some: many at once take as many processors as there are. */
export async function checkSignatureLater(publicKey: NativeKey | string, bytes: Uint8Array, signature: string): Promise<void> {
  const { key, raw } = readyToCheck(publicKey, signature);
  if (!(await verifyNativeLater(key, bytes, raw))) throw wrongSignature();
}

function readyToCheck(publicKey: NativeKey | string, signature: string): { key: NativeKey; raw: Bytes } {
  const key = typeof publicKey === 'string' ? importPublicKey(publicKey) : publicKey;
  if (!examined.has(key)) {
    if (!isEd25519(key, 'public')) {
      throw new SignatureError('signature-key-malformed', 'The key is not an Ed25519 public key');
    }
    examine(rawPublicKey(key));
    examined.add(key);
  }
  const raw = decodeBase64(signature, 64);
  if (raw === undefined) throw new SignatureError('signature-malformed', 'A signature is 64 bytes, in base64');
  return { key, raw };
}

const wrongSignature = () => new SignatureError('signature-wrong', 'The signature is not one over these bytes by this key');

function examine(raw: Uint8Array): void {
  const fault = publicKeyFault(raw);
  if (fault !== undefined) throw new SignatureError(fault, 'The public key is not a canonical point of the prime-order group');
}
