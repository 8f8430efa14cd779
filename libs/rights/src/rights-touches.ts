import type { Statement } from '#contracts';
import { isRightsStatement, type ObjectId, type RightsStatement } from './statement-object.js';

/** A state that the fold may read, or all recipients of a department. */
export type Touch = ObjectId | { readonly kind: 'recipient'; readonly ofDepartment: string };

/**
 * Everything that folding a statement reads, by ids that its own bytes name: the sealer loads it in one go. What the statement itself
 * creates is not among it.
 */
export function rightsTouches(statement: Statement): Touch[] {
  if (!isRightsStatement(statement)) return [];
  const approvers: Touch[] = (statement.approvals ?? []).map(({ person, office }) => ({
    kind: 'membership',
    id: `${person}:${office}`,
  }));
  return [...bodyTouches(statement), ...approvers];
}

function bodyTouches({ type, issuer, body }: RightsStatement): Touch[] {
  switch (type) {
    case 'dataset.entered':
      return [];
    case 'dataset.changed':
    case 'version.published':
    case 'request.submitted':
      return [{ kind: 'dataset', id: body.dataset }];
    case 'request.supplement-asked':
    case 'request.supplemented':
    case 'request.refused':
    case 'request.withdrawn':
      return [
        { kind: 'request', id: body.request },
        { kind: 'dataset', id: body.dataset },
      ];
    case 'right.granted': {
      const { version } = body.terms;
      return [
        { kind: 'request', id: body.request },
        { kind: 'dataset', id: body.dataset },
        ...(version === 'latest' ? [] : [{ kind: 'version' as const, id: version }]),
      ];
    }
    case 'right.suspended':
    case 'right.resumed':
    case 'right.terminated':
      return [
        { kind: 'right', id: body.right },
        { kind: 'department', id: issuer },
      ];
    case 'pull.signed':
    case 'use.recorded':
      return [{ kind: 'right', id: body.right }];
    case 'delivery.decided':
      return [
        { kind: 'delivery', id: body.delivery },
        { kind: 'right', id: body.right },
        { kind: 'dataset', id: body.dataset },
        { kind: 'version', id: body.version },
        ...(body.since
          ? [
              { kind: 'delivery' as const, id: body.since.delivery },
              { kind: 'version' as const, id: body.since.version },
            ]
          : []),
        { kind: 'department', id: body.grantee },
        { kind: 'recipient', ofDepartment: body.grantee },
      ];
    case 'delivery.prepared':
    case 'delivery.failed':
    case 'delivery.cancelled':
    case 'delivery.served':
      return [
        { kind: 'delivery', id: body.delivery },
        { kind: 'right', id: body.right },
      ];
    case 'pull.refused':
    case 'receipt.signed':
      return [{ kind: 'delivery', id: body.delivery }];
  }
}
