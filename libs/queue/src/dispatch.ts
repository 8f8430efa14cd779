import type { Clock, Transactions } from '#exchange';
import type { TaskQueue } from './queue.js';

export interface DispatchSettings {
  readonly clock?: Clock;
  /** Subscribes `wake` to news of tasks (`quanlian_task`). Without it only the timer finds them. */
  readonly listen?: (wake: () => void) => Promise<{ close(): Promise<void> }>;
  /** How often to look without being woken: for tasks that become due later, and for news that were lost. */
  readonly everyMs?: number;
  /** A task that is not done after so long is offered to the queue again; if it still lies there, that changes nothing. */
  readonly leaseMs?: number;
  readonly onError?: (error: unknown) => void;
}

const batchSize = 200;

/**
 * Carries due tasks from the database to the queue until closed. Any number of processes may do so at once. A queue that lost
 * everything is full again after the lease.
 */
export async function dispatch(
  transactions: Transactions,
  queue: Pick<TaskQueue, 'add'>,
  settings: DispatchSettings = {},
): Promise<{ close(): Promise<void> }> {
  const { clock = { now: () => new Date() }, everyMs = 2000, leaseMs = 15_000, onError = () => {} } = settings;
  const closing = new AbortController();
  let wanted = false;
  let round: Promise<void> | undefined;

  const carry = async () => {
    for (let taken = batchSize; taken === batchSize && !closing.signal.aborted;) {
      const now = clock.now();
      const before = new Date(now.getTime() - leaseMs).toISOString();
      // Committed first: a crash between here and `add` costs one lease, whereas a queue that does not answer holds no row locks.
      const tasks = await transactions.run((stores) => stores.tasks.takeDue(now.toISOString(), before, batchSize));
      for (const task of tasks) await queue.add(task);
      taken = tasks.length;
    }
  };
  const wake = () => {
    wanted = true;
    round ??= (async () => {
      while (wanted && !closing.signal.aborted) {
        wanted = false;
        await carry().catch(onError);
      }
      round = undefined;
    })();
  };

  const listening = await settings.listen?.(wake);
  const timer = setInterval(wake, everyMs);
  wake();
  return {
    async close() {
      closing.abort();
      clearInterval(timer);
      await listening?.close();
      await round;
    },
  };
}
