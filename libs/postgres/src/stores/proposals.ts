import { refuse } from '#contracts';
import type { Proposal, Proposals } from '#exchange';
import { Brackets } from 'typeorm';
import { announceIn } from '../announce.js';
import type { Change } from '../listen.js';
import { limitOf, openCursor, pageOf } from '../page.js';
import { asRow, present } from '../rows/columns.js';
import { proposalRow } from '../rows/proposal.row.js';
import { isDuplicate, type Scope } from '../scope.js';

/** The advisory lock's own space, so that nothing else of ours waits for it. */
const onItsWayLock = 0x70726f70;
const waiting = ['awaiting-approval', 'awaiting-signature'];
const changing = ['statement', 'custody', 'approvalBy', 'state', 'sentence', 'returnReason'] as const;

function changeOf({ id, issuer, approvalBy, preparedByDepartment }: Proposal): Change {
  return { kind: 'proposal', id, departments: [issuer, preparedByDepartment, ...(approvalBy === undefined ? [] : [approvalBy])] };
}

/** Statements on their way to a signature. */
export function proposalsOf({ manager, client }: Scope): Proposals {
  return {
    async add(proposal) {
      try {
        await manager.insert(proposalRow, proposal);
        await announceIn(client, [changeOf(proposal)]);
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
      await announceIn(client, [changeOf(proposal)]);
    },
    // Two stewards at once: the second waits here until the first is through, and then finds what it made.
    async onItsWay(object, issuer, types) {
      await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [onItsWayLock, object]);
      const { rows } = await client.query<{ id: string }>(
        `SELECT p.id FROM office.proposal p
         WHERE p.about @> ARRAY[$1] AND p.issuer = $2 AND p.type = ANY($3::text[])
           AND (p.state IN ('awaiting-approval', 'awaiting-signature') OR (p.state = 'admitted'
             AND EXISTS (SELECT FROM ledger.ledger_inbox i WHERE i.statement_id = p.id AND i.state = 'waiting')))
         ORDER BY p.seq LIMIT 1`,
        [object, issuer, types],
      );
      return rows[0] && this.get(rows[0].id);
    },
    async list({ department, state, preparedBy, about, types }, page) {
      const limit = limitOf(page);
      const oldestFirst = state !== 'all' && state !== 'returned';
      const query = manager
        .createQueryBuilder(proposalRow, 'p')
        .orderBy('p.seq', oldestFirst ? 'ASC' : 'DESC')
        .limit(limit + 1);
      if (state === 'waiting') query.andWhere('p.state IN (:...waiting)', { waiting });
      else if (state !== 'all') query.andWhere('p.state = :state', { state });
      if (preparedBy !== undefined) query.andWhere('p.preparedBy = :preparedBy', { preparedBy });
      if (about !== undefined) query.andWhere('p.about @> ARRAY[:about]', { about });
      if (types !== undefined) query.andWhere('p.type IN (:...types)', { types: [...types] });
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
