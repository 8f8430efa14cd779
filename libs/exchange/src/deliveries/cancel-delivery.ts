import { refuse } from '#contracts';
import { requireRole, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import { requireState } from '../require-state.js';
import { sayAsExchange } from '../signing.js';

/** The requester takes a delivery back before it is prepared. What the worker is doing for it stops, and its quota returns. */
export class CancelDelivery {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, wrong-state. */
  async execute(actor: Actor, id: string): Promise<void> {
    requireRole(actor, 'requester');
    await this.context.transactions.run(async (stores) => {
      const delivery = await stores.states.get('delivery', id);
      if (!delivery || delivery.state.grantee !== actor.department) throw refuse('unknown');
      const { state, right, dataset, last } = delivery.state;
      requireState('delivery', 'cancel', state);
      await stores.deliveries.requestCancel(id);
      // A pull that is not decided yet is cancelled as soon as it is: there is nothing to give back before.
      if (state === 'pulled') return;
      await sayAsExchange(this.context, stores, {
        type: 'delivery.cancelled',
        after: last,
        body: { delivery: id, right, dataset, by: 'requester' },
      });
    });
  }
}

/** After a right's end is sealed: its running deliveries are cancelled; of a terminated one the payloads go as well. */
export class EnforceEnd {
  constructor(private readonly context: ExchangeContext) {}

  async execute(rightId: string): Promise<void> {
    await this.context.transactions.run(async (stores) => {
      const right = await stores.states.get('right', rightId);
      if (!right || right.state.state === 'in-force') return;
      let cursor: string | undefined;
      do {
        const page = await stores.states.deliveries(
          { right: rightId },
          { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
        );
        for (const { id, state } of page.items) {
          if (state.state === 'decided') {
            await stores.deliveries.requestCancel(id);
            const body = { delivery: id, right: rightId, dataset: state.dataset, by: 'end' as const };
            await sayAsExchange(this.context, stores, { type: 'delivery.cancelled', after: state.last, body });
          }
          if (right.state.state === 'terminated' && state.prepared) await stores.tasks.add('dispose', id);
        }
        cursor = page.next;
      } while (cursor !== undefined);
    });
  }
}
