import { makeAgeHeader } from './age-header.js';
import { BLOCK_PLAIN_BYTES, FileOnThreads, type BlockPlace } from './age-file-on-threads.js';
import { AGE_CHUNK_BYTES, AGE_PAYLOAD_NONCE_BYTES, AGE_TAG_BYTES, payloadKey, PayloadSealer } from './age-payload.js';
import type { AgeThread, Block } from './age-threads.js';
import { hmacSha256Hex } from './digest.js';
import { concatBytes, copyBytes, randomBytes, sha256Hex, type Bytes } from '#platform';

/** What is computed beside sealing. */
export interface SealingDigests {
  /** Whether the SHA-256 of the age file is wanted, as it is wherever a file is stored: true unless said. */
  readonly sha256?: boolean;
  /** The key, where an HMAC-SHA-256 of the plaintext is wanted. */
  readonly hmacKey?: Uint8Array;
}

export interface SealedAgeFile {
  readonly plaintextBytes: number;
  readonly sizeBytes: number;
  /** Of the whole age file, 64 hex digits; empty where it was not wanted. */
  readonly sha256: string;
  /** HMAC-SHA-256 of the plaintext under the key that was given, 64 hex digits. */
  readonly hmac?: string;
}

/**
 * Makes an age file to all of the recipients (`age1…`) on threads beside this one, where digests are computed too: several times what one
 * thread makes, in twenty megabytes of memory; one of at most two megabytes is made here. Each piece that is yielded is overwritten after the next one was asked for. The file is whole
 * only when the iteration has ended, and answers its digests then. Bytes as those of `ageEncryptor`: docs/formats/age-delivery.md.
 */
export async function* sealAgeFile(
  recipients: readonly string[],
  plaintext: AsyncIterable<Uint8Array>,
  digests: SealingDigests = {},
): AsyncGenerator<Uint8Array, SealedAgeFile, undefined> {
  const { header, fileKey } = await makeAgeHeader(recipients);
  const nonce = randomBytes(AGE_PAYLOAD_NONCE_BYTES);
  const key = payloadKey(fileKey, nonce);
  fileKey.fill(0);
  const head = concatBytes([header, nonce]);
  const source = plaintext[Symbol.asyncIterator]();
  let file: SealingOnThreads | undefined;
  try {
    const begun: Uint8Array[] = [];
    let begunBytes = 0;
    for (let piece = await source.next(); !piece.done; piece = await source.next()) {
      if (file === undefined && begunBytes + piece.value.length <= BLOCK_PLAIN_BYTES) {
        begun.push(copyBytes(piece.value));
        begunBytes += piece.value.length;
        continue;
      }
      if (file === undefined) {
        file = new SealingOnThreads(key, head, digests);
        yield head;
        for (const bytes of begun.splice(0)) yield* file.push(bytes);
      }
      yield* file.push(piece.value);
    }
    if (!file) return yield* sealHere(key, head, concatBytes(begun), digests);
    const { sha256 = '', hmac } = yield* file.finish();
    return { ...file.sizes, sha256, ...(hmac === undefined ? {} : { hmac }) };
  } finally {
    file?.forget();
    await source.return?.();
  }
}

/** Of so few bytes starting threads would be nearly all the work. */
function* sealHere(
  key: Bytes,
  head: Bytes,
  plaintext: Bytes,
  { sha256 = true, hmacKey }: SealingDigests,
): Generator<Uint8Array, SealedAgeFile, undefined> {
  const sealer = new PayloadSealer(key);
  const file = concatBytes([head, ...sealer.push(plaintext), sealer.finish()]);
  yield file;
  return {
    plaintextBytes: plaintext.length,
    sizeBytes: file.length,
    sha256: sha256 ? sha256Hex(file) : '',
    ...(hmacKey ? { hmac: hmacSha256Hex(hmacKey, plaintext) } : {}),
  };
}

class SealingOnThreads extends FileOnThreads {
  readonly #digests: SealingDigests;
  #plaintextBytes = 0;
  #sizeBytes: number;
  #lastAskedToDigest: Promise<unknown> = Promise.resolve();

  constructor(key: Uint8Array, head: Uint8Array, { sha256 = true, hmacKey }: SealingDigests) {
    super('plain', { key, ...(hmacKey ? { hmacKey } : {}), ...(sha256 ? { head } : {}) });
    this.#digests = { sha256, ...(hmacKey ? { hmacKey } : {}) };
    this.#sizeBytes = head.length;
  }

  /** Of what was given to the threads. */
  get sizes(): { readonly plaintextBytes: number; readonly sizeBytes: number } {
    return { plaintextBytes: this.#plaintextBytes, sizeBytes: this.#sizeBytes };
  }

  protected work(block: Block, sealer: AgeThread, place: BlockPlace) {
    const { filledBytes: plainBytes } = block;
    const chunks = Math.max(1, Math.ceil(plainBytes / AGE_CHUNK_BYTES));
    const bytes = block.sealed.subarray(0, plainBytes + chunks * AGE_TAG_BYTES);
    const asked = { file: this.file, block: block.number };
    const work: Promise<unknown>[] = [sealer.ask({ ask: 'seal', ...asked, plainBytes, ...place })];
    if (this.#digests.hmacKey && sealer !== this.first)
      work.push(this.first.ask({ ask: 'hmac', ...asked, sizeBytes: plainBytes }));
    const outcome = Promise.all(work).then(() => ({ bytes }));
    this.#plaintextBytes += plainBytes;
    this.#sizeBytes += bytes.length;
    return { outcome, released: this.#digests.sha256 === true ? this.#digest(outcome, block) : outcome };
  }

  /** Has the block digested when it is sealed and the one before it was handed over to be digested. */
  #digest(sealed: Promise<{ bytes: Uint8Array }>, { number }: Block): Promise<unknown> {
    const asked = Promise.all([sealed, this.#lastAskedToDigest]).then(([{ bytes }]) => {
      // A block that was under way when the file was given up: the thread knows nothing of it any more.
      const done: Promise<unknown> = this.isForgotten
        ? Promise.resolve()
        : this.second.ask({ ask: 'digest', file: this.file, block: number, sizeBytes: bytes.length });
      // Whoever waits for the block learns of it; until then a failure waits.
      done.catch(() => undefined);
      return { done };
    });
    this.#lastAskedToDigest = asked;
    return asked.then(({ done }) => done);
  }
}
