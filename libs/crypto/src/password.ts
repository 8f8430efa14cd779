import { hash, verify } from '@node-rs/argon2';
import { randomInt } from 'node:crypto';
import { randomSecret } from './random.js';

// OWASP's recommendation for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. The algorithm and version are
// the package's defaults (argon2id, 0x13) and the hash names them, so raising these later leaves old hashes valid.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// Longer input would only cost hashing time; the longest passphrase of a person is far below.
const MAX_BYTES = 1_024;

/** Hashes a password with argon2id (RFC 9106); the answer is a PHC string with its own salt and costs. About 30 ms of one core. */
export async function hashPassword(password: string): Promise<string> {
  const bytes = passwordBytes(password);
  if (bytes === undefined) throw new RangeError(`A password is at most ${MAX_BYTES} bytes`);
  return hash(bytes, COST);
}

/** Whether a password is the one behind a hash. Throws only if the stored hash is not one. */
export async function checkPassword(stored: string, password: string): Promise<boolean> {
  const bytes = passwordBytes(password);
  const equal = await verify(stored, bytes ?? Buffer.alloc(0));
  return bytes !== undefined && equal;
}

let nobody: Promise<string> | undefined;

/** Takes the time of `checkPassword` and answers false: for an unknown account, so that the answer's time does not tell. */
export async function checkPasswordOfNobody(password: string): Promise<false> {
  nobody ??= hashPassword(randomSecret());
  await checkPassword(await nobody, password);
  return false;
}

// No i, l, o, 0, 1: read aloud and copied from paper without doubt.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A new password to be typed by a person: four groups of five, 99 bits. */
export function randomPassword(): string {
  const group = () => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

// One password typed on two keyboards may be composed differently: NFKC makes them one (NIST SP 800-63B §5.1.1.2).
function passwordBytes(password: string): Buffer | undefined {
  const bytes = Buffer.from(password.normalize('NFKC'), 'utf8');
  return bytes.length <= MAX_BYTES ? bytes : undefined;
}
