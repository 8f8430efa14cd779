import { makeAgeHeader } from './age-header.js';
import { AGE_CHUNK_BYTES, AGE_PAYLOAD_NONCE_BYTES, AGE_SEALED_CHUNK_BYTES, payloadKey, PayloadSealer } from './age-payload.js';
import { sealingThreads, type Block, type SealingThread, type SealingThreads } from './age-sealing-threads.js';
import { CHUNKS_AT_ONCE, type SealerDigests } from './age-thread-messages.js';
import { hmacSha256Hex } from './digest.js';
import { concatBytes, copyBytes, randomBytes, sha256Hex, type Bytes } from '#platform';

const PLAIN_BYTES = CHUNKS_AT_ONCE * AGE_CHUNK_BYTES;
// Two are sealed, one is digested, one is filled, and one is written.
const BLOCKS = 5;

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

interface BlockUnderWay {
  readonly block: Block;
  readonly sealed: Promise<Uint8Array>;
  /** Nobody reads the sealed bytes any more. */
  readonly digested: Promise<unknown>;
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
        file = new FileOnThreads(key, head, digests);
        yield head;
        for (const bytes of begun.splice(0)) yield* file.push(bytes);
      }
      yield* file.push(piece.value);
    }
    return file ? yield* file.finish() : yield* sealHere(key, head, concatBytes(begun), digests);
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

let files = 0;

class FileOnThreads {
  // The first computes the HMAC, the second the digest: each sees all blocks in order.
  readonly #threads: SealingThreads = sealingThreads();
  readonly #first = this.#threads.first;
  readonly #second = this.#threads.second;
  /** Who seal, in turn: where only one of the two has something to compute, the other. */
  readonly #sealers: readonly SealingThread[];
  readonly #digests: SealingDigests;
  readonly #file = (files += 1);
  /** Blocks on their way, oldest first. */
  readonly #underWay: BlockUnderWay[] = [];
  readonly #free: Block[] = [];
  #blocks = 0;
  #filling: Block | undefined;
  #chunks = 0;
  #dispatched = 0;
  #plaintextBytes = 0;
  #sizeBytes: number;
  #lastAskedToDigest: Promise<unknown> = Promise.resolve();
  #isForgotten = false;

  constructor(key: Uint8Array, head: Uint8Array, { sha256 = true, hmacKey }: SealingDigests) {
    this.#digests = { sha256, ...(hmacKey ? { hmacKey } : {}) };
    if (sha256 === (hmacKey !== undefined)) this.#sealers = [this.#first, this.#second];
    else this.#sealers = [sha256 ? this.#first : this.#second];
    this.#first.tell({ ask: 'begin', file: this.#file, key, ...(hmacKey ? { hmacKey } : {}) });
    this.#second.tell({ ask: 'begin', file: this.#file, key, ...(sha256 ? { head } : {}) });
    this.#sizeBytes = head.length;
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
    const finished = [this.#first, this.#second].map((thread) => thread.ask({ ask: 'finish', file: this.#file }));
    const [first, second] = (await Promise.all(finished)) as [SealerDigests, SealerDigests];
    return {
      plaintextBytes: this.#plaintextBytes,
      sizeBytes: this.#sizeBytes,
      sha256: second.sha256 ?? '',
      ...(first.hmac === undefined ? {} : { hmac: first.hmac }),
    };
  }

  /** Nothing more is wanted of it. A thread drops what it knows after what it was asked before; then its blocks serve others. */
  forget(): void {
    this.#isForgotten = true;
    for (const thread of [this.#first, this.#second]) if (!thread.isBroken) thread.tell({ ask: 'forget', file: this.#file });
    for (const block of [...this.#free, ...(this.#filling ? [this.#filling] : [])]) this.#threads.giveBack(block);
    for (const { block, sealed, digested } of this.#underWay)
      void Promise.allSettled([sealed, digested]).then(() => this.#threads.giveBack(block));
  }

  #newBlock(): Block | undefined {
    if (this.#blocks === BLOCKS) return undefined;
    this.#blocks += 1;
    return this.#threads.takeBlock();
  }

  /** Gives the filled block to a thread. */
  #dispatch(isLast: boolean): void {
    const block = this.#filling as Block;
    this.#filling = undefined;
    const { plainBytes } = block;
    const chunks = Math.max(1, Math.ceil(plainBytes / AGE_CHUNK_BYTES));
    const bytes = block.sealed.subarray(0, plainBytes + chunks * (AGE_SEALED_CHUNK_BYTES - AGE_CHUNK_BYTES));
    const sealer = this.#sealers[this.#dispatched % this.#sealers.length] as SealingThread;
    const asked = { file: this.#file, block: block.number };
    const work: Promise<unknown>[] = [sealer.ask({ ask: 'seal', ...asked, plainBytes, firstChunk: this.#chunks, isLast })];
    if (this.#digests.hmacKey && sealer !== this.#first)
      work.push(this.#first.ask({ ask: 'hmac', ...asked, sizeBytes: plainBytes }));
    const sealed = Promise.all(work).then(() => bytes);
    const digested = this.#digests.sha256 === true ? this.#digest(sealed, block) : sealed;
    this.#underWay.push({ block, sealed, digested });
    this.#dispatched += 1;
    this.#chunks += chunks;
    this.#plaintextBytes += plainBytes;
  }

  /** Has the block digested when it is sealed and the one before it was handed over to be digested. */
  #digest(sealed: Promise<Uint8Array>, { number }: Block): Promise<unknown> {
    const asked = Promise.all([sealed, this.#lastAskedToDigest]).then(([{ length }]) => {
      // A block that was under way when the file was given up: the thread knows nothing of it any more.
      const done: Promise<unknown> = this.#isForgotten
        ? Promise.resolve()
        : this.#second.ask({ ask: 'digest', file: this.#file, block: number, sizeBytes: length });
      // Whoever waits for the block learns of it; until then a failure waits.
      done.catch(() => undefined);
      return { done };
    });
    this.#lastAskedToDigest = asked;
    const digested = asked.then(({ done }) => done);
    digested.catch(() => undefined);
    return digested;
  }

  async *#oldest(): AsyncGenerator<Uint8Array, void, undefined> {
    const { block, sealed, digested } = this.#underWay[0] as BlockUnderWay;
    const bytes = await sealed;
    this.#sizeBytes += bytes.length;
    yield bytes;
    await digested;
    this.#underWay.shift();
    block.plainBytes = 0;
    this.#free.push(block);
  }
}
