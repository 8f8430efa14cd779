import { importSigningKey, randomId, type Vault } from '#crypto';
import { openLogKey, type Clock, type ExchangeContext, type Inbox } from '#exchange';
import { encodeStatement, openEntry, proveAdmission, type LogKey } from '#ledger';
import type pg from 'pg';
import type { Database } from './database.js';
import { inboxOutcomes, makeAdmission, readEntry, type Admit } from './ledger/index.js';
import { postgresTransactions } from './transactions.js';

export interface ContextSettings {
  readonly vault: Vault;
  readonly clock: Clock;
  /** The ledger's name as set; entry 0 decides once it is sealed. */
  readonly origin?: string;
}

/** A start with another origin than the ledger's: nothing may be written. */
export class OriginDiffers extends Error {
  override readonly name = 'OriginDiffers';
  constructor(
    readonly wanted: string,
    readonly sealed: string,
  ) {
    super(`The ledger is ${sealed}, not ${wanted}`);
  }
}

/** What every use case stands on, on this database. All processes on one database agree on origin and log key. Throws OriginDiffers. */
export async function openExchangeContext(database: Database, settings: ContextSettings): Promise<ExchangeContext> {
  const { vault, clock } = settings;
  const withoutInbox = postgresTransactions(database, () => closedInbox);
  const origin = await openOrigin(database, settings.origin);
  const logKey = await withoutInbox.run((stores) => openLogKey(vault, stores.secrets));
  const sealerKey = { keyId: logKey.keyId, privateKey: importSigningKey(logKey.privateSeed) };
  const admit = makeAdmission({ origin, logKey: sealerKey, now: () => clock.now() });
  return {
    vault,
    clock,
    origin,
    transactions: postgresTransactions(database, (client) => inboxOn(client, admit, origin, sealerKey)),
  };
}

async function openOrigin(database: Database, wanted: string | undefined): Promise<string> {
  const opening = await readEntry(database.pool, 0);
  if (opening) {
    const sealed = openEntry(opening.bytes).entry.statement.origin;
    if (wanted !== undefined && wanted !== sealed) throw new OriginDiffers(wanted, sealed);
    return sealed;
  }
  const transactions = postgresTransactions(database, () => closedInbox);
  return transactions.run(async ({ secrets }) => {
    // Not a secret, but it must be one for all processes, and it is needed before the ledger has an entry.
    if (wanted !== undefined) await secrets.put('origin', Buffer.from(wanted));
    else await secrets.putIfAbsent('origin', Buffer.from(`quanlian.local/${randomId().slice(0, 12)}`));
    return (await secrets.get('origin'))?.toString('utf8') ?? '';
  });
}

function inboxOn(client: pg.ClientBase, admit: Admit, origin: string, logKey: LogKey): Inbox {
  return {
    admit: (statement, signatures) => admit(client, encodeStatement(statement), signatures),
    async states(ids) {
      const outcomes = await inboxOutcomes(client, ids);
      return new Map(
        [...outcomes].map(([statement, { digest, admittedAt, sealBy, ...outcome }]) => [
          statement,
          // The same facts give the receipt that admission gave, bit by bit; only who may see the proposal gets it.
          { ...outcome, receipt: proveAdmission(origin, { statement, digest, admittedAt, sealBy }, logKey) },
        ]),
      );
    },
  };
}

const closedInbox: Inbox = {
  admit: () => Promise.reject(new Error('Nothing is admitted while the exchange is being opened')),
  states: () => Promise.resolve(new Map()),
};
