import { refuse, type States } from '#contracts';
import { no, yes, type Decided } from './decided.js';

/** The four ways in which a provider replies (答复), and the requester's own step. */
export type RequestStep =
  | { readonly kind: 'grant' }
  | { readonly kind: 'supplement-asked' }
  | { readonly kind: 'supplemented' }
  | { readonly kind: 'refuse'; readonly code: string | undefined }
  | { readonly kind: 'withdraw' };

type RequestState = States['request']['state'];

const steps = {
  grant: { by: 'to', from: ['submitted'], to: 'granted' },
  'supplement-asked': { by: 'to', from: ['submitted'], to: 'supplement-asked' },
  supplemented: { by: 'from', from: ['supplement-asked'], to: 'submitted' },
  // What was asked for may never come.
  refuse: { by: 'to', from: ['submitted', 'supplement-asked'], to: 'refused' },
  withdraw: { by: 'from', from: ['submitted', 'supplement-asked'], to: 'withdrawn' },
} as const satisfies Record<RequestStep['kind'], { by: 'from' | 'to'; from: readonly RequestState[]; to: RequestState }>;

/** Whether a step is open to this department, and the request's next state. A supplement is asked for once (Art. 21). */
export function decideDecision(question: {
  readonly request: States['request'];
  readonly issuer: string;
  readonly step: RequestStep;
}): Decided<{ state: RequestState }> {
  const { request, issuer, step } = question;
  const rule = steps[step.kind];
  if (issuer !== request[rule.by]) return no(refuse('wrong-issuer'));
  if (!(rule.from as readonly string[]).includes(request.state)) {
    return no(refuse('transition-not-allowed', { state: request.state, type: step.kind }));
  }
  if (step.kind === 'supplement-asked' && request.supplementAsked) return no(refuse('supplement-once'));
  if (step.kind === 'refuse' && !step.code) return no(refuse('reason-missing', {}, { field: 'code' }));
  return yes({ state: rule.to });
}
