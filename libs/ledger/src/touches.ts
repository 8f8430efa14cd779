import type { StateKind, Statement, StatementType, StateView } from '#contracts';
import { membershipId, subjectOf } from './subject.js';

/** A state that applying a statement reads or changes: one by its id, or all keys or recipients of a department. */
export type Touch =
  | { readonly kind: StateKind; readonly id: string }
  | { readonly kind: 'key' | 'recipient'; readonly ofDepartment: string };

/**
 * Which states a statement touches, so that a whole batch is loaded at once. Where that depends on another state, the function looks
 * into `known` and is asked again when more is loaded. A fold that reads what nobody named stops the sealer: that is a bug.
 */
export type Touches = (statement: Statement, known: StateView) => Iterable<Touch>;

const objects = ['dataset', 'version', 'request', 'right', 'delivery'] as const;

/** What the register's fold, the check of `after`, the signer and the trail read. */
export function registerTouches(statement: Statement): Touch[] {
  const touches: Touch[] = [{ kind: 'key', id: statement.keyId }];
  const subject = subjectOf(statement);
  if (subject) touches.push({ kind: subject.kind, id: subject.id });
  // Who is on either side of an object stands in its state: the trail of a department finds the entry by it.
  const body: Readonly<Record<string, unknown>> = statement.body;
  for (const kind of objects) {
    const id = body[kind];
    if (typeof id === 'string') touches.push({ kind, id });
  }
  switch (statement.type) {
    case 'ledger.opened':
      touches.push(
        { kind: 'key', id: statement.body.competent.key.keyId },
        { kind: 'key', id: statement.body.exchangeKey.keyId },
        { kind: 'key', id: statement.body.logKey.keyId },
      );
      break;
    case 'department.admitted':
      touches.push({ kind: 'department', id: statement.issuer });
      if (statement.body.parent !== undefined) touches.push({ kind: 'department', id: statement.body.parent });
      break;
    case 'recipient.admitted':
      touches.push({ kind: 'key', id: statement.body.keyId });
      touches.push({ kind: 'department', id: statement.issuer }, { kind: 'department', id: statement.body.department });
      break;
    case 'key.ended':
      touches.push({ kind: 'key', ofDepartment: statement.body.department });
      touches.push({ kind: 'department', id: statement.issuer }, { kind: 'department', id: statement.body.department });
      break;
    case 'membership.granted':
    case 'membership.ended':
      touches.push({ kind: 'membership', id: membershipId(statement.body.person, statement.body.department) });
      touches.push({ kind: 'department', id: statement.issuer }, { kind: 'department', id: statement.body.department });
      break;
    case 'key.admitted':
    case 'recipient.ended':
      touches.push({ kind: 'department', id: statement.issuer }, { kind: 'department', id: statement.body.department });
      break;
    default:
  }
  return touches;
}

const ends: ReadonlySet<StatementType> = new Set<StatementType>([
  'right.suspended',
  'right.terminated',
  'key.ended',
  'recipient.ended',
  'membership.ended',
]);

/** Whether a statement takes something away, and so goes before all others that wait (promise 8). */
export function goesFirst(type: StatementType): boolean {
  return ends.has(type);
}
