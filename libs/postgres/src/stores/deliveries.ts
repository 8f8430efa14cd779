import { refuse } from '#contracts';
import type { DeliveryWork, Download, Downloads, Work } from '#exchange';
import { In } from 'typeorm';
import { announceIn } from '../announce.js';
import { present } from '../rows/columns.js';
import { attemptRow, downloadRow, workRow } from '../rows/delivery.row.js';
import type { Scope } from '../scope.js';

/** How far each preparation is. */
export function deliveriesOf({ manager, client }: Scope): DeliveryWork {
  return {
    async get(delivery) {
      const row = await manager.findOneBy(workRow, { delivery });
      return row ? present<Work>(row) : undefined;
    },
    async getMany(deliveries) {
      const rows = await manager.findBy(workRow, { delivery: In([...deliveries]) });
      return new Map(rows.map((row) => [row.delivery, present<Work>(row)]));
    },
    async set(delivery, change) {
      await manager.upsert(workRow, { ...change, delivery }, ['delivery']);
      const { rows } = await client.query<{ grantor: string; grantee: string }>(
        'SELECT grantor, grantee FROM projection.delivery WHERE id = $1',
        [delivery],
      );
      await announceIn(
        client,
        rows.map(({ grantor, grantee }) => ({ kind: 'delivery', id: delivery, departments: [grantor, grantee] })),
      );
    },
    async requestCancel(delivery) {
      await client.query(
        `INSERT INTO office.delivery_work (delivery, cancel_requested) VALUES ($1, true)
         ON CONFLICT (delivery) DO UPDATE SET cancel_requested = true`,
        [delivery],
      );
      await client.query("SELECT pg_notify('quanlian_cancel', $1)", [delivery]);
    },
    async addAttempt(attempt) {
      await manager.insert(attemptRow, attempt);
    },
    async attempt(id) {
      const row = await manager.findOneBy(attemptRow, { id });
      return row ? { id: row.id, delivery: row.delivery, objectName: row.objectName } : undefined;
    },
    async attempts(delivery) {
      const rows = await manager.find(attemptRow, { where: { delivery }, order: { at: 'ASC', id: 'ASC' } });
      return rows.map(({ id, objectName }) => ({ id, objectName }));
    },
    async objectNames() {
      const { rows } = await client.query<{ name: string }>(
        `SELECT a.object_name AS name FROM office.delivery_attempt a LEFT JOIN office.delivery_work w USING (delivery)
         WHERE w.payload_removed_at IS NULL`,
      );
      return new Set(rows.map(({ name }) => name));
    },
  };
}

/** What left, at most: raised before bytes are handed over, so that no crash under-counts. */
export function downloadsOf({ manager, client }: Scope): Downloads {
  return {
    async start(download) {
      await manager.insert(downloadRow, { ...download, bytesAtMost: 0, complete: false, recorded: false });
    },
    // Locked until the transaction ends: who reads the count to record it must not be overtaken by a chunk.
    async get(id) {
      const row = await manager.findOne(downloadRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
      return row ? present<Download>(row) : undefined;
    },
    // A download that somebody took for dead is recorded in the ledger with what it had. It must not go on: what it handed over from
    // now on would be counted nowhere.
    async raise(id, bytesAtMost) {
      const { rowCount } = await client.query(
        `UPDATE office.download SET bytes_at_most = greatest(bytes_at_most, $2::bigint), heard_at = clock_timestamp()
         WHERE id = $1 AND ended_at IS NULL AND NOT recorded`,
        [id, bytesAtMost],
      );
      if (rowCount !== 1) throw refuse('wrong-state', { state: 'ended' });
    },
    async end(id, at, bytesAtMost, complete) {
      await client.query(
        `UPDATE office.download SET bytes_at_most = $3, complete = $4, ended_at = $2, heard_at = clock_timestamp()
         WHERE id = $1 AND ended_at IS NULL AND NOT recorded`,
        [id, at, bytesAtMost, complete],
      );
    },
    // Locks them: a download that is not dead after all waits in `raise` until they are recorded, and is then refused.
    async unrecorded(silentSince, limit) {
      const rows = await manager
        .createQueryBuilder(downloadRow, 'd')
        .where('NOT d.recorded AND (d.endedAt IS NOT NULL OR d.heardAt < :silentSince)', { silentSince })
        .orderBy('d.heardAt')
        .limit(limit)
        .setLock('pessimistic_write')
        .setOnLocked('skip_locked')
        .getMany();
      return rows.map((row) => present<Download>(row, 'heardAt'));
    },
    async markRecorded(id) {
      await manager.update(downloadRow, { id }, { recorded: true });
    },
  };
}
