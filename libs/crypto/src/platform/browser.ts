// The names of `node.ts`, for where Node is not: pure functions of the noble libraries. package.json (`#platform`) says which is used.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';

// ── bytes ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Bytes as the platform's own functions answer them: Node's Buffer, the browser's Uint8Array. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The same bytes under the platform's type; nothing is copied. */
export const asBytes = (bytes: Uint8Array): Bytes => bytes as Bytes;

export function concatBytes(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const allocBytes = (sizeBytes: number): Bytes => new Uint8Array(sizeBytes);
export const copyBytes = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);
export const utf8Bytes = (text: string): Bytes => encoder.encode(text);

export function toHex(bytes: Uint8Array): string {
  let digits = '';
  for (let i = 0; i < bytes.length; i++) digits += HEX[bytes[i] as number];
  return digits;
}

export const fromHex = (digits: string): Bytes =>
  Uint8Array.from({ length: digits.length >> 1 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));

/** One character a byte, U+0000 to U+00FF. */
export function latin1Text(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

export const toBase64 = (bytes: Uint8Array): string => btoa(latin1Text(bytes));
export const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Reads base64 or base64url of any spelling; `decodeBase64` asks for the one right one. */
export function looseBase64(text: string, alphabet: 'base64' | 'base64url'): Bytes {
  const standard = alphabet === 'base64' ? text : text.replaceAll('-', '+').replaceAll('_', '/');
  try {
    return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}

// One decoder for all: neither keeps anything between two calls. A mark at the beginning is part of the text, as in Node.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** Whether bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
/** The text of UTF-8 bytes from `start` up to but without `end`; a byte order mark is part of it. */
export const utf8Text = (bytes: Bytes, start: number, end: number): string => lenient.decode(bytes.subarray(start, end));

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && equalInConstantTime(a, b);

/** Where an ASCII text begins in bytes, from `from` on; -1 if nowhere. */
export function indexOfText(bytes: Uint8Array, text: string, from = 0): number {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < text.length && bytes[at + length] === text.charCodeAt(length)) length++;
    if (length === text.length) return at;
  }
  return -1;
}

/** Unpredictable bytes. */
export const randomBytes = (sizeBytes: number): Bytes => crypto.getRandomValues(new Uint8Array(sizeBytes));

// ── digests ─────────────────────────────────────────────────────────────────────────────────────────────────────

const bytesOf = (input: Uint8Array | string): Uint8Array => (typeof input === 'string' ? utf8Bytes(input) : input);

/** SHA-256 under way. */
export interface Sha256 {
  update(input: Uint8Array | string): Sha256;
  digest(): Bytes;
  digest(encoding: 'hex'): string;
}
/** HMAC-SHA-256 under way. */
export interface HmacSha256 {
  update(bytes: Uint8Array | string): unknown;
  digest(): Bytes;
}

export const sha256 = (input: Uint8Array | string): Bytes => asBytes(nobleSha256(bytesOf(input)));
export const sha256Hex = (input: Uint8Array | string): string => toHex(sha256(input));

export function createSha256(): Sha256 {
  const running = nobleSha256.create();
  function digest(): Bytes;
  function digest(encoding: 'hex'): string;
  function digest(encoding?: 'hex'): Bytes | string {
    const bytes = asBytes(running.digest());
    return encoding === 'hex' ? toHex(bytes) : bytes;
  }
  const hash: Sha256 = {
    update(input) {
      running.update(bytesOf(input));
      return hash;
    },
    digest,
  };
  return hash;
}

export function createHmacSha256(key: Uint8Array): HmacSha256 {
  const running = hmac.create(nobleSha256, key);
  return { update: (input) => running.update(bytesOf(input)), digest: () => asBytes(running.digest()) };
}

/** Both are of one length. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let differences = 0;
  for (let i = 0; i < a.length; i++) differences |= (a[i] as number) ^ (b[i] as number);
  return differences === 0;
}

/** HKDF-SHA-256 (RFC 5869). */
export const hkdfSha256 = (key: Uint8Array, salt: Uint8Array, info: string, sizeBytes: number): Bytes =>
  asBytes(hkdf(nobleSha256, key, salt, utf8Bytes(info), sizeBytes));

// ── Ed25519 ─────────────────────────────────────────────────────────────────────────────────────────────────────

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;

/** A signing or public key in the form that signing and checking are fast with. */
export class NativeKey {
  readonly type: 'private' | 'public';
  /** The seed of a signing key, the point's encoding of a public one. */
  readonly bytes: Bytes;
  #negated: Point | undefined;
  #checks = 0;

  constructor(type: 'private' | 'public', bytes: Uint8Array) {
    this.type = type;
    this.bytes = copyBytes(bytes);
  }

  /** −A, decoded once. A key that checks many signatures gets a table, which makes each check cost half. */
  negatedPoint(): Point {
    this.#negated ??= Point.fromBytes(this.bytes, false).negate();
    if (++this.#checks === CHECKS_BEFORE_TABLE && tables < TABLES_MAX) {
      tables++;
      this.#negated.precompute(TABLE_WINDOW, false);
    }
    return this.#negated;
  }
}

// A table of this window takes 120 KiB; the busiest keys are soon found, and thousands of tables would be too many.
const CHECKS_BEFORE_TABLE = 32;
const TABLE_WINDOW = 4;
const TABLES_MAX = 256;
let tables = 0;

export const isNativeKey = (key: unknown): key is NativeKey => key instanceof NativeKey;
export const isEd25519 = (key: NativeKey, type: 'private' | 'public'): boolean => key.type === type;
export const nativeSigningKey = (seed: Uint8Array): NativeKey => new NativeKey('private', seed);
export const nativePublicKey = (raw: Uint8Array): NativeKey => new NativeKey('public', raw);
/** The 32 bytes of a public key, or of the public half of a signing key. */
export const rawPublicKey = (key: NativeKey): Bytes =>
  key.type === 'private' ? asBytes(ed25519.getPublicKey(key.bytes)) : key.bytes;
export const signNative = (key: NativeKey, bytes: Uint8Array): Bytes => asBytes(ed25519.sign(bytes, key.bytes));

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(copyBytes(bytes).reverse())}`);

/**
 * Checks a signature as OpenSSL and Go do it: no cofactor, S below the order, R compared as bytes. noble's own check multiplies by
 * the cofactor and so accepts signatures that those refuse. The key was examined before: it is canonical and of the prime order.
 */
export function verifyNative(key: NativeKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const R = signature.subarray(0, 32);
  const S = littleEndian(signature.subarray(32));
  if (S >= Point.Fn.ORDER) return false;
  const k = Point.Fn.create(littleEndian(sha512(concatBytes([R, key.bytes, bytes]))));
  const expected = Point.BASE.multiplyUnsafe(S).add(key.negatedPoint().multiplyUnsafe(k));
  return equalBytes(expected.toBytes(), R);
}
/** A browser's script has one thread. */
export const verifyNativeLater = async (key: NativeKey, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> =>
  verifyNative(key, bytes, signature);
export const signNativeLater = async (key: NativeKey, bytes: Uint8Array): Promise<Bytes> => signNative(key, bytes);

// ── what age is made of ─────────────────────────────────────────────────────────────────────────────────────────

/** Whether X25519 with this point can keep a secret. With one of small order it is zero whatever the other key is; noble refuses. */
export function givesSecrecy(point: Uint8Array): boolean {
  try {
    x25519.getSharedSecret(x25519.utils.randomSecretKey(), point);
    return true;
  } catch {
    return false;
  }
}

const TAG_BYTES = 16;

/** ChaCha20-Poly1305 (RFC 8439): ciphertext with its tag of 16 bytes behind. */
export const sealChaCha = (key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Bytes =>
  asBytes(chacha20poly1305(key, nonce).encrypt(plaintext));

/** The plaintext, or undefined if it is not authentic. */
export function openChaCha(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Bytes | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  try {
    return asBytes(chacha20poly1305(key, nonce).decrypt(sealed));
  } catch {
    return undefined;
  }
}
