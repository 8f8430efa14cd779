import type { ProposalView } from '#contracts';
import type { Proposal, Stores } from '../ports.js';
import { approvedBy } from '../proposing.js';
import { commitmentsIn } from './commitments-in.js';
import { objectsOf } from './objects-of.js';

/** Proposals as people see them: the inbox tells what became of admitted ones. However many, the same few queries. */
export async function proposalViews(stores: Stores, proposals: readonly Proposal[], now: string): Promise<ProposalView[]> {
  const admitted = proposals.filter((proposal) => proposal.state === 'admitted').map((proposal) => proposal.id);
  const inbox = await stores.inbox.states(admitted);
  const approvals = proposals.map(approvedBy);
  const objects = await objectsOf(stores, proposals, now);
  const names = await stores.people.names([
    ...proposals.map((proposal) => proposal.preparedBy),
    ...approvals.flatMap((approval) => (approval === undefined ? [] : [approval.person])),
  ]);
  const inEach = proposals.map((proposal) => commitmentsIn(proposal.statement));
  const texts = await stores.texts.get([...new Set(inEach.flat())]);
  return proposals.map((proposal, i) => {
    const held = inbox.get(proposal.id);
    const approval = approvals[i];
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
      ...objects[i],
      ...(approval
        ? { approval: { person: { id: approval.person, name: names.get(approval.person) ?? '' }, at: approval.at } }
        : {}),
      ...(proposal.returnReason === undefined ? {} : { returnReason: proposal.returnReason }),
      ...(held?.receipt ? { receipt: held.receipt } : {}),
      ...(held?.index === undefined ? {} : { index: held.index }),
      ...(held?.problem ? { problem: held.problem as ProposalView['problem'] } : {}),
    } as ProposalView;
  });
}
