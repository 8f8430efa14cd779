import {
  needsPasswordAgain,
  refuse,
  newStatementId,
  type Approval,
  type ProposalView,
  type Sentence,
  type Statement,
  type StatementBody,
  type StatementType,
} from '#contracts';
import type { Actor } from './actor.js';
import { instantNow, type ExchangeContext } from './context.js';
import type { Proposal, Stores } from './ports.js';
import { requireState } from './require-state.js';
import { keyInForce, signInCustody } from './signing.js';

/** What an actor wants the ledger to say. */
export interface Proposed<T extends StatementType> {
  readonly type: T;
  readonly body: StatementBody<T>;
  /** The department that says it; its key signs. */
  readonly issuer: string;
  /** The last statement about the object, when there is one. */
  readonly after?: string;
  /** The department whose office head must approve first, if one must. */
  readonly approvalBy?: string;
  readonly sentence: Sentence;
  readonly id?: string;
}

/**
 * Puts a statement on its way: it waits for its approval, then for its signature, and is admitted to the ledger's inbox as soon as it
 * has both. With custody `exchange` and no approval outstanding that is at once, in this transaction; what cannot be taken back then
 * needs the actor's password again. Throws Refusal no-key, password-needed, statement-conflict, decision-waiting.
 */
export async function propose<T extends StatementType>(
  context: ExchangeContext,
  stores: Stores,
  actor: Actor,
  proposed: Proposed<T>,
): Promise<Proposal> {
  const key = await keyInForce(stores, proposed.issuer);
  const { custody } = key.state;
  const waitsForApproval = proposed.approvalBy !== undefined;
  if (needsPasswordAgain({ type: proposed.type, custody, waitsForApproval }) && actor.confirmed !== true)
    throw refuse('password-needed', {}, { field: 'password' });
  const now = instantNow(context);
  const id = proposed.id ?? actor.intent?.id ?? newStatementId();
  // An id that the ledger knows already belongs to something else.
  if (id === actor.intent?.id && (await stores.inbox.states([id])).size > 0) throw refuse('statement-conflict');
  await refuseSecond(stores, proposed);
  const statement = {
    v: 1,
    type: proposed.type,
    origin: context.origin,
    id,
    issuer: proposed.issuer,
    keyId: key.id,
    alg: 'ed25519',
    at: now,
    ...(proposed.after === undefined ? {} : { after: proposed.after }),
    body: proposed.body,
  } as Statement;
  const proposal: Proposal = {
    id: statement.id,
    type: statement.type,
    issuer: statement.issuer,
    statement,
    custody,
    ...(proposed.approvalBy === undefined ? {} : { approvalBy: proposed.approvalBy }),
    state: waitsForApproval ? 'awaiting-approval' : 'awaiting-signature',
    preparedBy: actor.person,
    preparedByDepartment: actor.department,
    preparedAt: now,
    sentence: proposed.sentence,
    ...(actor.intent?.id === id ? { intent: actor.intent.digest } : {}),
  };
  await stores.proposals.add(proposal);
  return proposal.state === 'awaiting-signature' ? signIfInCustody(context, stores, proposal) : proposal;
}

/** Statements that reply to a request. */
export const replyTypes: readonly StatementType[] = ['request.supplement-asked', 'request.refused', 'right.granted'];

/** Of these only one may be on its way about an object: the second would only be refused when it is sealed. */
const oneAtATime: readonly (readonly StatementType[])[] = [
  replyTypes,
  ['request.supplemented'],
  ['request.withdrawn'],
  ['right.suspended'],
  ['right.resumed'],
  ['right.terminated'],
  ['receipt.signed'],
];

async function refuseSecond(
  stores: Stores,
  { type, body, issuer }: { type: StatementType; body: object; issuer: string },
): Promise<void> {
  const types = oneAtATime.find((group) => group.includes(type));
  if (!types) return;
  const { request, right, delivery } = body as { request?: string; right?: string; delivery?: string };
  const before = await stores.proposals.onItsWay(delivery ?? request ?? right ?? '', issuer, types);
  if (!before) return;
  const names = await stores.people.names([before.preparedBy]);
  throw refuse('decision-waiting', { name: names.get(before.preparedBy) ?? '–', proposal: before.id });
}

/** Adds the office head's approval to the statement, which the department's signature then covers. */
export async function approveProposal(
  context: ExchangeContext,
  stores: Stores,
  actor: Actor,
  proposal: Proposal,
): Promise<Proposal> {
  // The same approval again (a double click) changes nothing.
  if (proposal.state !== 'awaiting-approval' && approvedBy(proposal)?.person === actor.person) return proposal;
  requireState('proposal', 'approve', stateBeforeInbox(proposal));
  if (proposal.approvalBy !== actor.department || !actor.roles.includes('office-head')) throw refuse('not-allowed');
  if (proposal.preparedBy === actor.person) throw refuse('same-person');
  const now = instantNow(context);
  const approval: Approval = { office: actor.department, role: 'office-head', person: actor.person, at: now };
  // The key may have rotated while the proposal waited; it is chosen again, since nothing is signed yet.
  const key = await keyInForce(stores, proposal.issuer);
  const statement = { ...proposal.statement, at: now, keyId: key.id, approvals: [approval] } as Statement;
  const approved: Proposal = { ...proposal, statement, custody: key.state.custody, state: 'awaiting-signature' };
  await stores.proposals.update(approved);
  return signIfInCustody(context, stores, approved);
}

/** The office head's approval in a proposal's statement, once it is given. */
export function approvedBy({ statement }: Proposal): Approval | undefined {
  return statement.approvals?.[0];
}

/** The state that people see of a proposal, before the inbox is asked what became of it. */
export function stateBeforeInbox({ state }: Proposal): ProposalView['state'] {
  return state === 'admitted' ? 'awaiting-seal' : state;
}

async function signIfInCustody(context: ExchangeContext, stores: Stores, proposal: Proposal): Promise<Proposal> {
  if (proposal.custody !== 'exchange') return proposal;
  return admitProposal(stores, proposal, await signInCustody(context, stores, proposal.statement));
}

/** Hands the signed statement to the ledger's inbox; the inbox checks the signature. */
export async function admitProposal(
  stores: Stores,
  proposal: Proposal,
  signature: { issuer: string; keyId: string; signature: string },
): Promise<Proposal> {
  await stores.inbox.admit(proposal.statement, [signature]);
  const admitted: Proposal = { ...proposal, state: 'admitted' };
  await stores.proposals.update(admitted);
  return admitted;
}
