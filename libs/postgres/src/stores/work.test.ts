import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Refusal } from '#contracts';
import { randomId } from '#crypto';
import type { Inbox, Task, Transactions } from '#exchange';
import { migratedDatabase, type TestDatabase } from '#testing';
import { connect, type Database } from '../database.js';
import { channels, listen } from '../listen.js';
import { withClient } from '../roles.js';
import { postgresTransactions } from '../transactions.js';

let place: TestDatabase;
const open: Database[] = [];
let api: Transactions;
let worker: Transactions;

const noInbox = (): Inbox => ({
  admit: () => Promise.reject(new Error('none')),
  states: async () => new Map(),
  proveSealed: () => Promise.reject(new Error('none')),
});
async function openAs(url: string): Promise<Transactions> {
  const database = await connect(url, { poolSize: 10 });
  open.push(database);
  return postgresTransactions(database, noInbox);
}

before(async () => {
  place = await migratedDatabase('work');
  api = await openAs(place.apiUrl);
  worker = await openAs(place.workerUrl);
});
after(() => Promise.all(open.map((database) => database.close())));

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 8) + minutes * 60_000).toISOString();
const wipe = () => withClient(place.url, (client) => client.query('TRUNCATE office.task, office.download'));
const take = (minutes: number, since = minutes - 1, limit = 100) =>
  worker.run(({ tasks }) => tasks.takeDue(at(minutes), at(since), limit));
const kindsOf = (tasks: readonly Task[]) => tasks.map(({ kind }) => kind);

test('tasks: an open one is not added twice, an ended one is', async () => {
  await wipe();
  const subject = randomId();
  await Promise.all(Array.from({ length: 5 }, () => api.run(({ tasks }) => tasks.add('decide', subject))));
  await api.run(({ tasks }) => tasks.add('deliver', subject));
  assert.equal(await api.run(({ tasks }) => tasks.countOpen()), 2);
  const [decide] = (await take(0)).filter(({ kind }) => kind === 'decide');
  assert.ok(decide);
  await worker.run(({ tasks }) => tasks.start(decide.id));
  await worker.run(({ tasks }) => tasks.finish(decide.id));
  assert.equal(await worker.run(({ tasks }) => tasks.start(decide.id)), undefined, 'a second dispatch finds nothing to do');
  await api.run(({ tasks }) => tasks.add('decide', subject));
  assert.equal(await api.run(({ tasks }) => tasks.countOpen()), 2);
});

test('tasks: those that are due, ends first, once a lease', async () => {
  await wipe();
  for (const kind of ['serve', 'decide', 'end'] as const) await api.run(({ tasks }) => tasks.add(kind, randomId()));
  await api.run(({ tasks }) => tasks.add('dispose', randomId(), at(60)));
  assert.deepEqual(kindsOf(await take(0)), ['end', 'serve', 'decide']);
  assert.deepEqual(await take(0.5, -0.5), [], 'they are dispatched, and the lease still runs');
  assert.deepEqual(kindsOf(await take(2, 1)), ['end', 'serve', 'decide']);
  assert.equal((await take(60, 0)).length, 1, 'the later one is due now');
});

test('tasks: an earlier reason brings a task forward, a later one does not put it off', async () => {
  await wipe();
  const subject = randomId();
  await api.run(({ tasks }) => tasks.add('dispose', subject, at(60)));
  await api.run(({ tasks }) => tasks.add('dispose', subject, at(30)));
  await api.run(({ tasks }) => tasks.add('dispose', subject, at(90)));
  assert.equal((await take(29)).length, 0);
  assert.equal((await take(30)).length, 1);
  await api.run(({ tasks }) => tasks.add('dispose', subject));
  await api.run(({ tasks }) => tasks.add('dispose', subject, at(90)));
  assert.equal((await take(0, 31)).length, 1);
});

test('tasks: several dispatchers at once share the work and take nothing twice', async () => {
  await wipe();
  for (let i = 0; i < 60; i++) await api.run(({ tasks }) => tasks.add('decide', `subject ${i}`));
  const taken = await Promise.all(Array.from({ length: 6 }, () => take(0, -1, 15)));
  const ids = taken.flat().map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  // One that skipped what another held takes it in its next round.
  const rest = await take(0, -1);
  assert.equal(new Set([...ids, ...rest.map(({ id }) => id)]).size, 60);
  assert.equal(ids.length + rest.length, 60);
});

test('tasks: two dispatchers do not wait for each other', async () => {
  await wipe();
  for (let i = 0; i < 4; i++) await api.run(({ tasks }) => tasks.add('decide', `subject ${i}`));
  await worker.run(async ({ tasks }) => {
    assert.equal((await tasks.takeDue(at(0), at(-1), 2)).length, 2);
    assert.equal((await take(0, -1)).length, 2, 'while the first has not committed');
  });
});

test('tasks: asked again while a worker is at it, it is done again', async () => {
  await wipe();
  const subject = randomId();
  await api.run(({ tasks }) => tasks.add('end', subject));
  const [task] = await take(0);
  assert.ok(task);
  assert.deepEqual(await worker.run(({ tasks }) => tasks.start(task.id)), { ...task, attempts: 1 });
  await api.run(({ tasks }) => tasks.add('end', subject));
  await worker.run(({ tasks }) => tasks.finish(task.id));
  assert.equal(await api.run(({ tasks }) => tasks.countOpen()), 1);
  assert.deepEqual(await take(0), [{ ...task, attempts: 1 }], 'at once, not after the lease');
  await worker.run(({ tasks }) => tasks.start(task.id));
  await worker.run(({ tasks }) => tasks.finish(task.id));
  assert.equal(await api.run(({ tasks }) => tasks.countOpen()), 0);
});

test('tasks: one that is given up stays owed and is due again after a wait', async () => {
  await wipe();
  await api.run(({ tasks }) => tasks.add('decide', randomId()));
  const [task] = await take(0);
  assert.ok(task);
  for (let i = 0; i < 3; i++) await worker.run(({ tasks }) => tasks.start(task.id));
  await worker.run(({ tasks }) => tasks.fail(task.id, 'the vault was closed'));
  assert.equal(await api.run(({ tasks }) => tasks.countOpen()), 1);
  assert.deepEqual(await take(1, 1), []);
  assert.equal((await take(2, 2)).length, 1, '15 seconds doubled three times');
  assert.equal((await worker.run(({ tasks }) => tasks.get(task.id)))?.attempts, 3);
});

test('tasks and cancellations are announced when they are durable, not before', async () => {
  await wipe();
  const [, workers] = open;
  assert.ok(workers);
  const heard: string[] = [];
  const listening = await listen(workers, [channels.task, channels.cancel], (channel, payload) =>
    heard.push(`${channel} ${payload}`),
  );
  const delivery = randomId();
  await api.run(async ({ tasks, deliveries }) => {
    await tasks.add('decide', delivery);
    await deliveries.requestCancel(delivery);
    await api.run(({ people }) => people.count());
    assert.deepEqual(heard, []);
  });
  await assert.rejects(
    api.run(async ({ tasks }) => {
      await tasks.add('deliver', delivery);
      throw new Error('taken back');
    }),
  );
  // Another word after it: what was to come before it has come.
  await withClient(place.url, (client) => client.query("SELECT pg_notify('quanlian_task', 'last')"));
  while (!heard.includes('quanlian_task last')) await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(heard, ['quanlian_task ', `quanlian_cancel ${delivery}`, 'quanlian_task last']);
  await listening.close();
});

test('deliveries: a change touches what it names, and makes the row where it is missing', async () => {
  const delivery = randomId();
  assert.equal(await api.run(({ deliveries }) => deliveries.get(delivery)), undefined);
  await worker.run(({ deliveries }) => deliveries.set(delivery, { stage: 'selecting', done: 10, total: 6_000_000_000 }));
  await api.run(({ deliveries }) => deliveries.requestCancel(delivery));
  await worker.run(({ deliveries }) => deliveries.set(delivery, { done: 20 }));
  await worker.run(({ deliveries }) => deliveries.set(delivery, {}));
  const expected = { delivery, stage: 'selecting', done: 20, total: 6_000_000_000, attempts: 0, cancelRequested: true };
  assert.deepEqual(await api.run(({ deliveries }) => deliveries.get(delivery)), expected);
  assert.deepEqual([...(await api.run(({ deliveries }) => deliveries.getMany([delivery, randomId()])))], [[delivery, expected]]);
});

test('deliveries: the sweep keeps every object that may be a payload', async () => {
  const [kept, removed] = [randomId(), randomId()];
  const attempts = [kept, kept, removed].map((delivery, i) => ({ id: randomId(), delivery, objectName: randomId(), at: at(i) }));
  for (const attempt of attempts) await worker.run(({ deliveries }) => deliveries.addAttempt(attempt));
  await worker.run(({ deliveries }) => deliveries.set(removed, { payloadRemovedAt: at(3), stage: 'ended' }));
  const [first, second, third] = attempts;
  assert.ok(first && second && third);
  const names = await worker.run(({ deliveries }) => deliveries.objectNames());
  assert.deepEqual([names.has(first.objectName), names.has(second.objectName), names.has(third.objectName)], [true, true, false]);
  const ofKept = await api.run(({ deliveries }) => deliveries.attempts(kept));
  assert.deepEqual(
    ofKept,
    [first, second].map(({ id, objectName }) => ({ id, objectName })),
  );
  assert.deepEqual(await api.run(({ deliveries }) => deliveries.attempt(third.id)), {
    id: third.id,
    delivery: removed,
    objectName: third.objectName,
  });
  // A name is used once: what a crash left under it can never be taken for another's.
  await assert.rejects(worker.run(({ deliveries }) => deliveries.addAttempt({ ...third, id: randomId() })));
});

test('downloads: the count never falls short of what was handed over', async () => {
  await wipe();
  const download = { id: randomId(), delivery: randomId(), person: randomId(), startedAt: at(0) };
  await api.run(({ downloads }) => downloads.start(download));
  await api.run(({ downloads }) => downloads.raise(download.id, 3_000_000_000));
  await api.run(({ downloads }) => downloads.raise(download.id, 1_000_000));
  const count = async () => (await worker.run(({ downloads }) => downloads.get(download.id)))?.bytesAtMost;
  assert.equal(await count(), 3_000_000_000, 'two that write in the wrong order lower nothing');
  assert.deepEqual(
    await worker.run(({ downloads }) => downloads.unrecorded(new Date(Date.now() - 60_000).toISOString(), 10)),
    [],
  );

  // Its process went silent: the count stands, and the process finds out when it wakes.
  const silent = new Date(Date.now() + 60_000).toISOString();
  let recorded: number | undefined;
  const record = worker.run(async ({ downloads }) => {
    const [dead] = await downloads.unrecorded(silent, 10);
    assert.ok(dead);
    // It wakes now, and wants to hand over more.
    const raising = api
      .run((stores) => stores.downloads.raise(download.id, 4_000_000_000))
      .then(
        () => 'raised',
        (error: unknown) => (error instanceof Refusal ? error.code : 'broken'),
      );
    await new Promise((done) => setTimeout(done, 100));
    recorded = (await downloads.get(dead.id))?.bytesAtMost;
    await downloads.markRecorded(dead.id);
    return { raising };
  });
  assert.equal(await (await record).raising, 'wrong-state');
  assert.equal(recorded, await count());
  await api.run(({ downloads }) => downloads.end(download.id, at(1), 1, true));
  assert.equal(await count(), recorded, 'an end that comes too late changes nothing');
  assert.deepEqual(await worker.run(({ downloads }) => downloads.unrecorded(silent, 10)), []);
});

test('downloads: a proper end says exactly what left, and is recorded once', async () => {
  await wipe();
  const download = { id: randomId(), delivery: randomId(), person: randomId(), startedAt: at(0) };
  await api.run(({ downloads }) => downloads.start(download));
  await api.run(({ downloads }) => downloads.raise(download.id, 2_000_000));
  await api.run(({ downloads }) => downloads.end(download.id, at(1), 1_234_567, true));
  const ended = { ...download, bytesAtMost: 1_234_567, complete: true, endedAt: at(1), recorded: false };
  assert.deepEqual(await worker.run(({ downloads }) => downloads.unrecorded('2000-01-01T00:00:00.000Z', 10)), [ended]);
  await assert.rejects(api.run(({ downloads }) => downloads.raise(download.id, 3_000_000)));
  await worker.run(({ downloads }) => downloads.markRecorded(download.id));
  assert.deepEqual(await worker.run(({ downloads }) => downloads.get(download.id)), { ...ended, recorded: true });
});
