import type { EntryView, ProposalView, Sentence, StatementType } from '#contracts';

/** One thing that happened to a request, or is about to: a statement with whoever prepared, approved and sealed it. */
export interface JourneyStep {
  readonly id: string;
  readonly type: StatementType;
  /** Of a grant: how it was decided. */
  readonly decision?: string | undefined;
  readonly by?: string | undefined;
  readonly prepared?: { readonly name: string; readonly at: string } | undefined;
  /** A name only within the own department; of others it is known that their office head approved. */
  readonly approved?: { readonly name: string | undefined; readonly at: string } | undefined;
  readonly sealed?: { readonly index: number; readonly at: string } | undefined;
  /** What was written with it, for those who may read it. */
  readonly said?: { readonly label: 'missing' | 'answer' | 'reason' | 'condition'; readonly text: string } | undefined;
  /** Where it stands while it is not sealed. */
  readonly state?: Exclude<ProposalView['state'], 'sealed'> | undefined;
  readonly returnReason?: string | undefined;
  readonly problem?: Sentence | undefined;
}

/** Types of entries that make up the journey of a request. */
export const journeyTypes = [
  'request.submitted',
  'request.supplement-asked',
  'request.supplemented',
  'request.refused',
  'request.withdrawn',
  'right.granted',
] as const satisfies readonly StatementType[];

/**
 * The journey of a request in the order in which it went: what the ledger has of it, with the names that the department's own proposals
 * add, and what has not reached the ledger.
 */
export function journeyOf(request: string, entries: readonly EntryView[], proposals: readonly ProposalView[]): JourneyStep[] {
  const types: readonly StatementType[] = journeyTypes;
  const byStatement = new Map<string, JourneyStep>();
  for (const { id, type, state, statement, texts, ...proposal } of proposals) {
    if (!types.includes(type) || requestOf(id, statement.body) !== request) continue;
    byStatement.set(id, {
      id,
      type,
      decision: decisionOf(statement.body),
      by: proposal.about.departments.find(({ code }) => code === statement.issuer)?.name,
      // The rule of an entry has no name.
      prepared: { name: proposal.preparedBy.name, at: proposal.preparedAt },
      approved: proposal.approval && { name: proposal.approval.person.name, at: proposal.approval.at },
      said: saidIn(statement.body, texts),
      state: state === 'sealed' ? undefined : state,
      returnReason: proposal.returnReason,
      problem: proposal.problem?.title,
    });
  }
  for (const { index, sealedAt, type, statement, issuerName, texts } of entries) {
    if (!types.includes(type) || requestOf(statement.id, statement.body) !== request) continue;
    const own = byStatement.get(statement.id);
    const approval = statement.approvals?.[0];
    byStatement.set(statement.id, {
      id: statement.id,
      type,
      decision: decisionOf(statement.body),
      by: issuerName,
      prepared: own?.prepared,
      approved: own?.approved ?? (approval && { name: undefined, at: approval.at }),
      said: saidIn(statement.body, texts),
      sealed: { index, at: sealedAt },
    });
  }
  const timeOf = (step: JourneyStep) => step.sealed?.at ?? step.prepared?.at ?? '';
  return [...byStatement.values()].toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
}

function requestOf(id: string, body: unknown): string {
  return (body as { request?: string }).request ?? id;
}

const saidFields = ['missing', 'answer', 'reason', 'condition'] as const;

/** The prose behind the first commitment of a body that has one; undefined where it was erased or may not be read. */
function saidIn(body: unknown, texts: ProposalView['texts']): JourneyStep['said'] {
  for (const label of saidFields) {
    const text = texts[(body as Record<string, string>)[label] ?? '']?.text;
    if (text) return { label, text };
  }
  return undefined;
}

function decisionOf(body: unknown): string | undefined {
  return (body as { decision?: string }).decision;
}
