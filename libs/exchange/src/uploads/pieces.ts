import { refuse, Refusal } from '#contracts';
import { createSha256, decryptAge, encryptAge, randomId } from '#crypto';
import { PayloadMissing, type PayloadStore } from '#delivery';
import type { ArrivalPiece } from '../ports.js';

/** What a sender sends in one request, to be read in pieces. A broken line, or a stop, is an end like any other: what came before it counts. */
export class Incoming {
  /** When the last bytes came. */
  lastAt = Date.now();
  #rest: Uint8Array | undefined;
  #isOver: boolean;
  readonly #pieces: AsyncIterator<Uint8Array>;
  /** Answers whoever waits for bytes now. Every wait has a promise of its own: one that outlives them all would keep all the bytes. */
  #answer: ((bytes: Uint8Array | undefined) => void) | undefined;

  constructor(source: AsyncIterable<Uint8Array>, stop: AbortSignal) {
    this.#pieces = source[Symbol.asyncIterator]();
    this.#isOver = stop.aborted;
    stop.addEventListener('abort', () => this.#end(), { once: true });
  }

  #end(): void {
    this.#isOver = true;
    this.#answer?.(undefined);
  }

  /** Whether there is another byte. Waits for it. */
  async hasMore(): Promise<boolean> {
    while (this.#rest === undefined && !this.#isOver) {
      // The sender may hang: a stop does not wait for it.
      const bytes = await new Promise<Uint8Array | undefined>((resolve) => {
        this.#answer = resolve;
        this.#pieces.next().then(
          (read) => resolve(read.done === true ? undefined : read.value),
          () => resolve(undefined),
        );
      });
      this.lastAt = Date.now();
      if (bytes === undefined) this.#isOver = true;
      else if (bytes.length > 0) this.#rest = bytes;
    }
    return this.#rest !== undefined;
  }

  /** At most so many bytes. */
  async *take(mostBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    let left = mostBytes;
    while (left > 0 && (await this.hasMore())) {
      const bytes = this.#rest as Uint8Array;
      const part = bytes.subarray(0, left);
      this.#rest = part.length < bytes.length ? bytes.subarray(part.length) : undefined;
      left -= part.length;
      yield part;
    }
  }
}

/** Keeps at most so many bytes as an object of their own, encrypted, durable when it returns. Throws Refusal upload-full. */
export async function keepPiece(
  store: PayloadStore,
  recipient: string,
  incoming: Incoming,
  mostBytes: number,
): Promise<ArrivalPiece> {
  const name = randomId();
  const digest = createSha256();
  let sizeBytes = 0;
  async function* counted() {
    for await (const bytes of incoming.take(mostBytes)) {
      digest.update(bytes);
      sizeBytes += bytes.length;
      yield bytes;
    }
  }
  try {
    await store.put(name, encryptAge([recipient], counted()));
  } catch (error) {
    throw isFull(error) ? Object.assign(refuse('upload-full'), { cause: error }) : error;
  }
  return { name, sizeBytes, sha256: digest.digest('hex') };
}

/** The file again, from its pieces. `sha256`: what all of it has to be. Throws Refusal upload-gone, file-digest-differs. */
export async function* readPieces(
  store: PayloadStore,
  identity: string,
  pieces: readonly ArrivalPiece[],
  sha256?: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = sha256 === undefined ? undefined : createSha256();
  try {
    for (const { name } of pieces)
      for await (const bytes of decryptAge([identity], store.read(name))) {
        digest?.update(bytes);
        yield bytes;
      }
  } catch (error) {
    throw error instanceof PayloadMissing ? refuse('upload-gone') : error;
  }
  if (digest && digest.digest('hex') !== sha256) throw refuse('file-digest-differs');
}

function isFull(error: unknown): boolean {
  return !(error instanceof Refusal) && ['ENOSPC', 'EDQUOT'].includes(String((error as NodeJS.ErrnoException).code));
}
