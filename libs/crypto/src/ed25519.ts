import { createPrivateKey, createPublicKey, KeyObject, randomBytes, sign, verify } from 'node:crypto';
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
  readonly privateSeed: Buffer;
  readonly keyId: string;
}

// What stands before the 32 bytes in DER (RFC 8410 §4 and §7).
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A new Ed25519 key. */
export function generateSigningKey(): SigningKey {
  return signingKeyOf(randomBytes(32));
}

/** The key that a seed of 32 bytes stands for. */
export function signingKeyOf(privateSeed: Buffer): SigningKey {
  const publicKey = createPublicKey(importSigningKey(privateSeed));
  const raw = rawPublicKey(publicKey);
  return { publicKey: raw.toString('base64'), privateSeed, keyId: keyIdOf(raw) };
}

/** The name of a key: the first 16 bytes of SHA-256 of the raw public key, 32 hex digits. */
export function keyIdOf(publicKey: Uint8Array | string): string {
  const raw = typeof publicKey === 'string' ? decodeBase64(publicKey, 32) : publicKey;
  if (raw?.length !== 32) throw new SignatureError('signature-key-malformed', 'A public key is 32 bytes, in base64');
  return sha256(raw).toString('hex', 0, 16);
}

/** Makes the native key of a seed. Keep it where many signatures are made: building it costs as much as signing. */
export function importSigningKey(privateSeed: Uint8Array): KeyObject {
  if (privateSeed.length !== 32) throw new SignatureError('signature-key-length', 'The seed of a signing key is 32 bytes');
  return createPrivateKey({ key: Buffer.concat([PKCS8, privateSeed]), format: 'der', type: 'pkcs8' });
}

/** Signs bytes with Ed25519 (RFC 8032, pure). The signature is 64 bytes in base64. */
export function signEd25519(key: Uint8Array | KeyObject, bytes: Uint8Array): string {
  const privateKey = key instanceof KeyObject ? key : importSigningKey(key);
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
    throw new SignatureError('signature-key-malformed', 'The key is not an Ed25519 private key');
  }
  return sign(null, bytes, privateKey).toString('base64');
}

// Checking and building a public key costs far more than a verification, so the keys in use are kept, least recently used out
// first. The bound keeps a flood of unknown keys from growing memory; a city has some thousands.
const cache = new RecentlyUsed<string, KeyObject>(4_096);
// Keys that passed `publicKeyFault`. One that was built elsewhere is examined before it is used.
const examined = new WeakSet<KeyObject>();

/**
 * Makes the native key of a public key in base64. Refuses what is not 32 bytes in their one spelling, encodings that are not
 * canonical, points off the curve or with a component of small order. Cached.
 */
export function importPublicKey(publicKey: string): KeyObject {
  const known = cache.get(publicKey);
  if (known !== undefined) return known;
  const raw = decodeBase64(publicKey, 32);
  if (raw === undefined) throw new SignatureError('signature-key-malformed', 'A public key is 32 bytes, in base64');
  examine(raw);
  const key = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
  examined.add(key);
  cache.set(publicKey, key);
  return key;
}

/**
 * Checks an Ed25519 signature over bytes; throws `SignatureError`. Verification is native (no cofactor, S below the order, R
 * compared as bytes), as openssl and Go do it.
 */
export function checkSignature(publicKey: KeyObject | string, bytes: Uint8Array, signature: string): void {
  const key = typeof publicKey === 'string' ? importPublicKey(publicKey) : publicKey;
  if (!examined.has(key)) {
    if (key.type !== 'public' || key.asymmetricKeyType !== 'ed25519') {
      throw new SignatureError('signature-key-malformed', 'The key is not an Ed25519 public key');
    }
    examine(rawPublicKey(key));
    examined.add(key);
  }
  const raw = decodeBase64(signature, 64);
  if (raw === undefined) throw new SignatureError('signature-malformed', 'A signature is 64 bytes, in base64');
  if (!verify(null, bytes, key, raw))
    throw new SignatureError('signature-wrong', 'The signature is not one over these bytes by this key');
}

function examine(raw: Uint8Array): void {
  const fault = publicKeyFault(raw);
  if (fault !== undefined) throw new SignatureError(fault, 'The public key is not a canonical point of the prime-order group');
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
}
