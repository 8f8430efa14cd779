import { createHmacSha256, equalInConstantTime, toHex, utf8Bytes } from '#platform';

/** SHA-256 (FIPS 180-4) of bytes, or of a text's UTF-8: 32 bytes, 64 hex digits, or fed piece by piece. */
export { createSha256, sha256, sha256Hex } from '#platform';
/** HMAC-SHA-256 fed piece by piece: the keyed commitment to a delivery's plaintext. */
export { createHmacSha256 } from '#platform';

/** HMAC-SHA-256 (RFC 2104) as 64 lowercase hex digits. */
export function hmacSha256Hex(key: Uint8Array, input: Uint8Array | string): string {
  const hmac = createHmacSha256(key);
  hmac.update(input);
  return toHex(hmac.digest());
}

/** Whether two secrets are equal, in time that depends on their lengths only. */
export function equalConstantTime(a: Uint8Array | string, b: Uint8Array | string): boolean {
  const left = typeof a === 'string' ? utf8Bytes(a) : a;
  const right = typeof b === 'string' ? utf8Bytes(b) : b;
  return left.length === right.length && equalInConstantTime(left, right);
}
