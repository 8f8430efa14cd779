import { randomBytes, toBase64Url, toHex, type Bytes } from '#platform';

/** A new id that nobody can guess: 128 random bits, 32 lowercase hex digits. */
export function randomId(): string {
  return toHex(randomBytes(16));
}

/** A new bearer secret: 256 random bits, 43 characters of base64url. Store its SHA-256, never the secret. */
export function randomSecret(): string {
  return toBase64Url(randomBytes(32));
}

/** A new symmetric key: 32 random bytes. */
export function randomKey(): Bytes {
  return randomBytes(32);
}
