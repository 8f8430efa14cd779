import type { Vault } from '#crypto';
import type { LogKeys } from './log-key.js';
import type { Clock, Transactions } from './ports.js';

/** The few things that every use case stands on. */
export interface ExchangeContext {
  readonly clock: Clock;
  readonly transactions: Transactions;
  /** Seals what lies in the database: signing seeds in custody `exchange`, identities of versions, keys of HMACs. */
  readonly vault: Vault;
  readonly logKeys: LogKeys;
  /** The ledger's name; every statement carries it. */
  readonly origin: string;
  /** What a set-up writes into entry 0: whether grants and deliveries count once durable, or once witnesses cosigned. */
  readonly inForce: 'durable' | 'witnessed';
}

/** Now, as the product writes instants everywhere. */
export function instantNow(context: Pick<ExchangeContext, 'clock'>): string {
  return context.clock.now().toISOString();
}
