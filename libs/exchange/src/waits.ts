import { refusalTexts, type DeliveryView, type RightView } from '#contracts';
import type { Found, Stores } from './ports.js';

const { zh, en } = refusalTexts['not-witnessed'];
const waits = { code: 'not-witnessed', sentence: { zh, en } } as const satisfies NonNullable<RightView['waits']>;

/** Of these rights, those whose grant does not count yet, by id. One query more only when one of them changed of late. */
export async function rightsThatWait(
  stores: Stores,
  rights: readonly Found<'right'>[],
): Promise<Map<string, NonNullable<RightView['waits']>>> {
  const before = await stores.inForce.before();
  const young = rights.filter(({ changedAt }) => changedAt >= before);
  const granted = await stores.inForce.indexes(young.map(({ id }) => id));
  return new Map([...granted].filter(([, index]) => index >= before).map(([id]) => [id, waits]));
}

/** Of these deliveries, those whose pull or whose decision does not count yet, by id. */
export async function deliveriesThatWait(
  stores: Stores,
  deliveries: readonly Found<'delivery'>[],
): Promise<Map<string, NonNullable<DeliveryView['waits']>>> {
  const before = await stores.inForce.before();
  const young = deliveries.filter(({ changedAt }) => changedAt >= before);
  const pulled = young.filter(({ state }) => state.state === 'pulled').map(({ id }) => id);
  const decided = young.filter(({ state }) => state.state === 'decided' || state.state === 'prepared').map(({ id }) => id);
  const decisions = await stores.inForce.decisions(decided);
  return new Map([...pulled, ...decided.filter((id) => (decisions.get(id) ?? before) >= before)].map((id) => [id, waits]));
}
