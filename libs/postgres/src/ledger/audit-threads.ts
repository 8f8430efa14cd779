import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Held } from '#contracts';
import { readPage, type Page, type PageRead } from './audit-page.js';
import type { AskedOfThread } from './audit-thread.js';

/** Below so many entries an audit is over before threads have begun. */
const THREADS_FROM = 10_000;

/** Reads pages beside this thread, on as many as there are processors; those of a short ledger on this one. */
export class PageReaders {
  /** Public keys by their ids, as they were told with a page; one that was told stays. */
  readonly keysTold = new Map<string, string>();
  private readonly threads: { readonly worker: Worker; keysTold: number; readonly waiting: Waiting[] }[];
  private asked = 0;

  /** `entries`: about how many there will be. `areSigned`: whether signatures are asked for. */
  constructor(
    entries: number,
    private readonly areSigned: boolean,
  ) {
    this.threads = entries < THREADS_FROM ? [] : Array.from({ length: availableParallelism() }, startThread);
  }

  /** Pages that keep all threads at work while one is judged. */
  get ahead(): number {
    return this.threads.length * 2 + 1;
  }

  /** `keys`: those that are known by now. The page's memory is out of hand until the answer gives it back. */
  async read(page: Page, keys: ReadonlyMap<string, Held<'key'>>): Promise<PageRead> {
    if (this.areSigned && keys.size > this.keysTold.size) {
      for (const [id, { state }] of keys) if (!this.keysTold.has(id)) this.keysTold.set(id, state.publicKey);
    }
    const thread = this.threads[this.asked++ % this.threads.length];
    if (!thread) return readPage(page, this.areSigned ? this.keysTold : undefined);
    const newKeys = thread.keysTold < this.keysTold.size ? [...this.keysTold].slice(thread.keysTold) : [];
    const message: AskedOfThread = { page, newKeys: this.areSigned ? newKeys : undefined };
    thread.keysTold = this.keysTold.size;
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      thread.worker.postMessage(message, [page.memory]);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }
}

interface Waiting {
  readonly resolve: (read: PageRead) => void;
  readonly reject: (error: Error) => void;
}

function startThread() {
  const worker = new Worker(new URL('./audit-thread.js', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 64 } });
  const waiting: Waiting[] = [];
  const fail = (error: Error) => waiting.splice(0).forEach(({ reject }) => reject(error));
  worker.on('message', (read: PageRead) => waiting.shift()?.resolve(read));
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('A thread of the audit ended')));
  return { worker, keysTold: 0, waiting };
}
