import { makeAgeHeader } from './age-header.js';
import { BLOCK_PLAIN_BYTES, FileOnThreads, type BlockPlace, type ByteReader } from './age-file-on-threads.js';
import { AGE_CHUNK_BYTES, AGE_PAYLOAD_NONCE_BYTES, AGE_TAG_BYTES, payloadKey, PayloadSealer } from './age-payload.js';
import type { AgeThread, Block } from './age-threads.js';
import { hmacSha256Hex } from './digest.js';
import { allocBytes, concatBytes, copyBytes, randomBytes, sha256Hex, type Bytes } from '#platform';

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
 * thread makes, in thirty megabytes of memory; one of at most two megabytes is made here. Each piece that is yielded is overwritten after
 * the next one was asked for. The file is whole only when the iteration has ended, and answers its digests then. Bytes as those of
 * `ageEncryptor`: docs/formats/age-delivery.md. However it ends, the plaintext is closed.
 */
export async function* sealAgeFile(
  recipients: readonly string[],
  plaintext: AsyncIterable<Uint8Array> | ByteReader,
  digests: SealingDigests = {},
): AsyncGenerator<Uint8Array, SealedAgeFile, undefined> {
  const source = 'read' in plaintext ? fromReader(plaintext) : fromPieces(plaintext);
  let file: SealingOnThreads | undefined;
  try {
    const { header, fileKey } = await makeAgeHeader(recipients);
    const nonce = randomBytes(AGE_PAYLOAD_NONCE_BYTES);
    const key = payloadKey(fileKey, nonce);
    fileKey.fill(0);
    const head = concatBytes([header, nonce]);
    const { begun, isMore } = await source.begin();
    if (!isMore) return yield* sealHere(key, head, concatBytes(begun), digests);
    file = new SealingOnThreads(key, head, digests);
    yield head;
    for (const bytes of begun.splice(0)) yield* file.push(bytes);
    yield* source.passOn(file);
    const { sha256 = '', hmac } = yield* file.finish();
    return { ...file.sizes, sha256, ...(hmac === undefined ? {} : { hmac }) };
  } finally {
    await file?.forget();
    await source.close();
  }
}

/** Plaintext on its way to the threads. */
interface Source {
  /** The first bytes: all of them, or more than a block. */
  begin(): Promise<{ readonly begun: Uint8Array[]; readonly isMore: boolean }>;
  /** What comes after them. */
  passOn(file: SealingOnThreads): AsyncGenerator<Uint8Array, void, undefined>;
  close(): Promise<unknown>;
}

function fromPieces(pieces: AsyncIterable<Uint8Array>): Source {
  const iterator = pieces[Symbol.asyncIterator]();
  return {
    async begin() {
      const begun: Uint8Array[] = [];
      let bytes = 0;
      for (let piece = await iterator.next(); !piece.done; piece = await iterator.next()) {
        bytes += piece.value.length;
        const isMore = bytes > BLOCK_PLAIN_BYTES;
        // Whoever made it may fill the same memory again, once the next one is asked for.
        begun.push(isMore ? piece.value : copyBytes(piece.value));
        if (isMore) return { begun, isMore };
      }
      return { begun, isMore: false };
    },
    async *passOn(file) {
      for (let piece = await iterator.next(); !piece.done; piece = await iterator.next()) yield* file.push(piece.value);
    },
    close: async () => iterator.return?.(),
  };
}

function fromReader(reader: ByteReader): Source {
  return {
    async begin() {
      const memory = allocBytes(BLOCK_PLAIN_BYTES + 1);
      let bytes = 0;
      while (bytes < memory.length) {
        const count = await reader.read(memory.subarray(bytes));
        if (count === 0) break;
        bytes += count;
      }
      return { begun: [memory.subarray(0, bytes)], isMore: bytes > BLOCK_PLAIN_BYTES };
    },
    passOn: (file) => file.fill(reader),
    close: () => reader.close(),
  };
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
