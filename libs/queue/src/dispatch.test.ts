import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Inbox, Task, TaskKind, Transactions } from '#exchange';
import { channels, connect, listen, postgresTransactions, withClient, type Database } from '#postgres';
import { migratedDatabase, noRedis, testRedisUrl, type TestDatabase } from '#testing';
import { Redis } from 'ioredis';
import { dispatch, migrateQueue, openQueue, type DispatchSettings, type QueueSettings, type TaskQueue } from './index.js';

const noInbox = (): Inbox => ({
  admit: () => Promise.reject(new Error('none')),
  states: async () => new Map(),
  proveSealed: () => Promise.reject(new Error('none')),
});

async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    assert.ok(performance.now() < end, `not within ${timeoutMs} ms`);
    await sleep(10);
  }
}

/** From a row in the database to the work, on either engine: the queue in between may forget everything. */
function suite(name: string, redisUrl: string | undefined, skip: string | false) {
  describe(name, { skip }, () => {
    let place: TestDatabase;
    let api: Database;
    let worker: Database;
    let transactions: Transactions;
    let queue: TaskQueue;
    const opened: { close(graceMs?: number): Promise<void> }[] = [];
    let numbers = 0;

    before(async () => {
      place = await migratedDatabase(`dispatch_${redisUrl ? 'redis' : 'postgres'}`);
      await migrateQueue(place.migratorUrl);
      api = await connect(place.apiUrl, { poolSize: 3 });
      worker = await connect(place.workerUrl, { poolSize: 6 });
      transactions = postgresTransactions(worker, noInbox);
    });
    after(async () => {
      for (const one of opened) await one.close(0);
      await Promise.all([api.close(), worker.close()]);
    });

    const begin = async (more: Partial<QueueSettings> = {}) => {
      for (const one of opened.splice(0)) await one.close(0);
      await withClient(place.url, (client) => client.query('TRUNCATE office.task'));
      queue = await openQueue({
        ...(redisUrl ? { redisUrl } : { postgresUrl: place.workerUrl }),
        name: `test-${++numbers}`,
        backoffMs: 50,
        ...more,
      });
      opened.unshift(queue);
    };
    const add = (kind: TaskKind, subject: string, notBefore?: string) =>
      postgresTransactions(api, noInbox).run(({ tasks }) => tasks.add(kind, subject, notBefore));
    const empty = async () => {
      if (!redisUrl) return void (await withClient(place.url, (client) => client.query('TRUNCATE bullmq.job CASCADE')));
      const redis = new Redis(redisUrl);
      await redis.flushdb();
      redis.disconnect();
    };
    const countOpen = () => transactions.run(({ tasks }) => tasks.countOpen());
    /** As the worker does it: what is not owed any more is not done. */
    const work = async (does: (task: Task) => Promise<void> | void) => {
      const working = await queue.work(
        async (task) => {
          const started = await transactions.run(({ tasks }) => tasks.start(task.id));
          if (!started) return;
          await does(started);
          await transactions.run(({ tasks }) => tasks.finish(task.id));
        },
        { concurrency: 4, lockMs: 2000 },
      );
      opened.unshift(working);
    };
    const start = async (settings: DispatchSettings = {}) => {
      const wake = (ring: () => void) => listen(worker, [channels.task], ring, ring);
      const dispatcher = await dispatch(transactions, queue, { listen: wake, everyMs: 60_000, leaseMs: 60_000, ...settings });
      opened.unshift(dispatcher);
    };

    test('a task is done soon after its transaction committed, by being told and not by the timer', async () => {
      await begin();
      const done: string[] = [];
      await work(({ kind, subject }) => void done.push(`${kind} ${subject}`));
      await start();
      await sleep(100);
      await add('decide', 'a');
      await add('deliver', 'a');
      await until(() => done.length === 2);
      assert.deepEqual(done.toSorted(), ['decide a', 'deliver a']);
      await until(async () => (await countOpen()) === 0);
    });

    test('what was owed before anybody dispatched is done; what is due later, later', async () => {
      await begin();
      await add('decide', 'before');
      await add('dispose', 'later', new Date(Date.now() + 1500).toISOString());
      const done: string[] = [];
      await work(({ subject }) => void done.push(subject));
      await start({ everyMs: 100 });
      await until(() => done.length === 1);
      assert.deepEqual(done, ['before']);
      await until(() => done.length === 2);
      assert.deepEqual(done, ['before', 'later']);
    });

    test('two dispatchers, many tasks: each is done once', async () => {
      await begin();
      const done: string[] = [];
      await work(({ subject }) => void done.push(subject));
      await start({ everyMs: 20 });
      await start({ everyMs: 20 });
      await Promise.all(Array.from({ length: 80 }, (_, i) => add(i % 3 ? 'decide' : 'deliver', `${i}`)));
      await until(async () => (await countOpen()) === 0);
      assert.equal(done.length, 80);
      assert.equal(new Set(done).size, 80);
    });

    test('promise 9: a queue that lost everything is filled again from the database', async () => {
      await begin();
      for (let i = 0; i < 5; i++) await add('decide', `${i}`);
      await start({ everyMs: 50, leaseMs: 600 });
      await until(async () => (await queue.counts()).waiting === 5);
      await empty();
      // Nothing is left in it: what is there again came from the database.
      await until(async () => (await queue.counts()).waiting === 5);
      const done: string[] = [];
      await work(({ subject }) => void done.push(subject));
      await until(async () => (await countOpen()) === 0);
      assert.deepEqual(done.toSorted(), ['0', '1', '2', '3', '4']);
    });

    test('a task under way is not begun a second time, however short the lease', async () => {
      await begin();
      let begun = 0;
      await work(async () => {
        begun++;
        await sleep(1200);
      });
      await start({ everyMs: 50, leaseMs: 100 });
      await add('deliver', 'long');
      await until(async () => begun > 0 && (await countOpen()) === 0);
      assert.equal(begun, 1);
    });

    test('a worker whose job vanished under its hands stops, and blames nobody', async () => {
      await begin({ attempts: 1 });
      const told: string[] = [];
      let givenUp = 0;
      const working = await queue.work(
        async (_task, { signal }) => {
          told.push('begun');
          if (told.length > 1) return;
          await sleep(60_000, undefined, { signal }).catch((error: unknown) => {
            told.push(String(signal.reason));
            throw error;
          });
        },
        { concurrency: 1, lockMs: 600, onGivenUp: async () => void givenUp++ },
      );
      opened.unshift(working);
      await start({ everyMs: 50, leaseMs: 400 });
      await add('deliver', 'vanishing');
      await until(() => told.length === 1);
      await empty();
      await until(() => told.length >= 3);
      assert.deepEqual(told.slice(0, 3).toSorted(), ['begun', 'begun', 'lost to another worker']);
      assert.equal(givenUp, 0);
    });

    test('asked for again while it is done, it is done again', async () => {
      await begin();
      let begun = 0;
      await work(async () => {
        if (++begun === 1) await add('end', 'right');
      });
      await start({ everyMs: 50, leaseMs: 500 });
      await add('end', 'right');
      await until(async () => begun === 2 && (await countOpen()) === 0);
    });

    test('a queue that takes nothing costs a lease and no task', async () => {
      await begin();
      const errors: unknown[] = [];
      let isAway = true;
      const real = queue;
      const added: string[] = [];
      const moody: Pick<TaskQueue, 'add'> = {
        async add(task) {
          if (isAway) throw new Error('the queue is away');
          await real.add(task);
          added.push(task.subject);
        },
      };
      const dispatcher = await dispatch(transactions, moody, {
        everyMs: 50,
        leaseMs: 300,
        onError: (error) => errors.push(error),
      });
      opened.unshift(dispatcher);
      await add('decide', 'patient');
      await until(() => errors.length > 1);
      isAway = false;
      await until(() => added.length === 1);
      assert.equal((await queue.counts()).waiting, 1);
    });
  });
}

suite('from the database to the work by PostgreSQL', undefined, false);
const redisUrl = await testRedisUrl();
suite('from the database to the work by Redis', redisUrl, redisUrl ? false : noRedis);
