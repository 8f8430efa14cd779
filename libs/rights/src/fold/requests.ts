import { refuse, type States } from '#contracts';
import { decideDecision, type RequestStep } from '../decide-decision.js';
import { decideRequest } from '../decide-request.js';
import { checkGrant } from '../grant-terms.js';
import { checkSameId, held, type Folding } from './folding.js';

type Step = 'request.supplement-asked' | 'request.supplemented' | 'request.refused' | 'request.withdrawn';

export function foldRequestSubmitted({ view, sealedAt, statement }: Folding<'request.submitted'>): void {
  const { dataset: id, provider, asked } = statement.body;
  const dataset = held(view, 'dataset', id).state;
  if (statement.issuer === 'exchange') throw refuse('wrong-issuer', { issuer: statement.issuer });
  checkSameId('provider', provider, dataset.provider);
  const decided = decideRequest({ from: statement.issuer, dataset, asked, now: sealedAt });
  if (decided.refused) throw decided.refused;
  view.put('request', statement.id, {
    dataset: id,
    from: statement.issuer,
    to: provider,
    asked,
    state: 'submitted',
    supplementAsked: false,
    receivedAt: sealedAt,
    last: statement.id,
  });
}

export function foldRequestStep(folding: Folding<Step>): void {
  const { view, sealedAt, statement } = folding;
  const { request: id, dataset } = statement.body;
  const request = held(view, 'request', id).state;
  checkSameId('dataset', dataset, request.dataset);
  const decided = decideDecision({ request, issuer: statement.issuer, step: stepOf(statement) });
  if (decided.refused) throw decided.refused;
  const next: States['request'] = { ...request, ...decided.ok, last: statement.id };
  switch (statement.type) {
    case 'request.supplement-asked':
      next.supplementAsked = true;
      break;
    case 'request.supplemented': {
      const { asked } = statement.body;
      const still = decideRequest({ from: request.from, dataset: held(view, 'dataset', dataset).state, asked, now: sealedAt });
      if (still.refused) throw still.refused;
      next.asked = asked;
      break;
    }
    case 'request.refused':
      next.decidedAt = sealedAt;
      next.refusalCode = statement.body.code;
      break;
    case 'request.withdrawn':
      break;
  }
  view.put('request', id, next);
}

function stepOf(statement: Folding<Step>['statement']): RequestStep {
  switch (statement.type) {
    case 'request.supplement-asked':
      return { kind: 'supplement-asked' };
    case 'request.supplemented':
      return { kind: 'supplemented' };
    case 'request.refused':
      return { kind: 'refuse', code: statement.body.code };
    case 'request.withdrawn':
      return { kind: 'withdraw' };
  }
}

export function foldRightGranted({ view, sealedAt, statement }: Folding<'right.granted'>): void {
  const { request: id, dataset: datasetId, decision, condition, terms } = statement.body;
  const request = held(view, 'request', id).state;
  const dataset = held(view, 'dataset', datasetId).state;
  checkSameId('dataset', datasetId, request.dataset);
  checkSameId('terms.dataset', terms.dataset, datasetId);
  const decided = decideDecision({ request, issuer: statement.issuer, step: { kind: 'grant' } });
  if (decided.refused) throw decided.refused;
  const fault = checkGrant({ request, dataset, decision, condition, terms, now: sealedAt });
  if (fault) throw fault;
  if (terms.version !== 'latest') {
    checkSameId('terms.version', held(view, 'version', terms.version).state.dataset, datasetId);
  }
  view.put('request', id, { ...request, ...decided.ok, decidedAt: sealedAt, right: statement.id, last: statement.id });
  view.put('right', statement.id, {
    request: id,
    terms,
    decision,
    state: 'in-force',
    grantedAt: sealedAt,
    usedPulls: 0,
    usedRows: 0,
    day: '',
    dayPulls: 0,
    last: statement.id,
  });
}
