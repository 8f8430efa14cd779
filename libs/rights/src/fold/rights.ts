import type { States } from '#contracts';
import { decideEnd, type EndType } from '../decide-end.js';
import { checkIssuer, checkSameId, held, type Folding } from './folding.js';

/** An end changes the right alone: deliveries under it stop because every step and every chunk asks the right. */
export function foldEnd({ view, sealedAt, statement }: Folding<EndType>): void {
  const { right: id, dataset } = statement.body;
  const right = held(view, 'right', id).state;
  checkSameId('dataset', dataset, right.terms.dataset);
  const competent = view.get('department', statement.issuer)?.state.competent ?? false;
  const decided = decideEnd({ right, issuer: statement.issuer, competent, type: statement.type });
  if (decided.refused) throw decided.refused;
  const { endedAt: _endedAt, endCode: _endCode, endedBy: _endedBy, ...rest } = right;
  const next: States['right'] = { ...rest, ...decided.ok, last: statement.id };
  if (statement.type !== 'right.resumed') {
    next.endedAt = sealedAt;
    next.endCode = statement.body.code;
    next.endedBy = statement.issuer;
  }
  view.put('right', id, next);
}

/** Use and disposal are words of the grantee that stand in the trail; no state changes. */
export function foldUseRecorded({ view, statement }: Folding<'use.recorded'>): void {
  const { terms } = held(view, 'right', statement.body.right).state;
  checkSameId('dataset', statement.body.dataset, terms.dataset);
  checkIssuer(statement, terms.grantee);
}
