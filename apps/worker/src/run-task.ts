import type { DoTask, ExchangeContext, Task } from '#exchange';

/**
 * Runs one task as the database knows it. The queue may offer it twice; the row says whether it is still owed. A crash after the work
 * and before `finish` has it done again, which changes nothing.
 */
export async function runTask(context: ExchangeContext, doTask: DoTask, task: Task, signal: AbortSignal): Promise<void> {
  const owed = await context.transactions.run((stores) => stores.tasks.start(task.id));
  if (!owed) return;
  await doTask.execute(owed, signal);
  await context.transactions.run((stores) => stores.tasks.finish(task.id));
}
