// What Node computes natively. `browser.ts` beside it gives the same names; everything else of this library stands on one of the two
// and is one code for both. package.json (`#platform`) says which.
import { isUtf8 as nodeIsUtf8 } from 'node:buffer';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  KeyObject,
  randomBytes as nodeRandomBytes,
  sign,
  timingSafeEqual,
  verify,
  type Hash,
} from 'node:crypto';

// ── bytes ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Bytes as the platform's own functions answer them: Node's Buffer, the browser's Uint8Array. */
export type Bytes = Buffer;

/** The same bytes under the platform's type; nothing is copied. */
export const asBytes = (bytes: Uint8Array): Bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const concatBytes = (parts: readonly Uint8Array[]): Bytes => Buffer.concat(parts);
export const allocBytes = (sizeBytes: number): Bytes => Buffer.alloc(sizeBytes);
export const copyBytes = (bytes: Uint8Array): Bytes => Buffer.from(bytes);
export const utf8Bytes = (text: string): Bytes => Buffer.from(text, 'utf8');
export const toHex = (bytes: Uint8Array): string => asBytes(bytes).toString('hex');
export const fromHex = (digits: string): Bytes => Buffer.from(digits, 'hex');
export const toBase64 = (bytes: Uint8Array): string => asBytes(bytes).toString('base64');
export const toBase64Url = (bytes: Uint8Array): string => asBytes(bytes).toString('base64url');
/** One character a byte, U+0000 to U+00FF. */
export const latin1Text = (bytes: Uint8Array): string => asBytes(bytes).toString('latin1');
/** Whether bytes are UTF-8. */
export const isUtf8 = (bytes: Uint8Array): boolean => nodeIsUtf8(bytes);
/** The text of UTF-8 bytes from `start` up to but without `end`; a byte order mark is part of it. */
export const utf8Text = (bytes: Bytes, start: number, end: number): string => bytes.toString('utf8', start, end);
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && asBytes(a).equals(b);
/** Where an ASCII text begins in bytes, from `from` on; -1 if nowhere. */
export const indexOfText = (bytes: Uint8Array, text: string, from = 0): number => asBytes(bytes).indexOf(text, from, 'latin1');

/** Reads base64 or base64url of any spelling; `decodeBase64` asks for the one right one. */
export const looseBase64 = (text: string, alphabet: 'base64' | 'base64url'): Bytes => Buffer.from(text, alphabet);

/** Unpredictable bytes. */
export const randomBytes = (sizeBytes: number): Bytes => nodeRandomBytes(sizeBytes);

// ── digests ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** SHA-256 under way. */
export type Sha256 = Hash;
/** HMAC-SHA-256 under way. */
export interface HmacSha256 {
  update(bytes: Uint8Array | string): unknown;
  digest(): Bytes;
}

export const sha256 = (input: Uint8Array | string): Bytes => hash('sha256', input, 'buffer');
export const sha256Hex = (input: Uint8Array | string): string => hash('sha256', input, 'hex');
export const createSha256 = (): Sha256 => createHash('sha256');
export const createHmacSha256 = (key: Uint8Array): HmacSha256 => createHmac('sha256', key);
export const equalInConstantTime = (a: Uint8Array, b: Uint8Array): boolean => timingSafeEqual(a, b);
/** HKDF-SHA-256 (RFC 5869). */
export const hkdfSha256 = (key: Uint8Array, salt: Uint8Array, info: string, sizeBytes: number): Bytes =>
  Buffer.from(hkdfSync('sha256', key, salt, info, sizeBytes));

// ── Ed25519 ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** A signing or public key in the form that signing and checking are fast with. */
export type NativeKey = KeyObject;

// What stands before the 32 bytes in DER (RFC 8410 §4 and §7).
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export const isNativeKey = (key: unknown): key is NativeKey => key instanceof KeyObject;
export const isEd25519 = (key: NativeKey, type: 'private' | 'public'): boolean =>
  key.type === type && key.asymmetricKeyType === 'ed25519';
export const nativeSigningKey = (seed: Uint8Array): NativeKey =>
  createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
export const nativePublicKey = (raw: Uint8Array): NativeKey =>
  createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
/** The 32 bytes of a public key, or of the public half of a signing key. */
export const rawPublicKey = (key: NativeKey): Bytes =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
export const signNative = (key: NativeKey, bytes: Uint8Array): Bytes => sign(null, bytes, key);
/** OpenSSL: no cofactor, S below the order, R compared as bytes. The key was examined before. */
export const verifyNative = (key: NativeKey, bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify(null, bytes, key, signature);
/** The same on the platform's own threads, beside this one. */
export const verifyNativeLater = (key: NativeKey, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> =>
  new Promise((done, fail) =>
    verify(null, bytes, key, signature, (error, isGood) => (error === null ? done(isGood) : fail(error))),
  );
export const signNativeLater = (key: NativeKey, bytes: Uint8Array): Promise<Bytes> =>
  new Promise((done, fail) => sign(null, bytes, key, (error, signature) => (error === null ? done(signature) : fail(error))));

// ── what age is made of ─────────────────────────────────────────────────────────────────────────────────────────

/** Whether X25519 with this point can keep a secret. With one of small order it is zero whatever the other key is; OpenSSL refuses. */
export function givesSecrecy(point: Uint8Array): boolean {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: toBase64Url(point) }, format: 'jwk' });
  try {
    diffieHellman({ privateKey: generateKeyPairSync('x25519').privateKey, publicKey });
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets this process keep the memory of what was freed, up to twice as much as this. glibc gives the top of a heap back to the system
 * as soon as 128 KiB of it are free, until a larger piece was freed once; then twice that piece's size stays (mallopt(3),
 * M_TRIM_THRESHOLD). A chunk that is sealed or opened is new memory of 64 KiB each time, and to have the system clear those
 * pages again for every one costs as much again as the cipher. Nothing is written to the piece, so it takes no memory itself.
 */
function keepFreedMemory(): void {
  // oxlint-disable-next-line no-new -- it is wanted only for being freed
  new ArrayBuffer(4 * 1024 * 1024);
}
keepFreedMemory();

const CIPHER = 'chacha20-poly1305';
const TAG_BYTES = 16;
const OPTIONS = { authTagLength: TAG_BYTES } as const;

/** ChaCha20-Poly1305 (RFC 8439): ciphertext with its tag of 16 bytes behind. */
export function sealChaCha(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Bytes {
  const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS);
  const sealed = Buffer.allocUnsafe(plaintext.length + TAG_BYTES);
  cipher.update(plaintext).copy(sealed);
  cipher.final();
  cipher.getAuthTag().copy(sealed, plaintext.length);
  return sealed;
}

/** The plaintext, or undefined if it is not authentic. */
export function openChaCha(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Bytes | undefined {
  const sizeBytes = sealed.length - TAG_BYTES;
  if (sizeBytes < 0) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce, OPTIONS);
  decipher.setAuthTag(sealed.subarray(sizeBytes));
  const plaintext = decipher.update(sealed.subarray(0, sizeBytes));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return undefined;
  }
  return plaintext;
}
