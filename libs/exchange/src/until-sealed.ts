import { setTimeout as sleep } from 'node:timers/promises';
import { refuse, Refusal } from '#contracts';
import type { ExchangeContext } from './context.js';

const pollMs = 15;

/**
 * Waits until the statements are sealed. Throws the Refusal that one was rejected with, or ledger-unavailable when the sealer does not
 * come by in time (nothing is lost then: they stay in the inbox).
 */
export async function untilSealed(context: ExchangeContext, ids: readonly string[], timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const states = await context.transactions.run((stores) => stores.inbox.states(ids));
    const rejected = [...states.values()].find((held) => held.state === 'rejected');
    if (rejected?.problem)
      throw new Refusal(rejected.problem.code as Refusal['code'], rejected.problem.details, rejected.problem.at);
    if (ids.every((id) => states.get(id)?.state === 'sealed')) return;
    if (Date.now() > deadline) throw refuse('ledger-unavailable');
    await sleep(pollMs);
  }
}
