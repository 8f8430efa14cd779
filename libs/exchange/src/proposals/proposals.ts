import { idempotencyHeader, refuse, type ProposalView } from '#contracts';
import { seesEverything, type Actor } from '../actor.js';
import { confirmedBy } from '../accounts/confirmed.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { Page, PageRequest, Proposal, ProposalFilter, Stores } from '../ports.js';
import { admitProposal, approveProposal, stateBeforeInbox } from '../proposing.js';
import { requireState } from '../require-state.js';
import { proposalViews } from './proposal-views.js';

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
    await confirmedBy(this.context, actor, password);
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
      return (await this.views(stores, [proposal]))[0] as ProposalView;
    });
  }

  /** Those of the actor's department; of an object, those of everybody for who sees everything. */
  list(
    actor: Actor,
    filter: Omit<ProposalFilter, 'department' | 'preparedBy'> & { mine?: boolean | undefined },
    page: PageRequest,
  ): Promise<Page<ProposalView>> {
    const { mine = false, ...asked } = filter;
    const seesAll = asked.about !== undefined && seesEverything(actor);
    const own = { ...(seesAll ? {} : { department: actor.department }), ...(mine ? { preparedBy: actor.person } : {}) };
    return this.context.transactions.run(async (stores) => {
      const found = await stores.proposals.list({ ...asked, ...own }, page);
      return { items: await this.views(stores, found.items), ...(found.next === undefined ? {} : { next: found.next }) };
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
      return (await this.views(stores, [made]))[0];
    });
  }

  /** The view of a proposal that a use case just made. */
  show(proposal: Proposal): Promise<ProposalView> {
    return this.context.transactions.run(async (stores) => (await this.views(stores, [proposal]))[0] as ProposalView);
  }

  private views(stores: Stores, proposals: readonly Proposal[]): Promise<ProposalView[]> {
    return proposalViews(stores, proposals, instantNow(this.context));
  }
}
