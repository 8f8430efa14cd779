import { refuse, type States } from '#contracts';
import { no, yes, type Decided } from './decided.js';

export type EndType = 'right.suspended' | 'right.resumed' | 'right.terminated';

export interface EndQuestion {
  readonly right: States['right'];
  /** The department that signs. */
  readonly issuer: string;
  /** Whether it is the competent department. */
  readonly competent: boolean;
  readonly type: EndType;
}

const next = {
  'right.suspended': { from: ['in-force'], to: 'suspended' },
  'right.resumed': { from: ['suspended'], to: 'in-force' },
  'right.terminated': { from: ['in-force', 'suspended'], to: 'terminated' },
} as const satisfies Record<EndType, { from: readonly States['right']['state'][]; to: States['right']['state'] }>;

/**
 * Whether a right is suspended, resumed or terminated, and what it becomes. The provider and the competent department may
 * (Art. 27); what the competent department suspended only it resumes. Terminated is final.
 */
export function decideEnd({ right, issuer, competent, type }: EndQuestion): Decided<{ state: States['right']['state'] }> {
  if (issuer !== right.terms.grantor && !competent) return no(refuse('wrong-issuer'));
  const step = next[type];
  if (!(step.from as readonly string[]).includes(right.state)) {
    return no(refuse('transition-not-allowed', { state: right.state, type }));
  }
  if (type === 'right.resumed' && right.endedBy !== issuer && !competent) return no(refuse('suspended-by-competent'));
  return yes({ state: step.to });
}
