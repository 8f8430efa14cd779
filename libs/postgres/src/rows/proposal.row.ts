import type { Proposal } from '#exchange';
import { EntitySchema } from 'typeorm';
import { id, instant, json, optionalText, sequence, text, type Row } from './columns.js';

export type ProposalRow = Row<Proposal> & { seq: number };
export const proposalRow = new EntitySchema<ProposalRow>({
  name: 'proposal',
  schema: 'office',
  columns: {
    id: id(),
    seq: sequence(),
    type: text(),
    issuer: text(),
    statement: json(),
    custody: text(),
    approvalBy: optionalText('approval_by'),
    state: text(),
    preparedBy: text('prepared_by'),
    preparedByDepartment: text('prepared_by_department'),
    preparedAt: instant('prepared_at'),
    sentence: json(),
    returnReason: optionalText('return_reason'),
    intent: optionalText(),
  },
});
