import { setTimeout as sleep } from 'node:timers/promises';
import { refuse } from '#contracts';
import type { Inbox, Stores, Transactions } from '#exchange';
import type pg from 'pg';
import { isOutage, type Database } from './database.js';
import { sqlState, type Scope } from './scope.js';
import { arrivalsOf } from './stores/arrivals.js';
import { credentialsOf } from './stores/credentials.js';
import { deliveriesOf, downloadsOf } from './stores/deliveries.js';
import { keyListsOf } from './stores/key-lists.js';
import { inForceOf } from './stores/in-force.js';
import { calendarsOf, noticesOf } from './stores/notices.js';
import { peopleOf } from './stores/people.js';
import { proposalsOf } from './stores/proposals.js';
import { statesOf } from './stores/states.js';
import { tasksOf } from './stores/tasks.js';
import { secretsOf, textsOf } from './stores/texts.js';
import { trailOf } from './stores/trail.js';
import { versionReportsOf } from './stores/version-reports.js';
import { uploadsOf, versionsOf } from './stores/versions.js';

const maxAttempts = 8;

/** Serialization failure and deadlock: nothing happened, and the same work may well succeed now. */
const repeatable = new Set(['40001', '40P01']);

/**
 * The exchange's stores on PostgreSQL, READ COMMITTED. Work that met a deadlock is done again from its start, at most
 * {@link maxAttempts} times, so it must touch nothing but its stores. A database that does not answer is Refusal `unavailable`; when
 * the connection broke during COMMIT nobody knows whether the work was stored, and the caller asks again with the same ids.
 *
 * @param inboxOf the ledger's way in, bound to the open transaction; it calls `admitted` when something came in.
 * @param ring called after the commit of work by which something came in.
 */
export function postgresTransactions(
  database: Database,
  inboxOf: (client: pg.ClientBase, admitted: () => void) => Inbox,
  ring: () => void = () => {},
): Transactions {
  const once = async <T>(work: (stores: Stores) => Promise<T>): Promise<T> => {
    const runner = database.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as pg.PoolClient;
      await runner.startTransaction('READ COMMITTED');
      try {
        let hasAdmitted = false;
        const inbox = inboxOf(client, () => (hasAdmitted = true));
        const result = await work(storesOn({ manager: runner.manager, client }, inbox));
        await runner.commitTransaction();
        if (hasAdmitted) ring();
        return result;
      } catch (error) {
        // The reason counts, not that a broken connection cannot even roll back.
        if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
        throw error;
      }
    } finally {
      await runner.release();
    }
  };

  return {
    async run(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(work);
        } catch (error) {
          const state = sqlState(error);
          if (isOutage(error)) throw unavailable(error);
          if (attempt >= maxAttempts || state === undefined || !repeatable.has(state)) throw error;
          // Those who collided must not collide again in step.
          await sleep(Math.random() * 10 * 2 ** attempt);
        }
      }
    },
  };
}

function unavailable(cause: unknown): Error {
  return Object.assign(refuse('unavailable'), { cause });
}

function storesOn(scope: Scope, inbox: Inbox): Stores {
  return {
    states: statesOf(scope),
    inbox,
    proposals: proposalsOf(scope),
    people: peopleOf(scope),
    credentials: credentialsOf(scope),
    texts: textsOf(scope),
    secrets: secretsOf(scope),
    versions: versionsOf(scope),
    reports: versionReportsOf(scope),
    uploads: uploadsOf(scope),
    arrivals: arrivalsOf(scope),
    keyLists: keyListsOf(scope),
    tasks: tasksOf(scope),
    deliveries: deliveriesOf(scope),
    downloads: downloadsOf(scope),
    notices: noticesOf(scope),
    calendars: calendarsOf(scope),
    trail: trailOf(scope),
    inForce: inForceOf(scope),
  };
}
