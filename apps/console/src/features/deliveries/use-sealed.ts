import { routes, Refusal } from '#contracts';
import { LedgerFault, openSealedDelivery, type SealedDelivery } from '#ledger';
import { useQuery } from '@tanstack/react-query';
import { client } from '../../lib/api';
import { fingerprintOf, useTrust } from '../../lib/trust';

/** The ledger holds no record of the delivery, or not yet. */
export class NotSealed extends Error {
  override readonly name = 'NotSealed';
}

/**
 * What the ledger says about a delivery, its signatures checked in this browser by the key of the trust root. The API's plain answer is
 * not believed for this.
 */
export function useSealed(delivery: string, isPrepared: boolean) {
  const trust = useTrust();
  const root = trust.data?.root;
  const sealed = useQuery({
    queryKey: ['trail', 'sealed-delivery', delivery, root ? fingerprintOf(root) : ''],
    enabled: root !== undefined && isPrepared,
    retry: false,
    queryFn: async ({ signal }): Promise<SealedDelivery> => {
      if (!root) throw new NotSealed();
      const query = { delivery, type: 'delivery.prepared,delivery.decided', limit: 20 };
      const { items } = await client.call(routes.trail, { query }, { signal });
      const found = openSealedDelivery(items, delivery, root);
      if (!found) throw new NotSealed();
      return found;
    },
  });
  return { trust, sealed };
}

/** What to say of a sealed record that cannot be believed; undefined where the error is another one. */
export function sealedFault(error: unknown): { zh: string; en: string } | undefined {
  if (error instanceof NotSealed)
    return {
      zh: '账本中还没有这次数据提供的记录，不予接收。',
      en: 'The ledger holds no record of this delivery, so it is not received.',
    };
  if (error instanceof LedgerFault || error instanceof Refusal) return { zh: error.sentence('zh'), en: error.sentence('en') };
  return undefined;
}
