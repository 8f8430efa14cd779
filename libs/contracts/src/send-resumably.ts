import { CallError } from './client.js';
import type { UploadView } from './routes/index.js';

/** The requests of one upload (docs/formats/uploads.md), as a program can make them. Each throws CallError, of status 0 where the line broke. */
export interface UploadLine {
  readonly sizeBytes: number;
  /** Begins it: with all of the file, or without a byte of it. */
  begin(isWithFile: boolean): Promise<UploadView>;
  /** How much arrived. */
  offset(): Promise<number>;
  /** Sends what follows an offset. */
  append(offset: number): Promise<unknown>;
  view(): Promise<UploadView>;
  /** Waits; rejects when the sender wants no more. */
  pause(ms: number): Promise<unknown>;
  /** Told before each wait for a line that broke. */
  onBroken?(): void;
  /** Told while the exchange works on what has arrived. */
  onWorking?(view: UploadView): void;
}

const triesMax = 10;
const firstPauseMs = 100;
const longestPauseMs = 15_000;
const askEveryMs = 500;

/**
 * Sends a file until it is taken, over a line that may break: each time it asks how much arrived and goes on from there. A stretch that
 * brought something earns all tries back: a poor line finishes, a dead one does not go on for ever. Answers what became of the file.
 * Throws CallError: what the exchange refuses, or the last break.
 *
 * @param isBegun an earlier run began it.
 */
export async function sendResumably(line: UploadLine, isBegun: boolean): Promise<UploadView> {
  let begun: 'no' | 'perhaps' | 'yes' = isBegun ? 'yes' : 'no';
  let isFirst = true;
  let triesLeft = triesMax;
  let arrived = -1;
  for (;;) {
    try {
      if (begun === 'no') {
        const isWithFile = isFirst;
        begun = 'perhaps';
        isFirst = false;
        const view = await line.begin(isWithFile);
        begun = 'yes';
        if (isWithFile) return await outcomeOf(line, view);
      }
      const offset = await line.offset();
      begun = 'yes';
      if (offset > arrived) triesLeft = triesMax;
      arrived = offset;
      if (offset < line.sizeBytes) await line.append(offset);
      return await outcomeOf(line);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      // The request that was cut never arrived; a refusal of it may have been lost. Asked without the file it is heard.
      if (begun === 'perhaps' && error.status === 404) begun = 'no';
      else if (begun === 'perhaps' && error.problem?.code === 'already-exists') begun = 'yes';
      // The answer to HEAD has no body: the reason is asked for.
      else if (!isPassing(error)) throw error.problem ? error : await reasonOf(line, error);
      if (triesLeft === 0) throw error;
      line.onBroken?.();
      await line.pause(Math.min(longestPauseMs, firstPauseMs * 2 ** (triesMax - triesLeft)));
      triesLeft -= 1;
    }
  }
}

/**
 * Gives an upload up; that there is none is no error. Of one that was just begun the first request may still be under way when its line is
 * closed: while it is unknown it is asked for again, for as long as it may yet begin (else it would take up room until it expires).
 */
export async function giveUpUpload(cancel: () => Promise<unknown>, pause: (ms: number) => Promise<unknown>): Promise<void> {
  for (const pauseMs of [300, 600, 900, 1200]) {
    if (!(await isUnknown(cancel))) return;
    await pause(pauseMs);
  }
  await isUnknown(cancel);
}

const isUnknown = (cancel: () => Promise<unknown>): Promise<boolean> =>
  cancel().then(
    () => false,
    (error: unknown) => error instanceof CallError && error.status === 404,
  );

/** Whether the same may well succeed a moment later: no answer, or one of those between, or another request of ours that is still there. */
function isPassing({ status, problem }: CallError): boolean {
  return [0, 408, 423, 502, 503, 504].includes(status) || problem?.code === 'upload-offset';
}

// All of it arrived. Whoever waits for the answer to the last byte may never get it: this is asked for.
async function outcomeOf(line: UploadLine, told?: UploadView): Promise<UploadView> {
  for (let view = told ?? (await line.view()); ; view = await line.view()) {
    if (view.problem && view.state === 'failed') throw new CallError(view.problem.title.en, view.problem.status, view.problem);
    if (view.state !== 'receiving') return view;
    // Not all of it is there, though it was sent: something between took it and did not hand it on.
    if (view.bytes < line.sizeBytes && view.pieces) throw new CallError('the file did not arrive whole', 0);
    line.onWorking?.(view);
    await line.pause(askEveryMs);
  }
}

async function reasonOf(line: UploadLine, error: CallError): Promise<CallError> {
  const { problem } = await line.view();
  return problem ? new CallError(problem.title.en, problem.status, problem) : error;
}
