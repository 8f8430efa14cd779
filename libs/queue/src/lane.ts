import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '#exchange';
import { WaitingError, type Job } from 'bullmq';
import type { Connections, JobWorker } from './engine.js';

export interface TaskContext {
  /** Aborted when the task is cancelled, when the process shuts down, or when another worker took the task over. */
  readonly signal: AbortSignal;
  /** How far it is, from 0 to 1. For operators; nothing depends on it. */
  progress(fraction: number): void;
  /** No further try follows if this one fails. */
  readonly isLastAttempt: boolean;
}

/** Does one task. Throws to have it tried again later; whoever wants no further try ends the task and returns. */
export type Handler = (task: Task, context: TaskContext) => Promise<void>;

export interface WorkSettings {
  /** Deliveries at once in this process. */
  readonly concurrency: number;
  /** Everything else at once. */
  readonly quickConcurrency?: number;
  /** A worker that says nothing for so long is taken for dead, and its jobs go to others. */
  readonly lockMs?: number;
  /**
   * Called once a task is given up: all tries failed, or workers died over it again and again. If this throws, the task stays owed
   * and is dispatched again.
   */
  readonly onGivenUp?: (task: Task, error: Error) => Promise<void>;
}

export interface Lane {
  cancel(subject: string, reason: string): void;
  close(graceMs?: number): Promise<void>;
}

/** How often workers may die over one job. A crash is rarely the job's fault; a job that always kills must end. */
const maxDeaths = 8;
const defaultLockMs = 10_000;
const defaultGraceMs = 7000;
const shutdown = 'shutting down';
const lost = 'lost to another worker';

/** Starts one BullMQ worker. Resolves when it is connected. */
export async function startLane(
  engine: Connections,
  name: string,
  handler: Handler,
  { concurrency, lockMs = defaultLockMs, onGivenUp = async () => {} }: WorkSettings,
  onError: (error: Error) => void,
): Promise<Lane> {
  const running = new Map<
    string,
    { readonly subject: string; readonly controller: AbortController; readonly done: Promise<void> }
  >();

  const attempt = async (job: Job<Task, void>, token: string | undefined): Promise<void> => {
    const task = job.data;
    const jobId = job.id ?? '';
    const controller = new AbortController();
    const isLastAttempt = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    let saidAt = 0;
    const progress = (fraction: number) => {
      if (performance.now() - saidAt < 500) return;
      saidAt = performance.now();
      job.updateProgress(Math.round(fraction * 100)).catch(onError);
    };
    let finish = () => {};
    const done = new Promise<void>((resolve) => (finish = resolve));
    running.set(jobId, { subject: task.subject, controller, done });
    try {
      await handler(task, { signal: controller.signal, progress, isLastAttempt });
    } catch (error) {
      // Nobody's fault: somebody else does it, at once and with all its tries.
      if (controller.signal.aborted && controller.signal.reason === shutdown && token !== undefined) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const failure = error instanceof Error ? error : new Error(String(error));
      // Who lost it cannot say that it failed: somebody else is at it, or will be.
      const isLost = controller.signal.aborted && controller.signal.reason === lost;
      if (isLastAttempt && !isLost) await onGivenUp(task, failure).catch(onError);
      throw failure;
    } finally {
      running.delete(jobId);
      finish();
    }
  };

  const worker: JobWorker = engine.worker<Task>(name, attempt, {
    concurrency,
    lockDuration: lockMs,
    stalledInterval: Math.max(1000, lockMs / 2),
    maxStalledCount: maxDeaths,
    // After a lost connection; the default of 15 s is long for people who wait.
    runRetryDelay: 1000,
  });
  worker.on('error', onError);
  // A job that killed too many workers fails without its handler being called.
  worker.on('failed', (job, error) => {
    if (job?.deferredFailure !== undefined) onGivenUp(job.data as Task, error).catch(onError);
  });
  // Another worker has it, or the queue was emptied and will be filled again: two must not go on with one task.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) running.get(id)?.controller.abort(lost);
  });
  await worker.waitUntilReady();

  return {
    cancel(subject, reason) {
      for (const one of running.values()) if (one.subject === subject) one.controller.abort(reason);
    },
    async close(graceMs = defaultGraceMs) {
      // Takes no more; the promise ends when all that runs has ended.
      const closed = worker.close();
      const finished = Promise.all([...running.values()].map(({ done }) => done));
      await Promise.race([finished, sleep(graceMs, undefined, { ref: false })]);
      for (const { controller } of running.values()) controller.abort(shutdown);
      await Promise.race([closed, sleep(2000, undefined, { ref: false })]);
    },
  };
}
