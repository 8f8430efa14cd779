import { makeAgeHeader } from './age-header.js';
import { AGE_CHUNK_BYTES, AGE_PAYLOAD_NONCE_BYTES, AGE_SEALED_CHUNK_BYTES, payloadKey, PayloadSealer } from './age-payload.js';
import { sealingThreads, type SealingThread } from './age-sealing-threads.js';
import { CHUNKS_AT_ONCE, type SealerDigests } from './age-thread-messages.js';
import { hmacSha256Hex } from './digest.js';
import { concatBytes, copyBytes, randomBytes, sha256Hex, type Bytes } from '#platform';

const PLAIN_BYTES = CHUNKS_AT_ONCE * AGE_CHUNK_BYTES;
// Two are sealed, one is digested, one is filled, and one is written.
const BLOCKS = 5;

export interface SealedAgeFile {
  readonly plaintextBytes: number;
  readonly sizeBytes: number;
  /** Of the whole age file, 64 hex digits. */
  readonly sha256: string;
  /** HMAC-SHA-256 of the plaintext under the key that was given, 64 hex digits. */
  readonly hmac?: string;
}

/** One block of plaintext with the room for what becomes of it. */
interface Block {
  readonly plain: Buffer;
  readonly sealed: Buffer;
  plainBytes: number;
}

interface BlockUnderWay {
  readonly block: Block;
  readonly sealed: Promise<Uint8Array>;
}

/**
 * Makes an age file to all of the recipients (`age1…`) on threads beside this one, where digests are computed too: several times what one
 * thread makes, in ten megabytes of memory; one of at most a megabyte is made here. Each piece that is yielded is overwritten after the next one was asked for. The file is whole
 * only when the iteration has ended, and answers its digests then. Bytes as those of `ageEncryptor`: docs/formats/age-delivery.md.
 */
export async function* sealAgeFile(
  recipients: readonly string[],
  plaintext: AsyncIterable<Uint8Array>,
  hmacKey?: Uint8Array,
): AsyncGenerator<Uint8Array, SealedAgeFile, undefined> {
  const { header, fileKey } = await makeAgeHeader(recipients);
  const nonce = randomBytes(AGE_PAYLOAD_NONCE_BYTES);
  const key = payloadKey(fileKey, nonce);
  fileKey.fill(0);
  const head = concatBytes([header, nonce]);
  const source = plaintext[Symbol.asyncIterator]();
  let file: FileOnThreads | undefined;
  try {
    const begun: Uint8Array[] = [];
    let begunBytes = 0;
    for (let piece = await source.next(); !piece.done; piece = await source.next()) {
      if (file === undefined && begunBytes + piece.value.length <= PLAIN_BYTES) {
        begun.push(copyBytes(piece.value));
        begunBytes += piece.value.length;
        continue;
      }
      if (file === undefined) {
        file = new FileOnThreads(key, hmacKey);
        yield* file.begin(head);
        for (const bytes of begun.splice(0)) yield* file.push(bytes);
      }
      yield* file.push(piece.value);
    }
    return file ? yield* file.finish() : yield* sealHere(key, head, concatBytes(begun), hmacKey);
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
  hmacKey: Uint8Array | undefined,
): Generator<Uint8Array, SealedAgeFile, undefined> {
  const sealer = new PayloadSealer(key);
  const file = concatBytes([head, ...sealer.push(plaintext), sealer.finish()]);
  yield file;
  return {
    plaintextBytes: plaintext.length,
    sizeBytes: file.length,
    sha256: sha256Hex(file),
    ...(hmacKey ? { hmac: hmacSha256Hex(hmacKey, plaintext) } : {}),
  };
}

let files = 0;

class FileOnThreads {
  readonly #threads = sealingThreads();
  readonly #file = (files += 1);
  /** Blocks on their way, oldest first. */
  readonly #underWay: BlockUnderWay[] = [];
  readonly #free: Block[] = [];
  #blocks = 0;
  #filling: Block | undefined;
  #chunks = 0;
  #plaintextBytes = 0;
  #sizeBytes = 0;
  #lastDigest: Promise<unknown> = Promise.resolve();
  #isForgotten = false;

  constructor(key: Uint8Array, hmacKey: Uint8Array | undefined) {
    for (const thread of this.#threads) thread.tell({ ask: 'begin', file: this.#file, key, ...(hmacKey ? { hmacKey } : {}) });
  }

  *begin(head: Uint8Array): Generator<Uint8Array> {
    void this.#digest(head);
    this.#sizeBytes += head.length;
    yield head;
  }

  /** Takes plaintext; yields what is sealed when there is no room for more. */
  async *push(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    let at = 0;
    while (at < bytes.length) {
      // A full block goes on its way only when another byte follows: the last chunk of all is marked.
      if (this.#filling?.plainBytes === PLAIN_BYTES) this.#dispatch(false);
      this.#filling ??= this.#free.pop() ?? this.#newBlock();
      while (this.#filling === undefined) {
        yield* this.#oldest();
        this.#filling = this.#free.pop();
      }
      const take = Math.min(bytes.length - at, PLAIN_BYTES - this.#filling.plainBytes);
      this.#filling.plain.set(bytes.subarray(at, at + take), this.#filling.plainBytes);
      this.#filling.plainBytes += take;
      at += take;
    }
  }

  async *finish(): AsyncGenerator<Uint8Array, SealedAgeFile, undefined> {
    this.#filling ??= this.#free.pop() ?? this.#newBlock();
    while (this.#filling === undefined) {
      yield* this.#oldest();
      this.#filling = this.#free.pop();
    }
    this.#dispatch(true);
    while (this.#underWay.length > 0) yield* this.#oldest();
    await this.#lastDigest;
    const [first, second] = await Promise.all(this.#threads.map((thread) => thread.ask({ ask: 'finish', file: this.#file })));
    const { hmac } = first as SealerDigests;
    return {
      plaintextBytes: this.#plaintextBytes,
      sizeBytes: this.#sizeBytes,
      sha256: (second as SealerDigests).sha256,
      ...(hmac === undefined ? {} : { hmac }),
    };
  }

  /** Nothing more is wanted of it. A thread drops what it knows after what it was asked before. */
  forget(): void {
    this.#isForgotten = true;
    for (const { sealed } of this.#underWay) sealed.catch(() => undefined);
    for (const thread of this.#threads) if (!thread.isBroken) thread.tell({ ask: 'forget', file: this.#file });
  }

  #newBlock(): Block | undefined {
    if (this.#blocks === BLOCKS) return undefined;
    this.#blocks += 1;
    return {
      plain: Buffer.from(new SharedArrayBuffer(PLAIN_BYTES)),
      sealed: Buffer.from(new SharedArrayBuffer(CHUNKS_AT_ONCE * AGE_SEALED_CHUNK_BYTES)),
      plainBytes: 0,
    };
  }

  /** Gives the filled block to a thread, in turn. The first computes the HMAC, the second the digest: each sees all blocks in order. */
  #dispatch(isLast: boolean): void {
    const block = this.#filling as Block;
    this.#filling = undefined;
    const plain = block.plain.subarray(0, block.plainBytes);
    const chunks = Math.max(1, Math.ceil(plain.length / AGE_CHUNK_BYTES));
    const sealed = block.sealed.subarray(0, plain.length + chunks * (AGE_SEALED_CHUNK_BYTES - AGE_CHUNK_BYTES));
    const sealer = this.#threads[(this.#chunks / CHUNKS_AT_ONCE) % this.#threads.length] as SealingThread;
    const asked = { file: this.#file, plain, sealed, firstChunk: this.#chunks, isLast };
    const work = Promise.all([
      sealer.ask({ ask: 'seal', ...asked }),
      (this.#threads[0] as SealingThread).ask({ ask: 'hmac', file: this.#file, bytes: plain }),
    ]);
    // Digested when it is sealed and the block before it was handed over to be digested.
    const digested = Promise.all([work, this.#lastDigest])
      .then(() => this.#digest(sealed))
      .then(() => sealed);
    this.#lastDigest = digested;
    digested.catch(() => undefined);
    this.#underWay.push({ block, sealed: digested });
    this.#chunks += chunks;
    this.#plaintextBytes += plain.length;
  }

  #digest(bytes: Uint8Array): Promise<unknown> {
    // A block that was under way when the file was given up: the thread knows nothing of it any more.
    if (this.#isForgotten) return Promise.resolve();
    const done = (this.#threads[1] as SealingThread).ask({ ask: 'digest', file: this.#file, bytes });
    done.catch(() => undefined);
    return done;
  }

  async *#oldest(): AsyncGenerator<Uint8Array, void, undefined> {
    const { block, sealed } = this.#underWay.shift() as BlockUnderWay;
    const bytes = await sealed;
    this.#sizeBytes += bytes.length;
    yield bytes;
    block.plainBytes = 0;
    this.#free.push(block);
  }
}
