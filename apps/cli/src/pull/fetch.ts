import { resolve } from 'node:path';
import type { Desk } from '../desk.js';
import { trustedRoot } from '../sign/trust.js';
import { Pulls } from '../store/pulls.js';
import { identitiesFor, receive, type PulledData, type ReceiveOrder } from './receive.js';

/** Receives a delivery that was asked for elsewhere. Cut short, the same order goes on. Throws Stop, Refusal, CallError. */
export async function fetchDelivery(desk: Desk, order: ReceiveOrder): Promise<PulledData> {
  const root = await trustedRoot(desk, order.trust);
  const identities = await identitiesFor(desk, order.identityFiles);
  return receive(desk, order, begunFetches(desk, order), { root, identities });
}

/** Whether this delivery was opened into this file before, so that the file belongs to it. */
export function isFetchOpened(desk: Desk, order: ReceiveOrder): boolean {
  return begunFetches(desk, order).begun?.opened !== undefined;
}

function begunFetches(desk: Desk, { delivery, output }: ReceiveOrder): Pulls {
  return new Pulls(desk.folder, { server: desk.session.server, delivery, output: resolve(output) });
}
