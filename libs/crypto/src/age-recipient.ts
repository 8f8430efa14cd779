import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { givesSecrecy } from '#platform';
import { AgeError } from './age-error.js';

export interface AgeIdentity {
  /** The secret, `AGE-SECRET-KEY-1…`. */
  readonly identity: string;
  /** The public half, `age1…`. */
  readonly recipient: string;
}

/** A new X25519 identity for age, and its recipient. `age-keygen` makes the same. */
export async function generateAgeIdentity(): Promise<AgeIdentity> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The recipient of an identity, or of a private X25519 key that WebCrypto keeps; `age-keygen -y` prints the same. Throws `AgeError`. */
export async function ageRecipientOf(identity: Exclude<AgeSecret, { unwrapFileKey: unknown }>): Promise<string> {
  addAgeIdentity(new Decrypter(), identity);
  return identityToRecipient(identity);
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const RECIPIENT = new RegExp(`^age1[${BECH32}]{58}$`);

/**
 * Checks that a text is an age X25519 recipient in its one spelling, and a point to which something can be kept secret. Throws
 * `AgeError`. Post-quantum and hardware recipients are refused: not every `age` command in use can open for them.
 */
export function checkAgeRecipient(recipient: string): void {
  const refuse = (): never => {
    throw new AgeError('age-recipient-malformed', 'The recipient is not an age X25519 recipient (age1…)');
  };
  if (typeof recipient !== 'string' || !RECIPIENT.test(recipient)) refuse();
  try {
    new Encrypter().addRecipient(recipient); // checks the bech32 checksum and padding
  } catch {
    refuse();
  }
  const point = bech32Bytes(recipient.slice('age1'.length, -6));
  if (!isCanonicalCoordinate(point) || !givesSecrecy(point)) refuse();
}

/** Checks that a text is an age X25519 identity. Throws `AgeError`. */
export function checkAgeIdentity(identity: string): void {
  addAgeIdentity(new Decrypter(), identity);
}

/** What opens an age file: the text `AGE-SECRET-KEY-1…`, or a private X25519 key that WebCrypto keeps and need not give away. */
export type AgeSecret = Parameters<Decrypter['addIdentity']>[0];

/** Gives a reader one more identity. Throws `AgeError`. */
export function addAgeIdentity(decrypter: Decrypter, identity: AgeSecret): void {
  try {
    if (typeof identity === 'string' && !/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/.test(identity)) throw new TypeError();
    decrypter.addIdentity(identity); // checks the bech32 checksum and padding
  } catch {
    // The library's own message quotes the text, which is a secret with one letter wrong: it goes no further, not even as a cause.
    throw new AgeError('age-identity-malformed', 'The identity is not an age X25519 identity (AGE-SECRET-KEY-1…)');
  }
}

// Five bits a character; the four left over at the end are zero, which the checksum's owner has checked.
function bech32Bytes(characters: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of characters) {
    value = (value << 5) | BECH32.indexOf(character);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
      value &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(bytes);
}

// Below 2^255 - 19. Readers mask and reduce, so another spelling would be a second name for the same recipient.
function isCanonicalCoordinate(point: Uint8Array): boolean {
  const [lowest = 0, ...higher] = point;
  const highest = higher.pop() ?? 0;
  return highest < 0x7f || (highest === 0x7f && (lowest < 0xed || higher.some((byte) => byte !== 0xff)));
}
