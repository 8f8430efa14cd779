import { createHash, createHmac, hash, timingSafeEqual, type Hash } from 'node:crypto';

/** SHA-256 (FIPS 180-4) of bytes, or of a text's UTF-8. 32 bytes. */
export function sha256(input: Uint8Array | string): Buffer {
  return hash('sha256', input, 'buffer');
}

/** The same as 64 lowercase hex digits. */
export function sha256Hex(input: Uint8Array | string): string {
  return hash('sha256', input, 'hex');
}

/** SHA-256 fed piece by piece: `update(bytes)` as often as needed, then once `digest()` or `digest('hex')`. */
export function createSha256(): Hash {
  return createHash('sha256');
}

/** HMAC-SHA-256 (RFC 2104) as 64 lowercase hex digits. */
export function hmacSha256Hex(key: Uint8Array, input: Uint8Array | string): string {
  return createHmac('sha256', key).update(input).digest('hex');
}

/** HMAC-SHA-256 fed piece by piece: the keyed commitment to a delivery's plaintext. */
export function createHmacSha256(key: Uint8Array): { update(bytes: Uint8Array | string): unknown; digest(): Buffer } {
  return createHmac('sha256', key);
}

/** Whether two secrets are equal, in time that depends on their lengths only. */
export function equalConstantTime(a: Uint8Array | string, b: Uint8Array | string): boolean {
  const left = typeof a === 'string' ? Buffer.from(a, 'utf8') : a;
  const right = typeof b === 'string' ? Buffer.from(b, 'utf8') : b;
  return left.length === right.length && timingSafeEqual(left, right);
}
