import type { ProposalView } from '../routes/views.js';
import type { StatementType } from '../statements/bodies.js';
import type { Role } from '../vocabulary.js';

/** What nobody can take back once it is sealed: a right or a key that ended stays ended. */
const lasting: ReadonlySet<StatementType> = new Set<StatementType>(['right.terminated', 'key.ended', 'recipient.ended']);

/** Who ends things on their own word; what a steward prepares waits for the office head. */
export function actsAlone(roles: readonly Role[]): boolean {
  return roles.includes('office-head') || roles.includes('supervisor');
}

/**
 * Whether the person who prepares a statement gives the password again. Only where nobody else's word follows: an approval asks its
 * office head for one, and a key that the department keeps itself signs on the department's own side.
 */
export function needsPasswordAgain(of: {
  readonly type: StatementType;
  readonly custody: ProposalView['custody'];
  /** An office head must approve first. */
  readonly waitsForApproval: boolean;
}): boolean {
  return lasting.has(of.type) && of.custody === 'exchange' && !of.waitsForApproval;
}
