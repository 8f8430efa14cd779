// A worker in a process of its own, for tests that kill it: says on standard output what it begins, and never ends anything.
import { openQueue, type QueueSettings } from './index.js';

const settings = JSON.parse(process.argv[2] ?? '{}') as QueueSettings & { lockMs: number };
const queue = await openQueue(settings);
await queue.work(
  async (task) => {
    process.stdout.write(`${task.subject}\n`);
    await new Promise(() => {});
  },
  { concurrency: 1, lockMs: settings.lockMs },
);
