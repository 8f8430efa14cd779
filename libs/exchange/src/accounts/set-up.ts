import { refuse, newStatementId, type Role, type Statement } from '#contracts';
import { generateSigningKey, hashPassword, randomId, randomSecret, sha256Hex } from '#crypto';
import { proveKeyPossession, signStatement } from '#ledger';
import { instantNow, type ExchangeContext } from '../context.js';
import type { Stores } from '../ports.js';
import { propose } from '../proposing.js';
import { makeFirstLogKey } from '../log-key.js';
import { keepSigningKey } from '../signing.js';
import { untilSealed } from '../until-sealed.js';
import { checkPasswordStrength } from './sessions.js';

const linkMs = 7 * 86_400_000;

export interface SetUpRequest {
  readonly token: string;
  readonly department: { code: string; name: string; level: 'province' | 'city' | 'district' | 'street'; region: string };
  readonly officeHead: { login: string; name: string; password: string };
  readonly operator: { login: string; name: string; password: string };
}

/** Opens a one-time set-up link, in place of an earlier one. Undefined when the exchange is set up already. */
export async function openSetUpLink(context: ExchangeContext): Promise<string | undefined> {
  return context.transactions.run(async (stores) => {
    if ((await stores.people.count()) > 0) return undefined;
    const secret = randomSecret();
    await stores.credentials.openSetup(sha256Hex(secret), new Date(context.clock.now().getTime() + linkMs).toISOString());
    return secret;
  });
}

/**
 * Sets an empty exchange up: seals entry 0 (origin, the exchange's keys, the competent department and its first key) and appoints the
 * first two people. A crash in between leaves the link open, and the same call goes on from there.
 */
export class SetUp {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal setup-closed, weak-password, bad-uscc. */
  async execute(request: SetUpRequest): Promise<{ department: string; officeHead: string; operator: string }> {
    checkPasswordStrength(request.officeHead.login, request.officeHead.password);
    checkPasswordStrength(request.operator.login, request.operator.password);
    if (request.officeHead.login === request.operator.login)
      throw refuse('already-exists', { what: request.operator.login }, { field: 'operator.login' });
    const opened = await this.context.transactions.run((stores) => this.openLedger(stores, request));
    await untilSealed(this.context, [opened]);
    const [officeHeadHash, operatorHash] = await Promise.all([
      hashPassword(request.officeHead.password),
      hashPassword(request.operator.password),
    ]);
    const done = await this.context.transactions.run(async (stores) => {
      if (!(await stores.credentials.closeSetup(sha256Hex(request.token), instantNow(this.context))))
        throw refuse('setup-closed');
      const officeHead = await this.appoint(stores, request, request.officeHead, officeHeadHash, ['office-head']);
      const operator = await this.appoint(stores, request, request.operator, operatorHash, ['operator']);
      return { officeHead, operator };
    });
    await untilSealed(this.context, [done.officeHead.proposal, done.operator.proposal]);
    return { department: request.department.code, officeHead: done.officeHead.person, operator: done.operator.person };
  }

  private async openLedger(stores: Stores, request: SetUpRequest): Promise<string> {
    if (!(await stores.credentials.isSetupOpen(sha256Hex(request.token), instantNow(this.context)))) throw refuse('setup-closed');
    const { origin } = this.context;
    const opening = await stores.secrets.get('opening');
    // Entry 0 was admitted by an earlier try that did not get further.
    if (opening) return opening.toString('utf8');
    const [exchangeKey, competentKey] = [generateSigningKey(), generateSigningKey()];
    for (const key of [exchangeKey, competentKey]) await keepSigningKey(this.context, stores, key);
    const logKey = await makeFirstLogKey(this.context.vault, stores.secrets);
    const { code, ...facts } = request.department;
    const statement: Statement<'ledger.opened'> = {
      v: 1,
      type: 'ledger.opened',
      origin,
      id: newStatementId(),
      issuer: code,
      keyId: competentKey.keyId,
      alg: 'ed25519',
      at: instantNow(this.context),
      body: {
        competent: {
          department: code,
          ...facts,
          key: {
            keyId: competentKey.keyId,
            publicKey: competentKey.publicKey,
            custody: 'exchange',
            proof: proveKeyPossession(origin, code, competentKey.publicKey, competentKey.privateSeed),
          },
        },
        exchangeKey: { keyId: exchangeKey.keyId, publicKey: exchangeKey.publicKey },
        logKey: { keyId: logKey.keyId, publicKey: logKey.publicKey },
        inForce: this.context.inForce,
      },
    };
    await stores.inbox.admit(statement, [
      signStatement(statement, competentKey.privateSeed),
      signStatement(statement, exchangeKey.privateSeed, { issuer: 'exchange', keyId: exchangeKey.keyId }),
    ]);
    await stores.secrets.put('opening', Buffer.from(statement.id));
    return statement.id;
  }

  private async appoint(
    stores: Stores,
    request: SetUpRequest,
    who: { login: string; name: string },
    passwordHash: string,
    roles: Role[],
  ): Promise<{ person: string; proposal: string }> {
    const person = randomId();
    await stores.people.add({ id: person, login: who.login, name: who.name, passwordHash });
    const department = request.department.code;
    const proposal = await propose(
      this.context,
      stores,
      { person, department, roles, competent: true },
      {
        type: 'membership.granted',
        issuer: department,
        body: { department, person, roles },
        sentence: { zh: '首次任命', en: 'First appointment' },
      },
    );
    return { person, proposal: proposal.id };
  }
}
