import type { States } from '#contracts';
import type { Stores } from '../ports.js';

/** Whether a delivery is, or would be, encrypted to a recipient that has ended since it was decided: then it may not leave. */
export async function hasEndedRecipient(stores: Stores, delivery: States['delivery']): Promise<boolean> {
  const recipients = await stores.states.getMany('recipient', delivery.decided?.recipients ?? []);
  return [...recipients.values()].some(({ state }) => state.endedAt !== undefined);
}
