import type { StateKind, Statement, StatementType } from '#contracts';

/** Types that this fold applies; the others are the register's (departments, keys, recipients, memberships). */
export const rightsTypes = [
  'dataset.entered',
  'dataset.changed',
  'version.published',
  'request.submitted',
  'request.supplement-asked',
  'request.supplemented',
  'request.refused',
  'request.withdrawn',
  'right.granted',
  'right.suspended',
  'right.resumed',
  'right.terminated',
  'pull.signed',
  'pull.refused',
  'delivery.decided',
  'delivery.prepared',
  'delivery.failed',
  'delivery.cancelled',
  'delivery.served',
  'receipt.signed',
  'use.recorded',
] as const satisfies readonly StatementType[];

export type RightsType = (typeof rightsTypes)[number];
export type RightsStatement = Statement<RightsType>;

const typeSet: ReadonlySet<string> = new Set(rightsTypes);

export function isRightsStatement(statement: Statement): statement is RightsStatement {
  return typeSet.has(statement.type);
}

export interface ObjectId {
  readonly kind: StateKind;
  readonly id: string;
}

/**
 * The object that a statement is about and whose last statement its `after` must name. Undefined for what creates an object of its own
 * (`dataset.entered`, `request.submitted`, `pull.signed`) and for what only adds to one (`delivery.served`, `use.recorded`): these
 * carry no `after`, so two of them never stand in each other's way.
 */
export function objectOf(statement: Pick<RightsStatement, 'type' | 'body'>): ObjectId | undefined {
  const { type, body } = statement as RightsStatement;
  switch (type) {
    case 'dataset.entered':
    case 'request.submitted':
    case 'pull.signed':
    case 'delivery.served':
    case 'use.recorded':
      return undefined;
    case 'dataset.changed':
    case 'version.published':
      return { kind: 'dataset', id: body.dataset };
    case 'request.supplement-asked':
    case 'request.supplemented':
    case 'request.refused':
    case 'request.withdrawn':
    case 'right.granted':
      return { kind: 'request', id: body.request };
    case 'right.suspended':
    case 'right.resumed':
    case 'right.terminated':
      return { kind: 'right', id: body.right };
    case 'pull.refused':
    case 'delivery.decided':
    case 'delivery.prepared':
    case 'delivery.failed':
    case 'delivery.cancelled':
    case 'receipt.signed':
      return { kind: 'delivery', id: body.delivery };
  }
}

/**
 * Whether the statement must carry the approval of the issuer's office head: every request and every reply to one (Art. 20). By rule
 * nobody decides, so nobody approves.
 */
export function needsApproval(statement: Pick<Statement, 'type' | 'body'>): boolean {
  const { type, body } = statement as Statement;
  switch (type) {
    case 'request.submitted':
    // What is asked may have changed, so the office answers for it anew.
    case 'request.supplemented':
    case 'request.supplement-asked':
    case 'request.refused':
      return true;
    case 'right.granted':
      return body.decision !== 'by-rule';
    default:
      return false;
  }
}
