import { actionsOn, type ProposalView, type RequestView, type Who } from '#contracts';

/** What somebody has to do with an entry of the inbox; `underway` waits for others. */
export type Task = 'answer' | 'approve' | 'sign' | 'underway';

export interface InboxEntry {
  readonly key: string;
  readonly task: Task;
  readonly path: string;
  readonly since: string;
  readonly due: string | undefined;
  readonly workingDaysLeft: number | undefined;
  readonly request?: RequestView;
  readonly proposal?: ProposalView;
}

/** The sides of a proposal, for the table of states. */
export function partiesOf(proposal: ProposalView) {
  return { issuer: proposal.statement.issuer, approver: proposal.approvalBy, preparer: proposal.preparedBy.id };
}

export function entryOfProposal(proposal: ProposalView, who: Who): InboxEntry {
  const can = new Set(actionsOn('proposal', proposal.state, who, partiesOf(proposal)).map(({ name }) => name));
  return {
    key: proposal.id,
    task: can.has('approve') ? 'approve' : can.has('sign') ? 'sign' : 'underway',
    path: `/inbox/proposals/${proposal.id}`,
    since: proposal.preparedAt,
    due: proposal.due,
    workingDaysLeft: proposal.workingDaysLeft,
    proposal,
  };
}

export function entryOfRequest(request: RequestView): InboxEntry {
  return {
    key: request.id,
    task: 'answer',
    path: `/inbox/requests/${request.id}`,
    since: request.receivedAt,
    due: request.due,
    workingDaysLeft: request.workingDaysLeft,
    request,
  };
}

/** What waits: requests without a decision under way, and proposals. Late ones first, then oldest first. */
export function waitingList(requests: readonly RequestView[], proposals: readonly ProposalView[], who: Who): InboxEntry[] {
  const answered = new Set(proposals.flatMap(({ statement: { body } }) => ('request' in body ? [body.request] : [])));
  return [
    ...requests.filter(({ id }) => !answered.has(id)).map(entryOfRequest),
    ...proposals.map((proposal) => entryOfProposal(proposal, who)),
  ].toSorted((a, b) => lateness(a) - lateness(b) || (a.since < b.since ? -1 : 1));
}

const lateness = ({ workingDaysLeft: left }: InboxEntry) => (left !== undefined && left < 0 ? left : 0);
