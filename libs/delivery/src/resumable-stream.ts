import { CallError } from '#contracts';

export interface Resumable {
  readonly sizeBytes: number;
  /** Opens the file from a byte on. Throws CallError. */
  readonly open: (start: number, signal: AbortSignal) => Promise<Response>;
  readonly signal: AbortSignal;
  /** Why nothing comes just now; undefined: bytes flow again. */
  readonly onWait: (reason: 'line' | 'session' | undefined) => void;
}

const firstWaitMs = 500;
const longestWaitMs = 8_000;
/** A line may stand and yet carry nothing. */
const silenceMs = 30_000;

/**
 * A file as one stream, whatever happens to the line: where a connection breaks, another one goes on from the same byte. Ends only when
 * all bytes were read; fails when the exchange says no (CallError with its problem), and when it is aborted.
 */
export function resumableStream({ sizeBytes, open, signal, onWait }: Resumable): ReadableStream<Uint8Array> {
  let at = 0;
  let failures = 0;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  const waitFor = async (reason: 'line' | 'session'): Promise<void> => {
    onWait(reason);
    reader = undefined;
    const ms = Math.min(firstWaitMs * 2 ** failures, longestWaitMs);
    failures += 1;
    await new Promise<void>((done) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        done();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
    });
  };

  const connect = async (): Promise<void> => {
    // Whoever takes the request and then says nothing is a broken line too.
    const unanswered = new AbortController();
    const timer = setTimeout(() => unanswered.abort(), silenceMs);
    const response = await open(at, AbortSignal.any([signal, unanswered.signal])).finally(() => clearTimeout(timer));
    // A whole answer where a part was asked for: the file behind the address is another one now.
    if (at > 0 && response.status !== 206) throw new Error('The file changed while it was read');
    reader = response.body?.getReader();
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          signal.throwIfAborted();
          try {
            if (!reader) await connect();
          } catch (error) {
            signal.throwIfAborted();
            const reason = retryable(error);
            if (!reason) throw error;
            await waitFor(reason);
            continue;
          }
          const next = await within(reader?.read(), silenceMs).catch(() => undefined);
          signal.throwIfAborted();
          if (next?.value && next.value.length > 0) {
            if (failures > 0) onWait(undefined);
            failures = 0;
            at += next.value.length;
            controller.enqueue(next.value);
            return;
          }
          if (next?.done === true && at >= sizeBytes) {
            controller.close();
            return;
          }
          void reader?.cancel().catch(() => undefined);
          await waitFor('line');
        }
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 2 },
  );
}

function retryable(error: unknown): 'line' | 'session' | undefined {
  if (!(error instanceof CallError)) return undefined;
  if (error.status === 401) return 'session';
  return error.status === 0 || error.status === 429 || error.status >= 500 ? 'line' : undefined;
}

function within<T>(promise: Promise<T> | undefined, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), ms);
  });
  return Promise.race([Promise.resolve(promise), silence]).finally(() => clearTimeout(timer));
}
