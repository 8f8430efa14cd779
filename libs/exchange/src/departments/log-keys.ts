import { refuse, type States } from '#contracts';
import { LOG, proveKeyPossession } from '#ledger';
import { confirmedBy } from '../accounts/confirmed.js';
import type { Actor } from '../actor.js';
import { requireRole } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import { makeLogKey } from '../log-key.js';
import type { Proposal, Stores } from '../ports.js';
import { propose } from '../proposing.js';

interface LogKeyEnding {
  readonly reason: 'rotated' | 'compromised' | 'lost';
  readonly password?: string | undefined;
}

/** The keys that the log ever had, the newest first. */
export class ReadLogKeys {
  constructor(private readonly context: ExchangeContext) {}

  async execute(): Promise<(States['key'] & { keyId: string })[]> {
    const keys = await this.context.transactions.run(({ states }) => states.ofDepartment('key', LOG));
    return keys
      .map(({ id, state }) => ({ ...state, keyId: id }))
      .toSorted((a, b) => b.admittedAt - a.admittedAt || (a.keyId < b.keyId ? -1 : 1));
  }
}

/**
 * Makes a key for the log, which the exchange keeps sealed, and has it admitted: only the competent department says by which keys the
 * log speaks. From its admission on both sign, until the old one is ended. docs/formats/keys.md.
 */
export class NominateLogKey {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal not-allowed. */
  async execute(actor: Actor): Promise<Proposal> {
    requireCompetentHead(actor);
    const { vault, origin, transactions } = this.context;
    // Kept before it is proposed: where every other key is lost, it signs the receipt for its own admission. A crash in between leaves a
    // key that nobody ever hears of.
    const { keyId, publicKey, privateSeed } = await transactions.run(({ secrets }) => makeLogKey(vault, secrets));
    return transactions.run(async (stores) => {
      const proof = proveKeyPossession(origin, LOG, publicKey, privateSeed);
      return propose(this.context, stores, actor, {
        type: 'key.admitted',
        issuer: actor.department,
        body: { department: LOG, keyId, publicKey, proof, custody: 'exchange' },
        sentence: { zh: `准入账本密钥 ${keyId.slice(0, 8)}`, en: `Admit the log key ${keyId.slice(0, 8)}` },
      });
    });
  }
}

/** Ends a key of the log: what it signed before its end stays evidence. The last one in force cannot be ended. */
export class EndLogKey {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal not-allowed, unknown, password-needed, bad-login, locked-out. */
  async execute(by: Actor, keyId: string, { reason, password }: LogKeyEnding): Promise<Proposal> {
    requireCompetentHead(by);
    const actor = await confirmedBy(this.context, by, password);
    return this.context.transactions.run(async (stores) => {
      const { last } = await knownLogKey(stores, keyId);
      return propose(this.context, stores, actor, {
        type: 'key.ended',
        issuer: actor.department,
        after: last,
        body: { department: LOG, keyId, reason },
        sentence: { zh: `结束账本密钥 ${keyId.slice(0, 8)}`, en: `End the log key ${keyId.slice(0, 8)}` },
      });
    });
  }
}

function requireCompetentHead(actor: Actor): void {
  requireRole(actor, 'office-head');
  if (!actor.competent) throw refuse('not-allowed');
}

async function knownLogKey(stores: Stores, keyId: string): Promise<States['key']> {
  const key = await stores.states.get('key', keyId);
  if (key?.state.department !== LOG) throw refuse('unknown', {}, { field: 'keyId' });
  return key.state;
}
