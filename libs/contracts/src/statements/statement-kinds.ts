import type { Sentence } from '../routes/views.js';
import type { StatementType } from './bodies.js';

/** What kind of act a statement is, for lists and charts that tell kinds apart at a glance. */
export const statementKinds = ['grant', 'delivery', 'end', 'refusal', 'register'] as const;
export type StatementKind = (typeof statementKinds)[number];

export const statementKindWords: Record<StatementKind, Sentence> = {
  grant: { zh: '申请与授权', en: 'Requests and grants' },
  delivery: { zh: '提取与提供', en: 'Pulls and deliveries' },
  end: { zh: '暂停与终止', en: 'Ends' },
  refusal: { zh: '拒绝与失败', en: 'Refusals and failures' },
  register: { zh: '登记与发布', en: 'Register and catalogue' },
};

const kinds: Record<StatementType, StatementKind> = {
  'ledger.opened': 'register',
  'department.admitted': 'register',
  'key.admitted': 'register',
  'key.ended': 'end',
  'recipient.admitted': 'register',
  'recipient.ended': 'end',
  'membership.granted': 'register',
  'membership.ended': 'end',
  'dataset.entered': 'register',
  'dataset.changed': 'register',
  'version.published': 'register',
  'request.submitted': 'grant',
  'request.supplement-asked': 'grant',
  'request.supplemented': 'grant',
  'request.refused': 'refusal',
  'request.withdrawn': 'grant',
  'right.granted': 'grant',
  'right.suspended': 'end',
  'right.resumed': 'grant',
  'right.terminated': 'end',
  'pull.signed': 'delivery',
  'pull.refused': 'refusal',
  'delivery.decided': 'delivery',
  'delivery.prepared': 'delivery',
  'delivery.failed': 'refusal',
  'delivery.cancelled': 'end',
  'delivery.served': 'delivery',
  'receipt.signed': 'delivery',
  'use.recorded': 'delivery',
};

export function kindOfStatement(type: StatementType): StatementKind {
  return kinds[type];
}
/** The types of a kind, in the order in which they happen. */
export function typesOfKind(kind: StatementKind): StatementType[] {
  return (Object.keys(kinds) as StatementType[]).filter((type) => kinds[type] === kind);
}
