import { Decrypter, Encrypter } from 'age-encryption';
import { copyBytes, equalBytes, indexOfText, latin1Text, utf8Bytes, type Bytes } from '#platform';
import { AgeError } from './age-error.js';
import { addAgeIdentity, checkAgeRecipient, type AgeSecret } from './age-recipient.js';

/** age files start with this line. https://c2sp.org/age */
const FIRST_LINE = utf8Bytes('age-encryption.org/v1\n');
const ARMOR = utf8Bytes('-----BEGIN AGE');

// A stanza takes about 100 bytes. A header is held in memory before anything in it is authenticated, so its size is bounded.
export const AGE_HEADER_MAX_BYTES = 64 * 1024;
const MAX_RECIPIENTS = 256;

/** The header of a new age file and the file key (16 bytes) that only its recipients can unwrap. */
export async function makeAgeHeader(recipients: readonly string[]): Promise<{ header: Bytes; fileKey: Bytes }> {
  if (recipients.length < 1 || recipients.length > MAX_RECIPIENTS) {
    throw new AgeError('age-recipients-count', `An age file has 1 to ${MAX_RECIPIENTS} recipients`);
  }
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    checkAgeRecipient(recipient);
    encrypter.addRecipient(recipient);
  }
  let fileKey: Bytes | undefined;
  // A recipient that adds no stanza: it only learns the file key, so that the payload can be made by native code.
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = copyBytes(key);
      return [];
    },
  });
  const empty = await encrypter.encrypt(new Uint8Array(0));
  // What follows the header is a payload nonce of 16 bytes and one empty chunk of 16; ours has a nonce of its own.
  return { header: copyBytes(empty.subarray(0, empty.length - 32)), fileKey: fileKey as Bytes };
}

/** A reader of age headers. Throws `AgeError` on a malformed identity. */
export function decrypterOf(identities: readonly AgeSecret[]): Decrypter {
  const decrypter = new Decrypter();
  for (const identity of identities) addAgeIdentity(decrypter, identity);
  return decrypter;
}

/**
 * Where the header in the first bytes of a file ends, its last line feed included; undefined if more bytes are needed. Throws
 * `AgeError` as soon as the bytes cannot be the start of an age file.
 */
export function ageHeaderEnd(bytes: Uint8Array): number | undefined {
  const known = Math.min(bytes.length, FIRST_LINE.length);
  if (!equalBytes(bytes.subarray(0, known), FIRST_LINE.subarray(0, known))) {
    if (equalBytes(bytes.subarray(0, ARMOR.length), ARMOR)) {
      throw new AgeError('age-armored', 'The file is armored (text): take the armor off first');
    }
    throw new AgeError('age-not-an-age-file', 'The bytes are not an age file of version 1');
  }
  // Bodies are base64 and other lines start with "-> ", so the first line with three hyphens is the last of the header.
  const lastLine = indexOfText(bytes, '\n---');
  const end = lastLine < 0 ? -1 : indexOfText(bytes, '\n', lastLine + 1);
  if (end >= 0 && end < AGE_HEADER_MAX_BYTES) return end + 1;
  if (bytes.length >= AGE_HEADER_MAX_BYTES) {
    throw new AgeError('age-header-malformed', `The header is longer than ${AGE_HEADER_MAX_BYTES} bytes`);
  }
  return undefined;
}

// The last line: a MAC of 32 bytes, so 43 characters.
const MAC_LINE = /\n--- [A-Za-z0-9+/]{43}\n$/;
const MAC_LINE_BYTES = '\n--- \n'.length + 43;

/** Unwraps the file key from a whole header and checks the header's MAC under it. Throws `AgeError`. */
export async function openAgeHeader(decrypter: Decrypter, header: Uint8Array): Promise<Bytes> {
  if (!MAC_LINE.test(latin1Text(header.subarray(-MAC_LINE_BYTES)))) {
    throw new AgeError('age-header-malformed', 'The last line of the header is not a MAC');
  }
  try {
    return copyBytes(await decrypter.decryptHeader(header));
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    if (reason.startsWith('no identity matched')) {
      throw new AgeError('age-no-identity-matches', 'The file is not encrypted to any of these identities');
    }
    if (reason === 'invalid header HMAC') throw new AgeError('age-header-altered', 'The header was altered');
    throw new AgeError('age-header-malformed', 'The header is malformed');
  }
}
