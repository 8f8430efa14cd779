import { routes } from '#contracts';
import { LedgerFault, openSealedDelivery, type SealedDelivery, type TrustRoot } from '#ledger';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';

/**
 * Reads the sealed record of a delivery: the exchange's own statements, their signatures checked by the key in the trust root. The
 * plain answer of the API is not believed for this. Throws Stop, Refusal.
 */
export async function sealedDelivery(desk: Desk, delivery: string, root: TrustRoot): Promise<SealedDelivery> {
  const type = 'delivery.prepared,delivery.decided';
  const { items } = await desk.client.call(routes.trail, { query: { delivery, type, limit: 20 } });
  const sealed = openOrStop(items, delivery, root);
  if (sealed) return sealed;
  throw new Stop('verification', 'not-sealed', {
    zh: '账本中没有这次数据提供的记录，不予接收。',
    en: 'The ledger holds no record of this delivery, so it is not received.',
  });
}

function openOrStop(...args: Parameters<typeof openSealedDelivery>): SealedDelivery | undefined {
  try {
    return openSealedDelivery(...args);
  } catch (error) {
    if (!(error instanceof LedgerFault)) throw error;
    throw new Stop('verification', 'bad-signature', {
      zh: `第 ${error.index} 条记录不是由信任根中的平台密钥签署。`,
      en: `Entry ${error.index} is not signed by the exchange key of the trust root.`,
    });
  }
}
