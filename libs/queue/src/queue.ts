import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '#exchange';
import { connections, type Connections, type Engine, type JobQueue } from './engine.js';
import { startLane, type Handler, type Lane, type WorkSettings } from './lane.js';

export interface QueueSettings extends Engine {
  /** Queues of different names do not see each other. */
  readonly name?: string;
  /** Tries of a job before it is given up. */
  readonly attempts?: number;
  /** Wait before the second try; doubles with each further one. */
  readonly backoffMs?: number;
  /** What went wrong below, such as a lost connection. Everything recovers by itself; this is for the log. */
  readonly onError?: (error: Error) => void;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

export interface Working {
  /** Aborts the signal of what this process runs about this subject. */
  cancel(subject: string, reason: string): void;
  /**
   * Takes nothing new and waits for what runs; after `graceMs` it aborts their signals, and what still runs then goes back to the
   * queue for others, not counted as a failure.
   */
  close(graceMs?: number): Promise<void>;
}

/** Gives tasks to workers. Nothing here is the truth: the task's row in the database is. */
export interface TaskQueue {
  /** A task that is in the queue or being worked on is not added again. */
  add(task: Task): Promise<void>;
  work(handler: Handler, settings: WorkSettings): Promise<Working>;
  /** Whether the engine answers within two seconds. */
  health(): Promise<boolean>;
  counts(): Promise<QueueCounts>;
  close(): Promise<void>;
}

/** Lanes, so that a decision never waits behind deliveries that take minutes, nor a delivery behind reports of versions. */
const lanes = ['quick', 'deliver', 'report'] as const;
type LaneName = (typeof lanes)[number];
const laneOf = (task: Task): LaneName => (task.kind === 'deliver' || task.kind === 'report' ? task.kind : 'quick');

/**
 * Opens the queue. A job is removed as soon as it ended, well or finally badly: its id is the task's, and a task that is still owed
 * must be welcome again at once.
 */
export async function openQueue(settings: QueueSettings): Promise<TaskQueue> {
  const { name = 'quanlian', attempts = 5, backoffMs = 1000, onError = () => {} } = settings;
  const engine: Connections = connections(settings);
  const nameOf = (lane: LaneName) => `${name}-${lane}`;
  const queues = Object.fromEntries(
    lanes.map((lane) => {
      const queue = engine.queue(nameOf(lane));
      queue.on('error', onError);
      return [lane, queue];
    }),
  ) as Record<LaneName, JobQueue>;
  await Promise.all(Object.values(queues).map((queue) => queue.waitUntilReady()));

  const counts = async (): Promise<QueueCounts> => {
    const each = await Promise.all(
      Object.values(queues).map((queue) => queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed')),
    );
    const sum = (...types: string[]) =>
      each.reduce((total, found) => total + types.reduce((part, type) => part + (found[type] ?? 0), 0), 0);
    return { waiting: sum('waiting', 'prioritized'), active: sum('active'), delayed: sum('delayed') };
  };

  return {
    async add(task) {
      await queues[laneOf(task)].add(task.kind, task, {
        jobId: `t-${task.id}`,
        attempts,
        backoff: { type: 'exponential', delay: backoffMs },
        removeOnComplete: true,
        removeOnFail: true,
        // Ends go before whatever else waits: no priority is the first.
        ...(task.kind === 'end' ? {} : { priority: 10 }),
      });
    },
    async work(handler, work) {
      const running: Lane[] = [
        await startLane(engine, nameOf('quick'), handler, { ...work, concurrency: work.quickConcurrency ?? 8 }, onError),
        await startLane(engine, nameOf('deliver'), handler, work, onError),
        await startLane(engine, nameOf('report'), handler, { ...work, concurrency: 1 }, onError),
      ];
      return {
        cancel(subject, reason) {
          for (const lane of running) lane.cancel(subject, reason);
        },
        async close(graceMs) {
          await Promise.all(running.map((lane) => lane.close(graceMs)));
        },
      };
    },
    async health() {
      const answered = counts().then(
        () => true,
        () => false,
      );
      return Promise.race([answered, sleep(2000, false, { ref: false })]);
    },
    counts,
    async close() {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
      await engine.close();
    },
  };
}
