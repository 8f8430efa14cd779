import { refuse } from '#contracts';
import type { Proposal, Proposals } from '#exchange';
import { Brackets } from 'typeorm';
import { limitOf, openCursor, pageOf } from '../page.js';
import { asRow, present } from '../rows/columns.js';
import { proposalRow } from '../rows/proposal.row.js';
import { isDuplicate, type Scope } from '../scope.js';

const waiting = ['awaiting-approval', 'awaiting-signature'];
const changing = ['statement', 'custody', 'approvalBy', 'state', 'sentence', 'returnReason'] as const;

/** Statements on their way to a signature. */
export function proposalsOf({ manager }: Scope): Proposals {
  return {
    async add(proposal) {
      try {
        await manager.insert(proposalRow, proposal);
      } catch (error) {
        if (isDuplicate(error)) throw refuse('already-exists', { what: proposal.id });
        throw error;
      }
    },
    async lock(id) {
      const row = await manager.findOne(proposalRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
      return row ? present<Proposal>(row, 'seq') : undefined;
    },
    async get(id) {
      const row = await manager.findOneBy(proposalRow, { id });
      return row ? present<Proposal>(row, 'seq') : undefined;
    },
    // Who prepared it, when, and as whom it speaks never change.
    async update(proposal) {
      const { affected } = await manager.update(
        proposalRow,
        { id: proposal.id },
        asRow<Pick<Proposal, (typeof changing)[number]>>(proposal, changing),
      );
      if (affected !== 1) throw refuse('unknown');
    },
    async list({ department, state }, page) {
      const limit = limitOf(page);
      const oldestFirst = state === 'waiting';
      const query = manager
        .createQueryBuilder(proposalRow, 'p')
        .orderBy('p.seq', oldestFirst ? 'ASC' : 'DESC')
        .limit(limit + 1);
      if (oldestFirst) query.andWhere('p.state IN (:...waiting)', { waiting });
      if (department !== undefined) {
        const sides = 'p.issuer = :department OR p.approvalBy = :department OR p.preparedByDepartment = :department';
        query.andWhere(new Brackets((either) => either.where(sides, { department })));
      }
      const after = openCursor<[number]>(page, 'number');
      if (after) query.andWhere(oldestFirst ? 'p.seq > :seq' : 'p.seq < :seq', { seq: after[0] });
      return pageOf(
        await query.getMany(),
        limit,
        ({ seq }) => [seq],
        (row) => present<Proposal>(row, 'seq'),
      );
    },
  };
}
