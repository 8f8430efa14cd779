import type { ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { refusalOf, refuse, Refusal } from '#contracts';
import type { ChangeCounts } from './changes/compare.js';
import { SOURCE_FD, type FromChild, type JobKind, type JobKinds, type ToChild } from './child-messages.js';
import { partName } from './part-name.js';
import type {
  CountChangesJob,
  CountJob,
  IngestedVersion,
  IngestJob,
  JobOptions,
  PreparedDelivery,
  PrepareJob,
  PreviewedRows,
  PreviewJob,
  ReportJob,
  TakenKeys,
  TakeKeysJob,
  VersionFacts,
} from './job.js';
import { childrenAtOnce, limitsWith } from './limits.js';
import { openMemoryFolder } from './memory-folder.js';
import { openPayloadStore } from './payload-place.js';
import { makePlaces, type Places } from './places.js';
import { isQuick, quickLimits } from './quick.js';
import { drained } from './drained.js';
import { takeChild, warmChild } from './warm-child.js';

const largePlaces = makePlaces(() => childrenAtOnce.large);
const smallPlaces = makePlaces(() => childrenAtOnce.small);
const reportPlaces = makePlaces(() => childrenAtOnce.report);
const quickPlaces = makePlaces(() => childrenAtOnce.quick);

/**
 * Takes a file in as the parts of a new version, in a process of its own whose crash hurts only this job. The source is read as fast
 * as it is worked on. When it fails, or the source ends with an error, nothing stays in the store. Throws a Refusal: what is wrong with
 * the file and where, `upload-cut`, `preparer-failed`, `memory-folder`.
 */
export async function runIngest(
  job: IngestJob,
  source: AsyncIterable<Uint8Array>,
  options: JobOptions = {},
): Promise<IngestedVersion> {
  try {
    return await runJob('ingest', job, options, source);
  } catch (error) {
    // The process may have been killed between two steps; its parts are numbered, and at most one more was being written.
    const store = openPayloadStore(job.store);
    let parts = 0;
    for await (const name of store.list(`${job.partsPrefix}-`)) {
      await store.remove(name);
      parts += 1;
    }
    await store.remove(partName(job.partsPrefix, parts));
    throw error;
  }
}

/**
 * Makes the payload of a delivery in a process of its own. An abort kills it: Refusal `delivery-cancelled`. When it fails, no object
 * stays. Throws a Refusal: `part-damaged`, `preparer-failed`, `quota-rows`, `memory-folder`, and what a selection may be refused for.
 */
export async function runPrepare(job: PrepareJob, options: JobOptions = {}): Promise<PreparedDelivery> {
  try {
    return await runJob('prepare', isQuick(job) ? { ...job, limits: quickLimits(job) } : job, options);
  } catch (error) {
    await openPayloadStore(job.store).remove(job.objectName);
    throw error;
  }
}

/**
 * Takes a list of keys in, in a process of its own. When it fails, or the source ends with an error, nothing stays in the store. Throws
 * a Refusal: what is wrong with the file, `upload-cut`, `preparer-failed`, `memory-folder`.
 */
export async function runTakeKeys(
  job: TakeKeysJob,
  source: AsyncIterable<Uint8Array>,
  options: JobOptions = {},
): Promise<TakenKeys> {
  try {
    return await runJob('take-keys', job, options, source);
  } catch (error) {
    await openPayloadStore(job.store).remove(job.objectName);
    throw error;
  }
}

/** Counts the rows that a scope holds, in a process of its own. */
export function runCount(job: CountJob, options: JobOptions = {}): Promise<number> {
  return runJob('count', job, options);
}

/**
 * Counts what changed between two versions within a selection, in a process of its own. Throws a Refusal: `changes-no-key`,
 * `changes-key-hidden`, `changes-items-differ`, `part-damaged`, `preparer-failed`, `memory-folder`.
 */
export function runCountChanges(job: CountChangesJob, options: JobOptions = {}): Promise<ChangeCounts> {
  return runJob('count-changes', job, options);
}

/** Counts the rows of a selection and shows some exactly as they would leave, in a process of its own. */
export function runPreview(job: PreviewJob, options: JobOptions = {}): Promise<PreviewedRows> {
  return runJob('preview', job, options);
}

/** Says what a version's values are like, in a process of its own that lets all others go first. Throws a Refusal: `part-damaged`, `preparer-failed`, `memory-folder`. */
export function runReport(job: ReportJob, options: JobOptions = {}): Promise<VersionFacts> {
  return runJob('report', job, options);
}

async function runJob<K extends JobKind>(
  kind: K,
  job: JobKinds[K]['job'],
  options: JobOptions,
  source?: AsyncIterable<Uint8Array>,
): Promise<JobKinds[K]['result']> {
  const stopped = (): Refusal => (source ? refuse('upload-cut') : refuse('delivery-cancelled'));
  const limits = limitsWith(job.limits);
  const giveBack = await placesOf(kind, job)
    .take(options.signal)
    .catch(() => Promise.reject(stopped()));
  try {
    const folder = await openMemoryFolder(job.memoryFolder, limits.memoryFolderBytes);
    try {
      const child = takeChild(limits.childHeapMiB);
      if (child.pid !== undefined) options.onStart?.(child.pid);
      const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
      const abort = new AbortController();
      try {
        const outcome = outcomeOf(child, options);
        outcome.catch(() => undefined);
        child.send({ kind, job, folder: folder.path }, () => undefined);
        const cut = new Promise<never>((_, reject) => {
          const cancel = (): void => reject(stopped());
          options.signal?.addEventListener('abort', cancel, { once: true, signal: abort.signal });
          if (options.signal?.aborted) cancel();
          if (source) feed(child, source, abort.signal).catch((error) => reject(error instanceof Refusal ? error : stopped()));
        });
        cut.catch(() => undefined);
        return (await Promise.race([outcome, cut])) as JobKinds[K]['result'];
      } finally {
        // Whatever happened: nothing that it still does matters, and its folder goes only when it is gone.
        abort.abort();
        child.kill('SIGKILL');
        await ended;
      }
    } finally {
      await folder.remove();
    }
  } finally {
    giveBack();
    // Only where deliveries are made, and not while this one is: the next one finds a process that is ready.
    if (kind === 'prepare') warmChild(limits.childHeapMiB);
  }
}

/**
 * Whose places a job takes. A delivery of a small version has places of its own, so that it never waits for a large one; what is taken in
 * is of a size that nobody knows yet.
 */
function placesOf(kind: JobKind, job: JobKinds[JobKind]['job']): Places {
  if (kind === 'report') return reportPlaces;
  if (kind === 'count' || kind === 'count-changes' || kind === 'preview') return smallPlaces;
  return kind === 'prepare' && isQuick(job as PrepareJob) ? quickPlaces : largePlaces;
}

function outcomeOf(child: ChildProcess, options: JobOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromChild) => {
      switch (message.kind) {
        case 'progress':
          return options.onProgress?.(message.progress);
        case 'done':
          return resolve(message.result);
        case 'refused':
          return reject(refusalOf(message.problem));
        case 'failed':
          return reject(refuse('preparer-failed', { reason: message.reason }));
      }
    });
    child.once('error', (error) =>
      reject(refuse('preparer-failed', { reason: (error as NodeJS.ErrnoException).code ?? error.name })),
    );
    child.once('exit', (code, signal) => reject(refuse('preparer-failed', { reason: signal ?? `exit ${code}` })));
  });
}

/** Hands the source to the child with its backpressure, then says how long it was. Ends quietly when the child does not listen. */
async function feed(child: ChildProcess, source: AsyncIterable<Uint8Array>, done: AbortSignal): Promise<void> {
  const pipe = child.stdio[SOURCE_FD] as Writable;
  let deaf = false;
  const stop = (): void => void (deaf = true);
  pipe.once('error', stop);
  pipe.once('close', stop);
  // The child is killed with it, which closes the pipe.
  done.addEventListener('abort', stop, { once: true });
  let sizeBytes = 0;
  // Not `for await`: leaving it early destroys the source, and a request destroyed under its own answer looks like an upload that the
  // sender cut off, whatever the child found wrong with it.
  const pieces = source[Symbol.asyncIterator]();
  for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
    if (deaf) return;
    sizeBytes += piece.value.length;
    if (!pipe.write(piece.value)) await drained(pipe);
  }
  if (deaf) return;
  child.send({ kind: 'source-ended', sizeBytes } satisfies ToChild, () => undefined);
  pipe.end();
}
