import { refuse, type StateKind, type Statement, type StateView } from '#contracts';

/** The object that a statement is about. */
export interface Subject {
  readonly kind: StateKind;
  readonly id: string;
  /** Whether the statement creates the object, follows the last statement about it, or does whichever fits. */
  readonly does: 'create' | 'follow' | 'create-or-follow';
}

/** How people and the trail name a membership. */
export function membershipId(person: string, department: string): string {
  return `${person}:${department}`;
}

/**
 * Which object a statement is about: the one place that says so, for every type. A statement that follows names in `after` the last
 * statement about its object (`last` of its state); all others have no `after`.
 *
 * Served bytes and accounts of use are added to a delivery or a right without an order of their own: several downloads may end at
 * once, and a receipt must not become stale because one did.
 */
export function subjectOf(statement: Statement): Subject | undefined {
  const { body, id, type } = statement;
  switch (type) {
    case 'ledger.opened':
      return { kind: 'department', id: body.competent.department, does: 'create' };
    case 'department.admitted':
      return { kind: 'department', id: body.department, does: 'create' };
    case 'key.admitted':
      return { kind: 'key', id: body.keyId, does: 'create' };
    case 'key.ended':
      return { kind: 'key', id: body.keyId, does: 'follow' };
    case 'recipient.admitted':
      return { kind: 'recipient', id: body.recipient, does: 'create' };
    case 'recipient.ended':
      return { kind: 'recipient', id: body.recipient, does: 'follow' };
    case 'membership.granted':
      return { kind: 'membership', id: membershipId(body.person, body.department), does: 'create-or-follow' };
    case 'membership.ended':
      return { kind: 'membership', id: membershipId(body.person, body.department), does: 'follow' };
    case 'dataset.entered':
      return { kind: 'dataset', id, does: 'create' };
    case 'dataset.changed':
    case 'version.published':
      return { kind: 'dataset', id: body.dataset, does: 'follow' };
    case 'request.submitted':
      return { kind: 'request', id, does: 'create' };
    case 'request.supplement-asked':
    case 'request.supplemented':
    case 'request.refused':
    case 'request.withdrawn':
    case 'right.granted':
      return { kind: 'request', id: body.request, does: 'follow' };
    case 'right.suspended':
    case 'right.resumed':
    case 'right.terminated':
      return { kind: 'right', id: body.right, does: 'follow' };
    case 'pull.signed':
      return { kind: 'delivery', id, does: 'create' };
    case 'pull.refused':
    case 'delivery.decided':
    case 'delivery.prepared':
    case 'delivery.failed':
    case 'delivery.cancelled':
    case 'receipt.signed':
      return { kind: 'delivery', id: body.delivery, does: 'follow' };
    case 'delivery.served':
    case 'use.recorded':
      return undefined;
  }
}

/**
 * Checks that a statement follows the last one about its object, or creates an object that is new. Throws Refusal `stale-after`,
 * `unknown` (it follows what does not exist) or `already-exists`.
 */
export function checkAfter(view: StateView, statement: Statement): void {
  const subject = subjectOf(statement);
  const held = subject && view.get(subject.kind, subject.id);
  if (held && subject.does === 'create') throw refuse('already-exists', { what: subject.id });
  if (subject?.does === 'follow' && !held) throw refuse('unknown', {}, { field: 'body' });
  if (statement.after !== held?.state.last) throw refuse('stale-after', {}, { field: 'after' });
}
