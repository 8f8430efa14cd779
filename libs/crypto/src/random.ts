import { randomBytes } from 'node:crypto';

/** A new id that nobody can guess: 128 random bits, 32 lowercase hex digits. */
export function randomId(): string {
  return randomBytes(16).toString('hex');
}

/** A new bearer secret: 256 random bits, 43 characters of base64url. Store its SHA-256, never the secret. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A new symmetric key: 32 random bytes. */
export function randomKey(): Buffer {
  return randomBytes(32);
}
