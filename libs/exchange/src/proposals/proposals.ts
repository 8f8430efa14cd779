import { idempotencyHeader, refuse, type ProposalView } from '#contracts';
import { seesEverything, type Actor } from '../actor.js';
import { checkCountedPassword } from '../accounts/counted-password.js';
import type { ExchangeContext } from '../context.js';
import type { Page, PageRequest, Proposal, Stores } from '../ports.js';
import { admitProposal, approveProposal, stateBeforeInbox } from '../proposing.js';
import { requireState } from '../require-state.js';
import { commitmentsIn } from './commitments-in.js';

function concerns(actor: Actor, proposal: Proposal): boolean {
  return (
    seesEverything(actor) || [proposal.issuer, proposal.approvalBy, proposal.preparedByDepartment].includes(actor.department)
  );
}

async function locked(stores: Stores, actor: Actor, id: string): Promise<Proposal> {
  const proposal = await stores.proposals.lock(id);
  if (!proposal || !concerns(actor, proposal)) throw refuse('unknown');
  return proposal;
}

/** The office head's approval, after the password again: with custody `exchange` it makes the exchange sign in the department's name. */
export class Approve {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, not-allowed, same-person, wrong-state, bad-login. */
  async execute(actor: Actor, id: string, password: string): Promise<Proposal> {
    const person = await this.context.transactions.run((stores) => stores.people.get(actor.person));
    await checkCountedPassword(this.context, person, password);
    return this.context.transactions.run(async (stores) =>
      approveProposal(this.context, stores, actor, await locked(stores, actor, id)),
    );
  }
}

/** Sends a proposal back, or takes one's own back; nothing of it reaches the ledger. */
export class ReturnProposal {
  constructor(private readonly context: ExchangeContext) {}

  async execute(actor: Actor, id: string, reason: string): Promise<Proposal> {
    return this.context.transactions.run(async (stores) => {
      const proposal = await locked(stores, actor, id);
      const isOwn = proposal.preparedBy === actor.person;
      const isOffice = actor.roles.includes('office-head') && [proposal.approvalBy, proposal.issuer].includes(actor.department);
      if (!isOwn && !isOffice) throw refuse('not-allowed');
      // The same word again (a double click) changes nothing.
      if (proposal.state === 'returned' && proposal.returnReason === reason) return proposal;
      requireState('proposal', isOwn ? 'take-back' : 'return', stateBeforeInbox(proposal));
      const returned: Proposal = { ...proposal, state: 'returned', returnReason: reason };
      await stores.proposals.update(returned);
      return returned;
    });
  }
}

/** Takes the signature that a department made with its own key, on its own side. */
export class SignProposal {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, wrong-state, wrong-issuer, bad-signature, key-not-in-force. Handing the same signature in twice is fine. */
  async execute(actor: Actor, id: string, signature: { keyId: string; signature: string }): Promise<Proposal> {
    return this.context.transactions.run(async (stores) => {
      const proposal = await locked(stores, actor, id);
      if (proposal.issuer !== actor.department) throw refuse('wrong-issuer');
      if (proposal.state === 'admitted') return proposal;
      requireState('proposal', 'sign', stateBeforeInbox(proposal));
      return admitProposal(stores, proposal, { issuer: proposal.issuer, ...signature });
    });
  }
}

/** What waits, and what became of it. */
export class ReadProposals {
  constructor(private readonly context: ExchangeContext) {}

  get(actor: Actor, id: string): Promise<ProposalView> {
    return this.context.transactions.run(async (stores) => {
      const proposal = await stores.proposals.get(id);
      if (!proposal || !concerns(actor, proposal)) throw refuse('unknown');
      return (await proposalViews(stores, [proposal]))[0] as ProposalView;
    });
  }

  list(actor: Actor, state: 'waiting' | 'all', page: PageRequest): Promise<Page<ProposalView>> {
    return this.context.transactions.run(async (stores) => {
      const found = await stores.proposals.list({ department: actor.department, state }, page);
      return { items: await proposalViews(stores, found.items), ...(found.next === undefined ? {} : { next: found.next }) };
    });
  }

  /**
   * The proposal that an equal call has made before, or undefined. Throws Refusal statement-conflict when the id was used by somebody
   * else or for something else.
   */
  again(actor: Actor): Promise<ProposalView | undefined> {
    const { intent } = actor;
    if (intent === undefined) return Promise.resolve(undefined);
    return this.context.transactions.run(async (stores) => {
      const made = await stores.proposals.get(intent.id);
      if (!made) return undefined;
      const isSame =
        made.intent === intent.digest && made.preparedBy === actor.person && made.preparedByDepartment === actor.department;
      if (!isSame) throw refuse('statement-conflict', {}, { field: idempotencyHeader });
      return (await proposalViews(stores, [made]))[0];
    });
  }

  /** The view of a proposal that a use case just made. */
  show(proposal: Proposal): Promise<ProposalView> {
    return this.context.transactions.run(async (stores) => (await proposalViews(stores, [proposal]))[0] as ProposalView);
  }
}

/** Proposals as people see them: the inbox tells what became of admitted ones. */
async function proposalViews(stores: Stores, proposals: readonly Proposal[]): Promise<ProposalView[]> {
  const admitted = proposals.filter((proposal) => proposal.state === 'admitted').map((proposal) => proposal.id);
  const inbox = await stores.inbox.states(admitted);
  const names = await stores.people.names(proposals.map((proposal) => proposal.preparedBy));
  const inEach = proposals.map((proposal) => commitmentsIn(proposal.statement));
  const texts = await stores.texts.get([...new Set(inEach.flat())]);
  return proposals.map((proposal, i) => {
    const held = inbox.get(proposal.id);
    const states = { waiting: 'awaiting-seal', sealed: 'sealed', rejected: 'rejected' } as const;
    return {
      id: proposal.id,
      type: proposal.type,
      state: proposal.state === 'admitted' ? states[held?.state ?? 'waiting'] : proposal.state,
      statement: proposal.statement,
      texts: Object.fromEntries(
        (inEach[i] ?? []).flatMap((commitment) => (texts.has(commitment) ? [[commitment, texts.get(commitment)]] : [])),
      ),
      custody: proposal.custody,
      ...(proposal.approvalBy === undefined ? {} : { approvalBy: proposal.approvalBy }),
      preparedBy: { id: proposal.preparedBy, name: names.get(proposal.preparedBy) ?? '' },
      preparedAt: proposal.preparedAt,
      sentence: proposal.sentence,
      ...(held ? { receipt: held.receipt } : {}),
      ...(held?.index === undefined ? {} : { index: held.index }),
      ...(held?.problem ? { problem: held.problem as ProposalView['problem'] } : {}),
    } as ProposalView;
  });
}
