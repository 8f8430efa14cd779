import { refuse, type Held, type StateKind, type StateView } from '#contracts';
import { needsApproval, objectOf, type RightsStatement, type RightsType } from '../statement-object.js';

/** One entry on its way into the projections. */
export interface FoldingOf<S extends RightsStatement> {
  readonly view: StateView;
  readonly index: number;
  readonly sealedAt: string;
  readonly statement: S;
}
export type Folding<T extends RightsType = RightsType> = FoldingOf<Extract<RightsStatement, { readonly type: T }>>;

/** The state, or Refusal `unknown`: a statement about what was never sealed. */
export function held<K extends StateKind>(view: StateView, kind: K, id: string): Held<K> {
  const found = view.get(kind, id);
  if (!found) throw refuse('unknown', { kind, id });
  return found;
}

export function checkIssuer(statement: RightsStatement, expected: string): void {
  if (statement.issuer !== expected) throw refuse('wrong-issuer', { issuer: statement.issuer });
}

/** Checks that an id that the body repeats (so that the sealer finds everything at once) is the one that the object has. */
export function checkSameId(field: string, stated: string, actual: string): void {
  if (stated !== actual) throw refuse('ids-disagree', { field }, { field: `body.${field}` });
}

/** `after` names the last statement about the object; what creates an object, or only adds to one, has none. */
export function checkAfter({ view, statement }: Folding): void {
  const object = objectOf(statement);
  const expected = object && held(view, object.kind, object.id).state.last;
  if (statement.after !== expected) throw refuse('stale-after', {}, { field: 'after' });
}

/** Every approval named is by a present office head of that office; where the law asks for one, the issuer's own is among them. */
export function checkApprovals({ view, statement }: Folding): void {
  const approvals = statement.approvals ?? [];
  for (const { office, person } of approvals) {
    const roles = view.get('membership', `${person}:${office}`)?.state.roles;
    if (!roles?.includes('office-head')) throw refuse('approval-not-valid', { office }, { field: 'approvals' });
  }
  if (needsApproval(statement) && !approvals.some(({ office }) => office === statement.issuer)) {
    throw refuse('approval-missing', {}, { field: 'approvals' });
  }
}
