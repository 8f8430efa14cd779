import type { Statement, StatementType } from '#contracts';
import type { Entry } from '../entry.js';
import { EvidenceFault } from './faults.js';
import { entryFile, manifestFile, type EvidenceQuestion } from './manifest.js';

const makes = { right: 'right.granted', delivery: 'pull.signed', dataset: 'dataset.entered' } as const satisfies Record<
  string,
  StatementType
>;

/**
 * Checks that the entries listed for a question are about it, and that the one which makes its object is among them. Throws EvidenceFault
 * `object-missing`, `object-other`. That one was left out nobody can tell from the bundle.
 */
export function checkAnswers(question: EvidenceQuestion, entries: readonly Entry[]): void {
  const isAbout = 'from' in question ? within(question) : about(question, entries);
  for (const entry of entries) if (!isAbout(entry)) throw new EvidenceFault('object-other', entryFile(entry.index));
}

const within =
  ({ from, until }: { from: string; until: string }) =>
  ({ sealedAt }: Entry): boolean =>
    sealedAt >= from && sealedAt < until;

function about(question: Exclude<EvidenceQuestion, { from: string }>, entries: readonly Entry[]): (entry: Entry) => boolean {
  const [[kind, id]] = Object.entries(question) as [[keyof typeof makes, string]];
  const maker = entries.find(({ statement }) => statement.id === id && statement.type === makes[kind]);
  if (!maker) throw new EvidenceFault('object-missing', manifestFile);
  // A right's request does not name the right: the grant names the request.
  const { request } = maker.statement.body as { request?: string };
  const names = (statement: Statement, key: string, object: string | undefined): boolean =>
    object !== undefined && (statement.id === object || (statement.body as Record<string, unknown>)[key] === object);
  return ({ statement }) => names(statement, kind, id) || (kind === 'right' && names(statement, 'request', request));
}
