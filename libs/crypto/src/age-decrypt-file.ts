import { HeadReader } from './age-decrypt.js';
import { BLOCK_SEALED_BYTES, FileOnThreads, type BlockPlace, type Outcome } from './age-file-on-threads.js';
import { decrypterOf } from './age-header.js';
import { AGE_CHUNK_BYTES, AGE_SEALED_CHUNK_BYTES, AGE_TAG_BYTES, faultOfChunk, PayloadOpener } from './age-payload.js';
import type { AgeSecret } from './age-recipient.js';
import type { AgeThread, Block } from './age-threads.js';
import { copyBytes, type Bytes } from '#platform';

/**
 * As `decryptAge`, on threads beside this one: for a whole file of which nothing is used before its end. One of at most two megabytes is
 * opened here. Each piece that is yielded is authentic, and overwritten after the next one was asked for. Throws `AgeError`.
 */
export async function* decryptAgeFile(
  identities: readonly AgeSecret[],
  ciphertext: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const head = new HeadReader(decrypterOf(identities));
  const source = ciphertext[Symbol.asyncIterator]();
  let key: Bytes | undefined;
  let file: OpeningOnThreads | undefined;
  const begun: Uint8Array[] = [];
  let begunBytes = 0;
  try {
    for (let piece = await source.next(); !piece.done; piece = await source.next()) {
      if (file !== undefined) {
        yield* file.push(piece.value);
        continue;
      }
      if (key === undefined) {
        const opened = await head.push(piece.value);
        if (opened === undefined) continue;
        key = opened.key;
        begun.push(opened.rest);
      } else {
        // Its source may fill the same memory again.
        begun.push(copyBytes(piece.value));
      }
      begunBytes += begun.at(-1)?.length ?? 0;
      if (begunBytes <= BLOCK_SEALED_BYTES) continue;
      file = new OpeningOnThreads(key);
      for (const bytes of begun.splice(0)) yield* file.push(bytes);
    }
    if (file !== undefined) yield* file.finish();
    else if (key !== undefined) yield* openHere(key, begun);
    else await head.fail();
  } finally {
    await file?.forget();
    await source.return?.();
  }
}

/** Of so few bytes starting threads would be nearly all the work. */
function* openHere(key: Bytes, payload: readonly Uint8Array[]): Generator<Uint8Array, void, undefined> {
  const opener = new PayloadOpener(key);
  for (const bytes of payload) yield* opener.push(bytes);
  yield opener.finish();
}

class OpeningOnThreads extends FileOnThreads {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    super('sealed', { key });
    this.#key = key;
  }

  protected work(block: Block, opener: AgeThread, place: BlockPlace) {
    const { number, filledBytes: sealedBytes } = block;
    const outcome = opener
      .ask({ ask: 'open', file: this.file, block: number, sealedBytes, ...place })
      .then(({ openedChunks = 0 }) => this.#outcomeOf(block, openedChunks, place));
    return { outcome, released: outcome };
  }

  #outcomeOf({ plain, sealed, filledBytes }: Block, opened: number, { firstChunk, isLast }: BlockPlace): Outcome {
    const chunks = Math.max(1, Math.ceil(filledBytes / AGE_SEALED_CHUNK_BYTES));
    if (opened === chunks) return { bytes: plain.subarray(0, filledBytes - chunks * AGE_TAG_BYTES) };
    const chunk = sealed.subarray(opened * AGE_SEALED_CHUNK_BYTES, Math.min((opened + 1) * AGE_SEALED_CHUNK_BYTES, filledBytes));
    return {
      bytes: plain.subarray(0, opened * AGE_CHUNK_BYTES),
      error: faultOfChunk(this.#key, firstChunk + opened, isLast && opened === chunks - 1, chunk),
    };
  }
}
