import { Transform } from 'node:stream';
import type { Decrypter } from 'age-encryption';
import { AgeError } from './age-error.js';
import { ageHeaderEnd, decrypterOf, openAgeHeader } from './age-header.js';
import { AGE_PAYLOAD_NONCE_BYTES, payloadKey, PayloadOpener } from './age-payload.js';

/** Collects the first bytes of a file until header and nonce are there, then opens the header. */
class HeadReader {
  readonly #decrypter: Decrypter;
  #bytes = Buffer.alloc(0);

  constructor(decrypter: Decrypter) {
    this.#decrypter = decrypter;
  }

  /** Undefined while more bytes are needed; then the payload's opener and the bytes that already belong to the payload. */
  async push(bytes: Uint8Array): Promise<{ opener: PayloadOpener; rest: Buffer } | undefined> {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const end = ageHeaderEnd(this.#bytes);
    if (end === undefined || this.#bytes.length < end + AGE_PAYLOAD_NONCE_BYTES) return undefined;
    const fileKey = await openAgeHeader(this.#decrypter, this.#bytes.subarray(0, end));
    const start = end + AGE_PAYLOAD_NONCE_BYTES;
    const opener = new PayloadOpener(payloadKey(fileKey, this.#bytes.subarray(end, start)));
    fileKey.fill(0);
    return { opener, rest: this.#bytes.subarray(start) };
  }

  /** The input ended before header and nonce were there: opens what header there is, to name the first fault. Throws. */
  async fail(): Promise<never> {
    const end = ageHeaderEnd(this.#bytes);
    if (end !== undefined) await openAgeHeader(this.#decrypter, this.#bytes.subarray(0, end));
    throw new AgeError('age-truncated', 'The file ends inside its header');
  }
}

/**
 * A stream that turns an age file back into plaintext with any of the identities (`AGE-SECRET-KEY-1…`). Each chunk is
 * authenticated before it is handed on; that the file is whole is known only when the stream ends without an `AgeError`. Use
 * what came out before that only where it can be undone.
 */
export async function ageDecryptor(identities: readonly string[]): Promise<Transform> {
  return decryptorWith(decrypterOf(identities));
}

/** For tests with published vectors, whose identities are of every kind. */
export function decryptorWith(decrypter: Decrypter): Transform {
  const head = new HeadReader(decrypter);
  let opener: PayloadOpener | undefined;
  const open = async (stream: Transform, bytes: Buffer): Promise<void> => {
    const opened = await head.push(bytes);
    if (opened === undefined) return;
    opener = opened.opener;
    for (const plaintext of opener.push(opened.rest)) stream.push(plaintext);
  };
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      if (opener === undefined) {
        open(this, bytes).then(() => done(), done);
        return;
      }
      try {
        for (const plaintext of opener.push(bytes)) this.push(plaintext);
      } catch (error) {
        done(error as Error);
        return;
      }
      done();
    },
    flush(done) {
      if (opener === undefined) {
        head.fail().catch(done);
        return;
      }
      try {
        this.push(opener.finish());
      } catch (error) {
        done(error as Error);
        return;
      }
      done();
    },
  });
}

/** The same as an iteration. The file is whole only when the iteration ends without an `AgeError`. */
export async function* decryptAge(
  identities: readonly string[],
  ciphertext: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  const head = new HeadReader(decrypterOf(identities));
  let opener: PayloadOpener | undefined;
  for await (const bytes of ciphertext) {
    if (opener !== undefined) {
      yield* opener.push(bytes);
      continue;
    }
    const opened = await head.push(bytes);
    if (opened === undefined) continue;
    opener = opened.opener;
    yield* opener.push(opened.rest);
  }
  if (opener === undefined) return head.fail();
  yield opener.finish();
}
