import { AGE_CHUNK_BYTES, AGE_SEALED_CHUNK_BYTES } from './age-payload.js';
import { ageThreads, type AgeThread, type AgeThreads, type Block } from './age-threads.js';
import { CHUNKS_AT_ONCE, type ThreadDigests } from './age-thread-messages.js';

/** Plaintext in a full block. */
export const BLOCK_PLAIN_BYTES = CHUNKS_AT_ONCE * AGE_CHUNK_BYTES;
/** The same, sealed. */
export const BLOCK_SEALED_BYTES = CHUNKS_AT_ONCE * AGE_SEALED_CHUNK_BYTES;

// Two are worked on and two wait for it, one is digested, one is filled, and one is written.
const BLOCKS = 7;
/** On their way at most while bytes are read: the oldest is handed over, and the threads have enough in the others. */
const BUSY_BLOCKS = 4;

/** Bytes that come into memory which is given, where pieces would have to be copied there. */
export interface ByteReader {
  /** Fills memory from its start on; answers how many bytes that were, 0 at the end and only there. One call at a time. */
  read(memory: Uint8Array): Promise<number>;
  /** Called once, when nothing is being read. */
  close(): Promise<void>;
}

/** What both threads are told of a file before its first block. */
export interface FileKeys {
  readonly key: Uint8Array;
  /** Where an HMAC-SHA-256 of the plaintext is wanted. */
  readonly hmacKey?: Uint8Array;
  /** What stands before the first chunk, where a SHA-256 of the file is wanted. */
  readonly head?: Uint8Array;
}

/** Where a block stands in its file. */
export interface BlockPlace {
  readonly firstChunk: number;
  readonly isLast: boolean;
}

/** What comes of a block. */
export interface Outcome {
  readonly bytes: Uint8Array;
  /** Why nothing follows these bytes. */
  readonly error?: Error;
}

interface BlockUnderWay {
  readonly block: Block;
  readonly outcome: Promise<Outcome>;
  /** Nobody reads the block any more. */
  readonly released: Promise<unknown>;
}

let files = 0;

/**
 * One file that is cut into blocks, which threads beside this one work on, and put together again in order. What is yielded is overwritten
 * after the next one was asked for. Whoever begins it calls `forget` at its end, however it ended.
 */
export abstract class FileOnThreads {
  // The first computes the HMAC, the second the digest: each sees all blocks in order.
  readonly #threads: AgeThreads = ageThreads();
  protected readonly first = this.#threads.first;
  protected readonly second = this.#threads.second;
  protected readonly file = (files += 1);
  protected isForgotten = false;
  /** Who seal or open, in turn: where only one of the two has something to compute, the other. */
  readonly #workers: readonly AgeThread[];
  readonly #roomBytes: number;
  /** Blocks on their way, oldest first. */
  readonly #underWay: BlockUnderWay[] = [];
  readonly #free: Block[] = [];
  #blocks = 0;
  #filling: Block | undefined;
  /** What a reader fills after a full block. */
  #next: Block | undefined;
  #reading: Promise<number> = Promise.resolve(0);
  #dispatched = 0;

  /** @param filled which side of a block is filled from outside. */
  protected constructor(
    protected readonly filled: 'plain' | 'sealed',
    { key, hmacKey, head }: FileKeys,
  ) {
    this.#roomBytes = filled === 'plain' ? BLOCK_PLAIN_BYTES : BLOCK_SEALED_BYTES;
    if ((head === undefined) === (hmacKey === undefined)) this.#workers = [this.first, this.second];
    else this.#workers = [head ? this.first : this.second];
    this.first.tell({ ask: 'begin', file: this.file, key, ...(hmacKey ? { hmacKey } : {}) });
    this.second.tell({ ask: 'begin', file: this.file, key, ...(head ? { head } : {}) });
  }

  /** Has a thread seal or open a filled block. */
  protected abstract work(block: Block, worker: AgeThread, place: BlockPlace): Omit<BlockUnderWay, 'block'>;

  /** Takes bytes; yields what has come of earlier ones when there is no room for more. */
  async *push(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    let at = 0;
    while (at < bytes.length) {
      // A full block goes on its way only when another byte follows: the last chunk of all is marked.
      if (this.#filling?.filledBytes === this.#roomBytes) this.#dispatch(false);
      yield* this.#makeRoom();
      const filling = this.#filling as unknown as Block;
      const take = Math.min(bytes.length - at, this.#roomBytes - filling.filledBytes);
      filling[this.filled].set(bytes.subarray(at, at + take), filling.filledBytes);
      filling.filledBytes += take;
      at += take;
    }
  }

  /** Takes all bytes of a reader, straight into the blocks: the next are read while what has come of earlier ones is handed over. */
  async *fill(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
    yield* this.#makeRoom();
    for (;;) {
      const filling = this.#filling as unknown as Block;
      const isFull = filling.filledBytes === this.#roomBytes;
      const block = isFull ? (this.#next = yield* this.#freeBlock()) : filling;
      this.#reading = reader.read(block[this.filled].subarray(block.filledBytes, this.#roomBytes));
      // Heard below; until then a failure waits.
      this.#reading.catch(() => undefined);
      if (isFull && this.#underWay.length >= BUSY_BLOCKS) yield* this.#oldest();
      const count = await this.#reading;
      if (count === 0) return;
      // As in `push`: now another byte follows.
      if (isFull) {
        this.#dispatch(false);
        this.#filling = block;
        this.#next = undefined;
      }
      block.filledBytes += count;
    }
  }

  /** No more bytes: yields what is left, and answers what was computed beside. */
  async *finish(): AsyncGenerator<Uint8Array, ThreadDigests, undefined> {
    yield* this.#makeRoom();
    this.#dispatch(true);
    while (this.#underWay.length > 0) yield* this.#oldest();
    const finished = [this.first, this.second].map((thread) => thread.ask({ ask: 'finish', file: this.file }));
    const [hmac, sha256] = await Promise.all(finished);
    return { ...hmac?.digests, ...sha256?.digests };
  }

  /**
   * Nothing more is wanted of it. A thread drops what it knows after what it was asked before; then its blocks serve others. Resolves when
   * nothing is being read.
   */
  async forget(): Promise<void> {
    this.isForgotten = true;
    for (const thread of [this.first, this.second]) if (!thread.isBroken) thread.tell({ ask: 'forget', file: this.file });
    await this.#reading.catch(() => undefined);
    for (const block of [...this.#free, this.#filling, this.#next]) if (block) this.#threads.giveBack(block);
    for (const { block, outcome, released } of this.#underWay)
      void Promise.allSettled([outcome, released]).then(() => this.#threads.giveBack(block));
  }

  async *#makeRoom(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#filling ??= yield* this.#freeBlock();
  }

  async *#freeBlock(): AsyncGenerator<Uint8Array, Block, undefined> {
    for (;;) {
      const block = this.#free.pop() ?? this.#newBlock();
      if (block) return block;
      yield* this.#oldest();
    }
  }

  #newBlock(): Block | undefined {
    if (this.#blocks === BLOCKS) return undefined;
    this.#blocks += 1;
    return this.#threads.takeBlock();
  }

  #dispatch(isLast: boolean): void {
    const block = this.#filling as Block;
    this.#filling = undefined;
    const worker = this.#workers[this.#dispatched % this.#workers.length] as AgeThread;
    const underWay = this.work(block, worker, { firstChunk: this.#dispatched * CHUNKS_AT_ONCE, isLast });
    // Whoever waits for the block learns of it; until then a failure waits.
    underWay.outcome.catch(() => undefined);
    underWay.released.catch(() => undefined);
    this.#underWay.push({ block, ...underWay });
    this.#dispatched += 1;
  }

  async *#oldest(): AsyncGenerator<Uint8Array, void, undefined> {
    const { block, outcome, released } = this.#underWay[0] as BlockUnderWay;
    const { bytes, error } = await outcome;
    if (bytes.length > 0) yield bytes;
    await released;
    if (error) throw error;
    this.#underWay.shift();
    block.filledBytes = 0;
    this.#free.push(block);
  }
}
