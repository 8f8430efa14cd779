import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task, TaskKind } from '#exchange';
import { freshDatabase, noRedis, testRedisUrl } from '#testing';
import { migrateQueue, openQueue, type Handler, type QueueSettings, type TaskQueue, type WorkSettings } from './index.js';

type Engine = Pick<QueueSettings, 'postgresUrl' | 'redisUrl'>;

let numbers = 0;
function taskOf(kind: TaskKind = 'decide', subject = `subject ${++numbers}`): Task {
  return { id: (++numbers).toString(16).padStart(32, '0'), kind, subject, attempts: 0 };
}

async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms`);
    await sleep(10);
  }
}

/** A wire that can be cut. */
async function wireTo(address: string) {
  const { hostname, port } = new URL(address);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectSocket(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const own = (server.address() as AddressInfo).port;
  const url = new URL(address);
  url.host = `127.0.0.1:${own}`;
  return {
    url: url.href,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async mend() {
      await once(server.listen(own, '127.0.0.1'), 'listening');
    },
  };
}

/** The same promises on either engine. */
function suite(name: string, prepare: () => Promise<Engine>, skip: string | false) {
  describe(name, { skip }, () => {
    let engine: Engine;
    const opened: { close(graceMs?: number): Promise<void> }[] = [];
    const open = async (more: Partial<QueueSettings> = {}): Promise<TaskQueue> => {
      const queue = await openQueue({ ...engine, name: `test-${++numbers}`, backoffMs: 50, ...more });
      opened.unshift(queue);
      return queue;
    };
    const work = async (queue: TaskQueue, handler: Handler, settings: Partial<WorkSettings> = {}) => {
      const working = await queue.work(handler, { concurrency: 2, ...settings });
      opened.unshift(working);
      return working;
    };
    before(async () => {
      engine = await prepare();
    });
    after(async () => {
      for (const one of opened) await one.close(0);
    });

    test('a task that is dispatched twice runs once, and its end makes room for another', async () => {
      const queue = await open();
      const task = taskOf();
      await Promise.all([queue.add(task), queue.add({ ...task, attempts: 1 }), queue.add(task)]);
      assert.deepEqual(await queue.counts(), { waiting: 1, active: 0, delayed: 0 });
      const ran: string[] = [];
      await work(queue, async ({ subject }) => void ran.push(subject));
      await until(async () => ran.length > 0 && (await queue.counts()).active === 0);
      await sleep(100);
      assert.deepEqual(ran, [task.subject]);
      await queue.add(task);
      await until(() => ran.length === 2);
    });

    test('a failed task is tried again, each time after twice the wait', async () => {
      const queue = await open({ backoffMs: 200 });
      const starts: number[] = [];
      const lasts: boolean[] = [];
      let givenUp = 0;
      await work(
        queue,
        async (_task, { isLastAttempt }) => {
          starts.push(performance.now());
          lasts.push(isLastAttempt);
          if (starts.length < 3) throw new Error('not yet');
        },
        { onGivenUp: async () => void givenUp++ },
      );
      await queue.add(taskOf());
      await until(async () => starts.length === 3 && (await queue.counts()).active === 0);
      const [first = 0, second = 0, third = 0] = starts;
      assert.ok(second - first >= 190 && second - first < 1500, `first wait ${second - first} ms`);
      assert.ok(third - second >= 390 && third - second < 2500, `second wait ${third - second} ms`);
      assert.deepEqual(lasts, [false, false, false]);
      assert.equal(givenUp, 0);
    });

    test('after the last try it is given up once, and is welcome again', async () => {
      const queue = await open({ attempts: 2 });
      const givenUp: string[] = [];
      let tries = 0;
      let works = false;
      await work(
        queue,
        async () => {
          tries++;
          if (!works) throw new Error(`try ${tries}`);
        },
        { onGivenUp: async ({ subject }, error) => void givenUp.push(`${subject}: ${error.message}`) },
      );
      const task = taskOf('deliver');
      await queue.add(task);
      await until(async () => givenUp.length > 0 && (await queue.counts()).active === 0);
      assert.deepEqual([tries, givenUp], [2, [`${task.subject}: try 2`]]);
      works = true;
      await queue.add(task);
      await until(() => tries === 3);
      assert.equal(givenUp.length, 1);
    });

    test('what a killed worker was doing is done by another', async () => {
      const lockMs = 1000;
      const queue = await open();
      const shared = { ...engine, name: `test-${numbers}`, lockMs };
      const child = spawn(process.execPath, [join(import.meta.dirname, 'worker.fixture.js'), JSON.stringify(shared)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const task = taskOf('deliver');
      await queue.add(task);
      const [begun] = (await once(child.stdout, 'data')) as [Buffer];
      assert.equal(begun.toString().trim(), task.subject);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const ran: string[] = [];
      await work(queue, async ({ subject }) => void ran.push(subject), { lockMs });
      await until(() => ran.length === 1);
      assert.deepEqual(ran, [task.subject]);
    });

    test('a cancelled task hears of it; others do not', async () => {
      const queue = await open();
      const heard: string[] = [];
      const waiting = new Set<string>();
      const release = new AbortController();
      const working = await work(queue, async ({ subject }, { signal }) => {
        waiting.add(subject);
        await new Promise<void>((done) => {
          signal.addEventListener('abort', () => (heard.push(`${subject}: ${String(signal.reason)}`), done()));
          release.signal.addEventListener('abort', () => done());
        });
      });
      await queue.add(taskOf('deliver', 'one'));
      await queue.add(taskOf('deliver', 'two'));
      await until(() => waiting.size === 2);
      working.cancel('one', 'the requester says so');
      await until(() => heard.length > 0);
      await sleep(50);
      assert.deepEqual(heard, ['one: the requester says so']);
      release.abort();
    });

    test('no more run at once than allowed, and decisions do not wait behind deliveries', async () => {
      const queue = await open();
      let now = 0;
      let most = 0;
      const release = new AbortController();
      const done: TaskKind[] = [];
      await work(
        queue,
        async ({ kind }) => {
          if (kind === 'deliver') {
            most = Math.max(most, ++now);
            if (!release.signal.aborted) await once(release.signal, 'abort');
            now--;
          }
          done.push(kind);
        },
        { concurrency: 2 },
      );
      for (let i = 0; i < 5; i++) await queue.add(taskOf('deliver'));
      await until(() => now === 2);
      await queue.add(taskOf('end'));
      await queue.add(taskOf('decide'));
      await until(() => done.length === 2);
      assert.deepEqual(done.toSorted(), ['decide', 'end']);
      release.abort();
      await until(() => done.length === 7);
      assert.equal(most, 2);
    });

    test('ends go before what waits', async () => {
      const queue = await open();
      for (const kind of ['serve', 'decide', 'end', 'grant'] as const) await queue.add(taskOf(kind));
      const order: TaskKind[] = [];
      await work(queue, async ({ kind }) => void order.push(kind), { quickConcurrency: 1 });
      await until(() => order.length === 4);
      assert.equal(order[0], 'end');
    });

    test('a worker that closes finishes what it can, and hands back what it cannot', async () => {
      const queue = await open({ attempts: 1 });
      const finished: string[] = [];
      let begun = 0;
      let givenUp = 0;
      const handler: Handler = async ({ subject }, { signal }) => {
        begun++;
        if (subject === 'short') await sleep(200);
        else await sleep(60_000, undefined, { signal });
        finished.push(subject);
      };
      const settings = { onGivenUp: async () => void givenUp++ };
      const working = await work(queue, handler, settings);
      await queue.add(taskOf('deliver', 'short'));
      await queue.add(taskOf('deliver', 'long'));
      await until(() => begun === 2);
      const since = performance.now();
      await working.close(700);
      assert.ok(performance.now() - since < 3000, 'it closes in time');
      assert.deepEqual(finished, ['short']);
      assert.deepEqual(await queue.counts(), { waiting: 1, active: 0, delayed: 0 });
      assert.equal(givenUp, 0, 'a shutdown is not the fault of the task');
      await work(queue, async ({ subject }) => void finished.push(subject), settings);
      await until(() => finished.length === 2);
      assert.deepEqual(finished, ['short', 'long']);
    });

    test('everything goes on by itself after the engine was away', async (t) => {
      const address = engine.redisUrl ?? engine.postgresUrl ?? '';
      const wire = await wireTo(address);
      t.after(async () => {
        for (const one of opened.splice(0, 2)) await one.close(0);
        await wire.cut();
      });
      const errors: Error[] = [];
      const onError = (error: Error) => void errors.push(error);
      const queue = await open(
        engine.redisUrl === undefined ? { postgresUrl: wire.url, onError } : { redisUrl: wire.url, onError },
      );
      const ran: string[] = [];
      await work(queue, async ({ subject }) => void ran.push(subject));
      const first = taskOf();
      await queue.add(first);
      await until(() => ran.length === 1);
      assert.equal(await queue.health(), true);
      await wire.cut();
      assert.equal(await queue.health(), false);
      await assert.rejects(queue.add(taskOf()), 'a dispatcher is told, so that it tries again later');
      await wire.mend();
      await until(() => queue.health());
      const second = taskOf();
      await queue.add(second);
      await until(() => ran.includes(second.subject));
    });
  });
}

async function migratedQueue() {
  const database = await freshDatabase('queue');
  await Promise.all([migrateQueue(database.migratorUrl), migrateQueue(database.migratorUrl)]);
  return database;
}
suite('the queue on PostgreSQL', async () => ({ postgresUrl: (await migratedQueue()).workerUrl }), false);

test('on PostgreSQL the API may look at the queue and not touch it', async () => {
  const { apiUrl, workerUrl } = await migratedQueue();
  const [api, worker] = await Promise.all([apiUrl, workerUrl].map((postgresUrl) => openQueue({ postgresUrl })));
  assert.ok(api && worker);
  await worker.add(taskOf());
  assert.deepEqual(await api.counts(), { waiting: 1, active: 0, delayed: 0 });
  assert.equal(await api.health(), true);
  await assert.rejects(api.add(taskOf()), /permission denied/);
  await Promise.all([api.close(), worker.close()]);
});

const redisUrl = await testRedisUrl();
suite('the queue on Redis', async () => ({ redisUrl: redisUrl ?? '' }), redisUrl ? false : noRedis);
