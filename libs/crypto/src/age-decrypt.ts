import type { Decrypter } from 'age-encryption';
import { allocBytes, concatBytes, type Bytes } from '#platform';
import { AgeError } from './age-error.js';
import { ageHeaderEnd, decrypterOf, openAgeHeader } from './age-header.js';
import { AGE_PAYLOAD_NONCE_BYTES, payloadKey, PayloadOpener } from './age-payload.js';
import type { AgeSecret } from './age-recipient.js';

/** Collects the first bytes of a file until header and nonce are there, then opens the header. */
export class HeadReader {
  readonly #decrypter: Decrypter;
  #bytes = allocBytes(0);

  constructor(decrypter: Decrypter) {
    this.#decrypter = decrypter;
  }

  /** Undefined while more bytes are needed; then the payload's key and the bytes that already belong to it. */
  async push(bytes: Uint8Array): Promise<{ key: Bytes; rest: Bytes } | undefined> {
    this.#bytes = concatBytes([this.#bytes, bytes]);
    const end = ageHeaderEnd(this.#bytes);
    if (end === undefined || this.#bytes.length < end + AGE_PAYLOAD_NONCE_BYTES) return undefined;
    const fileKey = await openAgeHeader(this.#decrypter, this.#bytes.subarray(0, end));
    const start = end + AGE_PAYLOAD_NONCE_BYTES;
    const key = payloadKey(fileKey, this.#bytes.subarray(end, start));
    fileKey.fill(0);
    return { key, rest: this.#bytes.subarray(start) };
  }

  /** The input ended before header and nonce were there: opens what header there is, to name the first fault. Throws. */
  async fail(): Promise<never> {
    const end = ageHeaderEnd(this.#bytes);
    if (end !== undefined) await openAgeHeader(this.#decrypter, this.#bytes.subarray(0, end));
    throw new AgeError('age-truncated', 'The file ends inside its header');
  }
}

/**
 * Turns an age file back into plaintext with any of the identities. Each piece is authenticated before it is handed on; that the file
 * is whole is known only when the iteration ends without an `AgeError`. Use what came out before that only where it can be undone.
 */
export async function* decryptAge(
  identities: readonly AgeSecret[],
  ciphertext: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Bytes, void, undefined> {
  const head = new HeadReader(decrypterOf(identities));
  let opener: PayloadOpener | undefined;
  for await (const bytes of ciphertext) {
    if (opener !== undefined) {
      yield* opener.push(bytes);
      continue;
    }
    const opened = await head.push(bytes);
    if (opened === undefined) continue;
    opener = new PayloadOpener(opened.key);
    yield* opener.push(opened.rest);
  }
  if (opener === undefined) return head.fail();
  yield opener.finish();
}
