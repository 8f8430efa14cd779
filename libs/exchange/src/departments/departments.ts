import { refuse, type DepartmentView } from '#contracts';
import { checkAgeRecipient, generateSigningKey, importPublicKey, keyIdOf } from '#crypto';
import { checkKeyPossession, proveKeyPossession, recipientDeclarationBytes } from '#ledger';
import { confirmedBy } from '../accounts/confirmed.js';
import { requireRole, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import type { Found, Proposal, Stores } from '../ports.js';
import { propose } from '../proposing.js';
import { refusePersonalData } from '../prose.js';
import { keepSigningKey, keyInForce, signBytesInCustody } from '../signing.js';

/** The competent department's code. Throws Refusal unavailable before set-up. */
async function competentDepartment(stores: Stores): Promise<string> {
  const competent = (await stores.states.departments()).find((held) => held.state.competent);
  if (!competent) throw refuse('unavailable');
  return competent.id;
}

/** Admissions are the competent department's word: its own office head acts at once, others nominate and wait for its approval. */
async function admission(stores: Stores, actor: Actor): Promise<{ issuer: string; approvalBy?: string }> {
  const competent = await competentDepartment(stores);
  return actor.competent ? { issuer: competent } : { issuer: competent, approvalBy: competent };
}

async function knownDepartment(stores: Stores, actor: Actor, code: string): Promise<Found<'department'>> {
  requireRole(actor, 'office-head');
  const department = await stores.states.get('department', code);
  if (!department || (actor.department !== code && !actor.competent)) throw refuse('unknown');
  return department;
}

/** The competent department admits a department to the exchange. */
export class AdmitDepartment {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal not-allowed, already-exists, unknown (parent). */
  async execute(
    actor: Actor,
    request: {
      code: string;
      name: string;
      level: 'province' | 'city' | 'district' | 'street';
      region: string;
      parent?: string | undefined;
    },
  ): Promise<Proposal> {
    requireRole(actor, 'office-head');
    if (!actor.competent) throw refuse('not-allowed');
    refusePersonalData({ name: request.name });
    return this.context.transactions.run(async (stores) => {
      if (await stores.states.get('department', request.code))
        throw refuse('already-exists', { what: request.code }, { field: 'code' });
      if (request.parent !== undefined && !(await stores.states.get('department', request.parent)))
        throw refuse('unknown', {}, { field: 'parent' });
      const { code, parent, ...facts } = request;
      return propose(this.context, stores, actor, {
        type: 'department.admitted',
        issuer: actor.department,
        body: { department: code, ...facts, ...(parent === undefined ? {} : { parent }) },
        sentence: { zh: `准入部门：${request.name}`, en: `Admit the department ${request.name}` },
      });
    });
  }
}

/** Nominates a signing key. With custody `exchange` the exchange makes it and keeps it sealed; `department` brings its own with a proof. */
export class NominateKey {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, bad-key, bad-proof, already-exists. */
  async execute(
    actor: Actor,
    code: string,
    request: { custody: 'exchange' } | { custody: 'department'; publicKey: string; proof: string },
  ): Promise<Proposal> {
    return this.context.transactions.run(async (stores) => {
      const department = await knownDepartment(stores, actor, code);
      const key = request.custody === 'exchange' ? await this.makeKey(stores, code) : this.checkOwnKey(code, request);
      if (await stores.states.get('key', key.keyId)) throw refuse('already-exists', { what: key.keyId }, { field: 'publicKey' });
      return propose(this.context, stores, actor, {
        type: 'key.admitted',
        ...(await admission(stores, actor)),
        body: { department: code, ...key, custody: request.custody },
        sentence: {
          zh: `准入${department.state.name}的签名密钥 ${key.keyId.slice(0, 8)}（${request.custody === 'exchange' ? '平台托管' : '部门自持'}）`,
          en: `Admit the signing key ${key.keyId.slice(0, 8)} of ${department.state.name} (custody: ${request.custody})`,
        },
      });
    });
  }

  private async makeKey(stores: Stores, code: string) {
    const key = generateSigningKey();
    await keepSigningKey(this.context, stores, key);
    const proof = proveKeyPossession(this.context.origin, code, key.publicKey, key.privateSeed);
    return { keyId: key.keyId, publicKey: key.publicKey, proof };
  }

  private checkOwnKey(code: string, request: { publicKey: string; proof: string }) {
    try {
      importPublicKey(request.publicKey);
    } catch {
      throw refuse('bad-key', {}, { field: 'publicKey' });
    }
    checkKeyPossession(this.context.origin, code, request.publicKey, request.proof);
    return { keyId: keyIdOf(request.publicKey), publicKey: request.publicKey, proof: request.proof };
  }
}

interface Ending {
  readonly reason: 'rotated' | 'compromised' | 'closed';
  /** The actor's own, again: with custody `exchange` it must be there. */
  readonly password?: string | undefined;
}

/** Ends a signing key. What it signed before stays verifiable: keys are judged by ledger index. */
export class EndKey {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, not-allowed, password-needed, bad-login, locked-out. */
  async execute(by: Actor, code: string, keyId: string, { reason, password }: Ending): Promise<Proposal> {
    const actor = await confirmedBy(this.context, by, password);
    return this.context.transactions.run(async (stores) => {
      const department = await knownDepartment(stores, actor, code);
      const key = await stores.states.get('key', keyId);
      if (!key || key.state.department !== code) throw refuse('unknown', {}, { field: 'keyId' });
      return propose(this.context, stores, actor, {
        type: 'key.ended',
        // An end needs nobody else's word: a lost key must stop at once.
        issuer: actor.department,
        after: key.state.last,
        body: { department: code, keyId, reason },
        sentence: {
          zh: `结束${department.state.name}的签名密钥 ${keyId.slice(0, 8)}`,
          en: `End the signing key ${keyId.slice(0, 8)} of ${department.state.name}`,
        },
      });
    });
  }
}

/** Nominates an age recipient, declared by the department's own signature: nobody can add one for it. */
export class NominateRecipient {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, bad-recipient, bad-proof, no-key. */
  async execute(
    actor: Actor,
    code: string,
    request: { recipient: string; label: string; keyId?: string | undefined; proof?: string | undefined },
  ): Promise<Proposal> {
    try {
      checkAgeRecipient(request.recipient);
    } catch {
      throw refuse('bad-recipient', {}, { field: 'recipient' });
    }
    refusePersonalData({ label: request.label });
    return this.context.transactions.run(async (stores) => {
      const department = await knownDepartment(stores, actor, code);
      if (await stores.states.get('recipient', request.recipient))
        throw refuse('already-exists', { what: request.recipient }, { field: 'recipient' });
      const declared = await this.declare(stores, code, request);
      return propose(this.context, stores, actor, {
        type: 'recipient.admitted',
        ...(await admission(stores, actor)),
        body: { department: code, recipient: request.recipient, label: request.label, ...declared },
        sentence: {
          zh: `准入${department.state.name}的加密接收公钥「${request.label}」`,
          en: `Admit the recipient “${request.label}” of ${department.state.name}`,
        },
      });
    });
  }

  private async declare(
    stores: Stores,
    code: string,
    request: { recipient: string; keyId?: string | undefined; proof?: string | undefined },
  ) {
    if (request.proof !== undefined && request.keyId !== undefined) return { keyId: request.keyId, proof: request.proof };
    const key = await keyInForce(stores, code);
    if (key.state.custody !== 'exchange') throw refuse('bad-proof', {}, { field: 'proof' });
    const bytes = recipientDeclarationBytes(this.context.origin, code, request.recipient);
    return { keyId: key.id, proof: await signBytesInCustody(this.context, stores, key.id, bytes) };
  }
}

/** Ends a recipient: later deliveries are not encrypted to it. */
export class EndRecipient {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, not-allowed, password-needed, bad-login, locked-out. */
  async execute(by: Actor, code: string, recipient: string, { reason, password }: Ending): Promise<Proposal> {
    const actor = await confirmedBy(this.context, by, password);
    return this.context.transactions.run(async (stores) => {
      const department = await knownDepartment(stores, actor, code);
      const held = await stores.states.get('recipient', recipient);
      if (!held || held.state.department !== code) throw refuse('unknown', {}, { field: 'recipient' });
      return propose(this.context, stores, actor, {
        type: 'recipient.ended',
        issuer: actor.department,
        after: held.state.last,
        body: { department: code, recipient, reason },
        sentence: {
          zh: `结束${department.state.name}的加密接收公钥「${held.state.label}」`,
          en: `End the recipient “${held.state.label}” of ${department.state.name}`,
        },
      });
    });
  }
}

/** Departments with their keys and recipients, ended ones included: they are needed to read old evidence. */
export class ReadDepartments {
  constructor(private readonly context: ExchangeContext) {}

  list(): Promise<DepartmentView[]> {
    return this.context.transactions.run(async (stores) =>
      Promise.all((await stores.states.departments()).map((held) => departmentView(stores, held))),
    );
  }

  get(code: string): Promise<DepartmentView> {
    return this.context.transactions.run(async (stores) => {
      const held = await stores.states.get('department', code);
      if (!held) throw refuse('unknown');
      return departmentView(stores, held);
    });
  }
}

async function departmentView(stores: Stores, held: Found<'department'>): Promise<DepartmentView> {
  const { name, level, region, parent, competent } = held.state;
  const keys = await stores.states.ofDepartment('key', held.id);
  const recipients = await stores.states.ofDepartment('recipient', held.id);
  return {
    code: held.id,
    name,
    level: level as DepartmentView['level'],
    region,
    ...(parent === undefined ? {} : { parent }),
    competent,
    keys: keys.map(({ id, state: { last: _, ...key } }) => ({ keyId: id, ...key })),
    recipients: recipients.map(({ id, state: { last: _, ...recipient } }) => ({ recipient: id, ...recipient })),
  };
}
