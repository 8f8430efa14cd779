import { Refusal } from '#contracts';
import { importSigningKey, type NativeKey, randomId, type Vault } from '#crypto';
import { LogKeys, makeFirstLogKey, type Clock, type ExchangeContext, type Inbox, type Transactions } from '#exchange';
import { encodeStatement, openEntry, proveAdmission, proveSealed } from '#ledger';
import type pg from 'pg';
import type { Database } from './database.js';
import {
  inboxOutcomes,
  inboxRinger,
  logKeysIn,
  makeAdmission,
  readEntry,
  readHead,
  type Admit,
  type LogKeyOf,
} from './ledger/index.js';
import { postgresTransactions } from './transactions.js';

export interface ContextSettings {
  readonly vault: Vault;
  readonly clock: Clock;
  /** The ledger's name as set; entry 0 decides once it is sealed. */
  readonly origin?: string;
  /** For entry 0, at set-up; `durable` unless given. */
  readonly inForce?: 'durable' | 'witnessed';
  /** Called after each commit by which something came into the inbox, besides the message to whoever seals: for a sealer in this process. */
  readonly onAdmitted?: () => void;
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
  const opening = await readEntry(database.pool, 0);
  const origin = await openOrigin(withoutInbox, opening?.bytes, settings.origin);
  const logKeys = new LogKeys(vault, withoutInbox);
  // With an entry there is a key that signed for it: another one is admitted, never just made.
  if (!opening) await withoutInbox.run(({ secrets }) => makeFirstLogKey(vault, secrets));
  // To make one costs as much as a signature; the log has a handful in its life.
  const nativeKeys = new Map<string, NativeKey>();
  const logKeyOf: LogKeyOf = async (keyIds) => {
    const { keyId, privateSeed } = await logKeys.forReceipts(keyIds);
    const privateKey = nativeKeys.get(keyId) ?? importSigningKey(privateSeed);
    nativeKeys.set(keyId, privateKey);
    return { keyId, privateKey };
  };
  const ring = inboxRinger(database.pool);
  const admit = makeAdmission({ origin, logKeyOf, now: () => clock.now(), ring: 'after-commit' });
  return {
    vault,
    clock,
    origin,
    logKeys,
    inForce: settings.inForce ?? 'durable',
    transactions: postgresTransactions(
      database,
      (client, admitted) => inboxOn(client, admit, origin, logKeyOf, admitted),
      () => {
        settings.onAdmitted?.();
        ring();
      },
    ),
  };
}

async function openOrigin(
  transactions: Transactions,
  entry0: Uint8Array | undefined,
  wanted: string | undefined,
): Promise<string> {
  if (entry0) {
    const sealed = openEntry(entry0).entry.statement.origin;
    if (wanted !== undefined && wanted !== sealed) throw new OriginDiffers(wanted, sealed);
    return sealed;
  }
  return transactions.run(async ({ secrets }) => {
    // Not a secret, but it must be one for all processes, and it is needed before the ledger has an entry.
    if (wanted !== undefined) await secrets.put('origin', Buffer.from(wanted));
    else await secrets.putIfAbsent('origin', Buffer.from(`quanlian.local/${randomId().slice(0, 12)}`));
    return (await secrets.get('origin'))?.toString('utf8') ?? '';
  });
}

function inboxOn(client: pg.ClientBase, admit: Admit, origin: string, logKeyOf: LogKeyOf, admitted: () => void): Inbox {
  return {
    async admit(statement, signatures) {
      const receipt = await admit(client, encodeStatement(statement), signatures);
      admitted();
      return receipt;
    },
    async proveSealed(statement, { index, leafHash, sealedAt }) {
      const { epoch } = await readHead(client);
      const logKey = await logKeyOf(await logKeysIn(client));
      return proveSealed(origin, { statement, index, leafHash, sealedAt, epoch }, logKey);
    },
    async states(ids) {
      const outcomes = await inboxOutcomes(client, ids);
      if (outcomes.size === 0) return new Map();
      const logKey = await logKeyOf(await logKeysIn(client)).catch(lostIsNone);
      return new Map(
        [...outcomes].map(([statement, { digest, admittedAt, sealBy, ...outcome }]) => [
          statement,
          // The same facts give the receipt that admission gave, bit by bit while the log's key is the same; only who may see the proposal gets it.
          {
            ...outcome,
            ...(logKey ? { receipt: proveAdmission(origin, { statement, digest, admittedAt, sealBy }, logKey) } : {}),
          },
        ]),
      );
    },
  };
}

/** Who only reads goes on without receipts. */
function lostIsNone(error: unknown): undefined {
  if (error instanceof Refusal && error.code === 'log-key-lost') return undefined;
  throw error;
}

const closedInbox: Inbox = {
  admit: () => Promise.reject(new Error('Nothing is admitted while the exchange is being opened')),
  states: () => Promise.resolve(new Map()),
  proveSealed: () => Promise.reject(new Error('Nothing is proven while the exchange is being opened')),
};
