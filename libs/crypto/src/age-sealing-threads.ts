import { Worker } from 'node:worker_threads';
import type { FromSealer, SealerDigests, ToSealer } from './age-thread-messages.js';

/** How many threads seal: as many as stay ahead of what two cores can make. */
export const AGE_SEALING_THREADS = 2;

type Ask<T> = T extends { readonly task: number } ? Omit<T, 'task'> : never;

/**
 * A thread beside this one that seals and digests what it is told to, in that order. It lets the process end while nothing is asked of
 * it. When it breaks, whatever is asked fails.
 */
export class SealingThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (digests?: SealerDigests) => void; reject: (error: Error) => void }>();
  #broken: Error | undefined;
  #tasks = 0;

  constructor() {
    this.#worker = new Worker(new URL('./age-thread.js', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 32 } });
    this.#worker.unref();
    this.#worker.on('message', ({ task, digests }: FromSealer) => {
      const waiting = this.#waiting.get(task);
      this.#waiting.delete(task);
      if (this.#waiting.size === 0) this.#worker.unref();
      waiting?.resolve(digests);
    });
    this.#worker.on('error', (error: Error) => this.#breakWith(error));
    this.#worker.on('exit', () => this.#breakWith(new Error('A sealing thread ended')));
  }

  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** Asks without waiting for anything. */
  tell(message: Extract<ToSealer, { ask: 'begin' | 'forget' }>): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    this.#worker.postMessage(message);
  }

  /** Asks; resolves when it is done. */
  ask(message: Ask<ToSealer>): Promise<SealerDigests | undefined> {
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

let threads: readonly SealingThread[] = [];

/** The threads of this process. They start when they are first asked for, and again when one broke. */
export function sealingThreads(): readonly SealingThread[] {
  if (threads.length === 0 || threads.some(({ isBroken }) => isBroken))
    threads = Array.from({ length: AGE_SEALING_THREADS }, () => new SealingThread());
  return threads;
}
