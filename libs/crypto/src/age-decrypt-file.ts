import { HeadReader } from './age-decrypt.js';
import { BLOCK_SEALED_BYTES, FileOnThreads, type Outcome } from './age-file-on-threads.js';
import { decrypterOf } from './age-header.js';
import { AGE_CHUNK_BYTES, AGE_SEALED_CHUNK_BYTES, AGE_TAG_BYTES, faultOfChunk, PayloadOpener } from './age-payload.js';
import type { AgeSecret } from './age-recipient.js';
import type { AgeThread, Block } from './age-threads.js';
import { copyBytes, createSha256, type Bytes } from '#platform';

/** What is computed beside opening. */
export interface OpeningDigests {
  /** Whether the SHA-256 of the age file is wanted. */
  readonly sha256?: boolean;
}

export interface OpenedAgeFile {
  readonly sizeBytes: number;
  /** Of the whole age file, 64 hex digits; empty where it was not wanted. */
  readonly sha256: string;
}

/**
 * As `decryptAge`, on threads beside this one, where the digest is computed too: for a whole file of which nothing is used before its end.
 * One of at most two megabytes is opened here. Each piece that is yielded is authentic, and overwritten after the next one was asked for.
 * Throws `AgeError`.
 */
export async function* decryptAgeFile(
  identities: readonly AgeSecret[],
  ciphertext: AsyncIterable<Uint8Array>,
  { sha256: wantsDigest = false }: OpeningDigests = {},
): AsyncGenerator<Uint8Array, OpenedAgeFile, undefined> {
  const reader = new HeadReader(decrypterOf(identities));
  const source = ciphertext[Symbol.asyncIterator]();
  let begun: Begun | undefined;
  let file: OpeningOnThreads | undefined;
  let sizeBytes = 0;
  try {
    for (let piece = await source.next(); !piece.done; piece = await source.next()) {
      sizeBytes += piece.value.length;
      if (file !== undefined) {
        yield* file.push(piece.value);
        continue;
      }
      if (begun === undefined) {
        const opened = await reader.push(piece.value);
        if (opened) begun = new Begun(opened.key, opened.head, opened.rest);
      } else {
        begun.push(piece.value);
      }
      if (begun === undefined || begun.sizeBytes <= BLOCK_SEALED_BYTES) continue;
      file = new OpeningOnThreads(begun.key, wantsDigest ? begun.head : undefined);
      for (const bytes of begun.pieces) yield* file.push(bytes);
      begun.pieces = [];
    }
    if (file !== undefined) return { sizeBytes, sha256: (yield* file.finish()).sha256 ?? '' };
    if (begun === undefined) return await reader.fail();
    yield* begun.openHere();
    return { sizeBytes, sha256: wantsDigest ? begun.sha256() : '' };
  } finally {
    file?.forget();
    await source.return?.();
  }
}

/** The beginning of a payload, and all of a small one. */
class Begun {
  pieces: Uint8Array[];
  sizeBytes: number;

  constructor(
    readonly key: Bytes,
    readonly head: Bytes,
    rest: Uint8Array,
  ) {
    this.pieces = [rest];
    this.sizeBytes = rest.length;
  }

  push(bytes: Uint8Array): void {
    // Its source may fill the same memory again.
    this.pieces.push(copyBytes(bytes));
    this.sizeBytes += bytes.length;
  }

  /** Of so few bytes starting threads would be nearly all the work. */
  *openHere(): Generator<Uint8Array, void, undefined> {
    const opener = new PayloadOpener(this.key);
    for (const bytes of this.pieces) yield* opener.push(bytes);
    yield opener.finish();
  }

  sha256(): string {
    const digest = createSha256();
    for (const bytes of [this.head, ...this.pieces]) digest.update(bytes);
    return digest.digest('hex');
  }
}

class OpeningOnThreads extends FileOnThreads {
  readonly #key: Uint8Array;
  readonly #isDigested: boolean;

  constructor(key: Uint8Array, head: Uint8Array | undefined) {
    super('sealed', { key, ...(head ? { head } : {}) });
    this.#key = key;
    this.#isDigested = head !== undefined;
  }

  protected work(block: Block, opener: AgeThread, place: { readonly firstChunk: number; readonly isLast: boolean }) {
    const { filledBytes: sealedBytes } = block;
    const asked = { file: this.file, block: block.number };
    const outcome = opener
      .ask({ ask: 'open', ...asked, sealedBytes, ...place })
      .then(({ openedChunks = 0 }) => this.#outcomeOf(block, openedChunks, place));
    const digested = this.#isDigested ? this.second.ask({ ask: 'digest', ...asked, sizeBytes: sealedBytes }) : undefined;
    return { outcome, released: Promise.all([outcome, digested]) };
  }

  #outcomeOf(
    { plain, sealed, filledBytes }: Block,
    opened: number,
    { firstChunk, isLast }: { readonly firstChunk: number; readonly isLast: boolean },
  ): Outcome {
    const chunks = Math.max(1, Math.ceil(filledBytes / AGE_SEALED_CHUNK_BYTES));
    if (opened === chunks) return { bytes: plain.subarray(0, filledBytes - chunks * AGE_TAG_BYTES) };
    const chunk = sealed.subarray(opened * AGE_SEALED_CHUNK_BYTES, Math.min((opened + 1) * AGE_SEALED_CHUNK_BYTES, filledBytes));
    return {
      bytes: plain.subarray(0, opened * AGE_CHUNK_BYTES),
      error: faultOfChunk(this.#key, firstChunk + opened, isLast && opened === chunks - 1, chunk),
    };
  }
}
