import { refuse, type Held, type Refusal, type Role, type StatementBody, type StatementType, type StateView } from '#contracts';
import { keyIdOf, SignatureError } from '#crypto';
import type { Entry } from './entry.js';
import { checkKeyPossession, checkRecipientDeclaration } from './possession.js';
import { membershipId } from './subject.js';

/** What a fold sees of an entry. Its signatures are checked before any fold sees it, and `after` too. */
export type FoldedEntry = Pick<Entry, 'index' | 'sealedAt' | 'statement'>;

/** Applies an entry to the states, or throws a Refusal that says why the entry may not be. Types that are not its own it ignores. */
export type Fold = (view: StateView, entry: FoldedEntry) => void;

/**
 * The register's law: who may admit and end departments, keys, recipients and memberships. Only the competent department admits
 * departments, keys and recipients; a department may end its own, and keeps its own memberships. docs/formats/keys.md.
 */
export const foldRegister: Fold = (view, { index, statement }) => {
  const { type, body, issuer, origin, id } = statement;
  switch (type) {
    case 'ledger.opened': {
      const { key, ...facts } = body.competent;
      if (index !== 0) throw refuse('transition-not-allowed', { state: 'opened', type });
      if (issuer !== facts.department) throw refuse('wrong-issuer', {}, { field: 'issuer' });
      if (facts.parent !== undefined) throw refuse('unknown', {}, { field: 'body.competent.parent' });
      // The log key speaks for the log and the exchange's key for its decisions: neither may pass for the other, nor for a department.
      if (new Set([key.publicKey, body.exchangeKey.publicKey, body.logKey.publicKey]).size < 3) throw refuse('bad-key');
      for (const each of [key, body.exchangeKey, body.logKey]) checkKeyId(each);
      checkKeyPossession(origin, facts.department, key.publicKey, key.proof);
      putDepartment(view, facts, true, 0, id);
      view.put('key', key.keyId, {
        department: facts.department,
        publicKey: key.publicKey,
        custody: key.custody,
        admittedAt: 0,
        last: id,
      });
      for (const [department, { keyId, publicKey }] of [
        ['exchange', body.exchangeKey],
        [LOG, body.logKey],
      ] as const) {
        view.put('key', keyId, { department, publicKey, custody: 'exchange', admittedAt: 0, last: id });
      }
      return;
    }

    case 'department.admitted':
      checkCompetent(view, issuer);
      if (body.parent !== undefined && !view.get('department', body.parent)) {
        throw refuse('unknown', {}, { field: 'body.parent' });
      }
      putDepartment(view, body, false, index, id);
      return;

    case 'key.admitted':
      checkCompetent(view, issuer);
      checkKeyId(body);
      checkKeyPossession(origin, body.department, body.publicKey, body.proof);
      if (body.department !== LOG) stampKeys(view, body.department, index);
      view.put('key', body.keyId, {
        department: body.department,
        publicKey: body.publicKey,
        custody: body.custody,
        admittedAt: index,
        last: id,
      });
      return;

    case 'key.ended': {
      const state = ownedState(view, 'key', body.keyId, body.department);
      if (state.endedAt !== undefined) throw ended(type);
      // Without a key of the competent department nobody could ever be admitted again, and without one of the log nothing be signed.
      if (mustKeepOne(view, issuer, body.department) && keysInForce(view, body.department).length < 2)
        throw refuse('transition-not-allowed', { state: 'last-key', type });
      if (body.department !== LOG) stampKeys(view, body.department, index);
      view.put('key', body.keyId, { ...state, endedAt: index, endReason: body.reason, last: id });
      return;
    }

    case 'recipient.admitted': {
      checkCompetent(view, issuer);
      const key = view.get('key', body.keyId)?.state;
      if (!key || key.department !== body.department || key.endedAt !== undefined) {
        throw refuse('key-not-in-force', { keyId: body.keyId }, { field: 'body.keyId' });
      }
      checkRecipientDeclaration(origin, body.department, body.recipient, body.proof, key.publicKey);
      stampKeys(view, body.department, index);
      view.put('recipient', body.recipient, { department: body.department, label: body.label, admittedAt: index, last: id });
      return;
    }

    case 'recipient.ended': {
      const state = ownedState(view, 'recipient', body.recipient, body.department);
      if (state.endedAt !== undefined) throw ended(type);
      checkOwnOrCompetent(view, issuer, body.department);
      stampKeys(view, body.department, index);
      view.put('recipient', body.recipient, { ...state, endedAt: index, endReason: body.reason, last: id });
      return;
    }

    case 'membership.granted':
      checkOwnOrCompetent(view, issuer, body.department);
      checkRoles(body.roles);
      putMembership(view, body, body.roles, id);
      return;

    case 'membership.ended': {
      checkOwnOrCompetent(view, issuer, body.department);
      const held = view.get('membership', membershipId(body.person, body.department));
      if (!held || held.state.roles.length === 0) throw ended(type);
      putMembership(view, body, [], id);
      return;
    }

    default:
  }
};

function checkCompetent(view: StateView, issuer: string): void {
  if (view.get('department', issuer)?.state.competent !== true) throw refuse('wrong-issuer', {}, { field: 'issuer' });
}

/** The department itself or the competent one; answers the state of the department that the statement names. */
function checkOwnOrCompetent(view: StateView, issuer: string, department: string) {
  const held = view.get('department', department);
  if (!held) throw refuse('unknown', {}, { field: 'body.department' });
  if (issuer !== department) checkCompetent(view, issuer);
  return held.state;
}

function checkKeyId(key: { keyId: string; publicKey: string }): void {
  let keyId: string;
  try {
    keyId = keyIdOf(key.publicKey);
  } catch (error) {
    if (error instanceof SignatureError) throw refuse('bad-key', {}, { field: 'publicKey' });
    throw error;
  }
  if (keyId !== key.keyId) throw refuse('bad-key', {}, { field: 'keyId' });
}

function checkRoles(roles: readonly Role[]): void {
  if (new Set(roles).size < roles.length) throw refuse('bad-input', { field: 'body.roles' }, { field: 'body.roles' });
  if (roles.includes('supervisor') && roles.includes('operator')) throw refuse('roles-exclude');
}

/** Whether the owner of a key may never be without one. Refuses an issuer that may not end it. */
function mustKeepOne(view: StateView, issuer: string, owner: string): boolean {
  if (owner !== LOG) return checkOwnOrCompetent(view, issuer, owner).competent;
  checkCompetent(view, issuer);
  return true;
}

/** The owner of the log's keys, where a department's code stands otherwise. */
export const LOG = 'log';

/** The keys of a department, or of the log, that are in force in this view, the newest first. */
export function keysInForce(view: StateView, owner: string): (Held<'key'> & { readonly id: string })[] {
  return view
    .ofDepartment('key', owner)
    .filter(({ state }) => state.endedAt === undefined)
    .toSorted((a, b) => b.state.admittedAt - a.state.admittedAt);
}

/** A key or recipient that the statement says is the department's. */
function ownedState<K extends 'key' | 'recipient'>(view: StateView, kind: K, id: string, department: string) {
  const held = view.get(kind, id);
  if (!held || held.state.department !== department) throw refuse('unknown', {}, { field: 'body' });
  return held.state;
}

/** Keys or recipients of the department changed with this entry: a decision computed before it is stale. */
function stampKeys(view: StateView, department: string, index: number): void {
  const held = view.get('department', department);
  if (!held) throw refuse('unknown', {}, { field: 'body.department' });
  view.put('department', department, { ...held.state, keysAt: index });
}

function putDepartment(
  view: StateView,
  facts: StatementBody<'department.admitted'>,
  competent: boolean,
  keysAt: number,
  last: string,
): void {
  const { department, name, level, region, parent } = facts;
  view.put('department', department, {
    name,
    level,
    region,
    ...(parent === undefined ? {} : { parent }),
    competent,
    keysAt,
    last,
  });
}

function putMembership(view: StateView, of: { person: string; department: string }, roles: Role[], last: string): void {
  const { person, department } = of;
  view.put('membership', membershipId(person, department), { person, department, roles, last });
}

function ended(type: StatementType): Refusal {
  return refuse('transition-not-allowed', { state: 'ended', type });
}
