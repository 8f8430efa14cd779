import { Worker } from 'node:worker_threads';
import { AGE_CHUNK_BYTES, AGE_SEALED_CHUNK_BYTES } from './age-payload.js';
import { CHUNKS_AT_ONCE, type FromAgeThread, type ThreadAnswer, type ToAgeThread } from './age-thread-messages.js';

/** How many threads seal and open: as many as stay ahead of what two cores can make. */
export const AGE_THREADS = 2;

type Ask<T> = T extends { readonly task: number } ? Omit<T, 'task'> : never;

/**
 * A thread beside this one that seals, opens and digests what it is told to, in that order. It lets the process end while nothing is asked of
 * it. When it breaks, whatever is asked fails.
 */
export class AgeThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (answer: ThreadAnswer) => void; reject: (error: Error) => void }>();
  #broken: Error | undefined;
  #tasks = 0;

  constructor() {
    this.#worker = new Worker(new URL('./age-thread.js', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 32 } });
    this.#worker.unref();
    this.#worker.on('message', ({ task, ...answer }: FromAgeThread) => {
      const waiting = this.#waiting.get(task);
      this.#waiting.delete(task);
      if (this.#waiting.size === 0) this.#worker.unref();
      waiting?.resolve(answer);
    });
    this.#worker.on('error', (error: Error) => this.#breakWith(error));
    this.#worker.on('exit', () => this.#breakWith(new Error('An age thread ended')));
  }

  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** Asks without waiting for anything. */
  tell(message: Extract<ToAgeThread, { ask: 'begin' | 'know' | 'drop' | 'forget' }>): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    this.#worker.postMessage(message);
  }

  /** Asks; resolves when it is done. */
  ask(message: Ask<ToAgeThread>): Promise<ThreadAnswer> {
    if (this.#broken) return Promise.reject(this.#broken);
    const task = this.#tasks;
    this.#tasks += 1;
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(task, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      this.#worker.postMessage({ ...message, task });
    });
  }

  #breakWith(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }
}

/** Room for one block, in the clear and sealed. */
export interface Block {
  readonly number: number;
  readonly plain: Buffer;
  readonly sealed: Buffer;
  /** Of the one of them that is filled from outside. */
  filledBytes: number;
}

/** As many blocks as one file has are kept for the next one. */
const SPARE_BLOCKS = 7;

/** Both threads with the blocks they know. */
export class AgeThreads {
  readonly first = new AgeThread();
  readonly second = new AgeThread();
  readonly #spare: Block[] = [];
  #blocks = 0;

  get isBroken(): boolean {
    return this.first.isBroken || this.second.isBroken;
  }

  /**
   * A block that nobody uses. Shared memory is given back only when every thread has collected its garbage, and one that works for us makes so
   * little of it that many files' blocks would wait: so blocks are used again.
   */
  takeBlock(): Block {
    const spare = this.#spare.pop();
    if (spare) return spare;
    const block = {
      number: this.#blocks,
      plain: Buffer.from(new SharedArrayBuffer(CHUNKS_AT_ONCE * AGE_CHUNK_BYTES)),
      sealed: Buffer.from(new SharedArrayBuffer(CHUNKS_AT_ONCE * AGE_SEALED_CHUNK_BYTES)),
    };
    this.#blocks += 1;
    for (const thread of [this.first, this.second])
      thread.tell({ ask: 'know', block: block.number, plain: block.plain, sealed: block.sealed });
    return { ...block, filledBytes: 0 };
  }

  /** Takes a block back that no thread is asked about any more. The plaintext does not outlive its file. */
  giveBack(block: Block): void {
    block.plain.fill(0);
    block.filledBytes = 0;
    if (this.#spare.length < SPARE_BLOCKS) this.#spare.push(block);
    else if (!this.isBroken) for (const thread of [this.first, this.second]) thread.tell({ ask: 'drop', block: block.number });
  }
}

let threads: AgeThreads | undefined;

/** The threads of this process. They start when they are first asked for, and again when one broke. */
export function ageThreads(): AgeThreads {
  if (threads === undefined || threads.isBroken) threads = new AgeThreads();
  return threads;
}
