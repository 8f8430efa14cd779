import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { refuse } from '#contracts';
import { lawOf, rightsLawTouches } from '#exchange';
import { Sealer, signersAmong, type SealOutcome, type SealStep } from '#ledger';
import { connect, PgLedgerStore, readHead, readLastCheckpoint, withClient } from '#postgres';
import type { Said } from '../../libs/ledger/src/sample-city.js';
import { cuttingProxy } from '../ledger/cutting-proxy.js';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';
import type { SealerChild } from '../ledger/sealer-child.js';
import { checkWhole } from '../ledger/whole-ledger.js';

const isLong = process.env['QUANLIAN_FAULTS'] === 'long';
const ledger = await sampleLedger('sealer_faults');
const { city, at, worker, law } = ledger;
after(() => ledger.end());

const said: Said[] = [];
/** Says some more; everything that was ever said here must end sealed once or rejected. */
async function tellSome(count: number): Promise<void> {
  const some = Array.from({ length: count }, () => city.membershipGranted(providerCode));
  said.push(...some);
  await ledger.tell(...some);
}

const steps: SealStep[] = [
  'drained',
  'judged',
  'gates-closed',
  'appended',
  'tiled',
  'projected',
  'marked',
  'hooked',
  'announced',
  'committed',
  'checkpoint-signed',
  'checkpoint-stored',
];
/** From here on the batch is in the ledger. */
const afterCommit = steps.slice(steps.indexOf('committed'));

const leaseMs = 300;
function startChild(options: Pick<SealerChild, 'step' | 'signal'>): ChildProcess {
  const child: SealerChild = {
    workerUrl: at.workerUrl,
    origin: city.origin,
    logSeed: city.log.privateSeed.toString('hex'),
    leaseMs,
    ...options,
  };
  const script = resolve(import.meta.dirname, '../ledger/sealer-child.js');
  return spawn(process.execPath, [script, JSON.stringify(child)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Runs another sealer until nothing waits. Its store is closed: hundreds of them would use up the server's connections. */
async function takeOver(): Promise<void> {
  const store = new PgLedgerStore(worker);
  const sealer = ledger.sealer({ leaseMs, store });
  for (const begun = Date.now(); ;) {
    assert.ok(Date.now() - begun < 30_000, 'no other sealer could take over within 30 s');
    if (!(await sealer.takeLease())) await sleep(20);
    else break;
  }
  for (let outcome: SealOutcome; (outcome = await sealer.sealBatch()).state !== 'idle';) assert.equal(outcome.state, 'sealed');
  await sealer.signCheckpoint();
  assert.equal((await readLastCheckpoint(worker.pool))?.size, (await readHead(worker.pool)).size, 'the head has its checkpoint');
  await store.close();
}

for (const step of steps) {
  test(`promise 9: kill -9 of a sealer at “${step}”: the next one loses nothing and seals nothing twice`, async () => {
    for (let cycle = 0; cycle < (isLong ? 22 : 1); cycle++) {
      await tellSome(7);
      const child = startChild({ step, signal: 'SIGKILL' });
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.deepEqual([code, signal], [null, 'SIGKILL']);
      await tellSome(3);
      await takeOver();
    }
    await checkWhole(ledger, said);
  });
}

// Before it writes, while it holds the row of the head, and after its commit; in the long run at every step.
for (const step of isLong ? steps : (['judged', 'appended', 'committed'] as const)) {
  test(`a sealer stopped at “${step}” while another takes over writes nothing when it wakes`, async () => {
    await tellSome(7);
    const child = startChild({ step, signal: 'SIGSTOP' });
    const lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, 'reached');
    const gone = once(child, 'exit');
    await tellSome(3);
    await takeOver();
    const before = await readHead(worker.pool);
    child.kill('SIGCONT');
    const { state } = JSON.parse((await lines.next()).value as string) as { state: string };
    await gone;
    // After its commit it has nothing left to write; before it, it is fenced or finds its session ended.
    assert.ok(afterCommit.includes(step) ? state === 'sealed' : state === 'fenced' || state === 'failed', `${step}: ${state}`);
    assert.deepEqual(await readHead(worker.pool), before);
    await checkWhole(ledger, said);
  });
}

for (const how of ['unsent', 'unanswered'] as const) {
  test(`a commit that is ${how}: the sealer reloads the head and goes on, and nothing is lost or sealed twice`, async () => {
    const proxy = await cuttingProxy(at.workerUrl);
    const database = await connect(proxy.url);
    const store = new PgLedgerStore(database);
    const sealer = new Sealer({
      store,
      law: lawOf(city.origin),
      signersOf: signersAmong(ledger.signer),
      touches: [rightsLawTouches],
      leaseMs,
    });
    while (!(await sealer.takeLease())) await sleep(20);
    await tellSome(7);
    const before = await readHead(worker.pool);
    proxy.cutNextCommit(how);
    await assert.rejects(sealer.sealBatch());
    assert.equal(proxy.cuts(), 1);
    const { size } = await readHead(worker.pool);
    assert.equal(size, before.size + (how === 'unanswered' ? 7 : 0));
    // Without the lease it will not write, and to take it is to read the head.
    await store.close();
    const stop = new AbortController();
    await tellSome(3);
    const running = sealer.run(stop.signal);
    for (const begun = Date.now(); (await readHead(worker.pool)).size < before.size + 10;) {
      assert.ok(Date.now() - begun < 10_000);
      await sleep(10);
    }
    stop.abort();
    await running;
    await store.close();
    await database.close();
    await proxy.close();
    await checkWhole(ledger, said);
  });
}

test('sessions of a running sealer are cut at random: it recovers each time', async () => {
  const troubles: unknown[] = [];
  const stop = new AbortController();
  const running = ledger.sealer({ leaseMs, onTrouble: (_stage, error) => troubles.push(error) }).run(stop.signal);
  const rounds = isLong ? 60 : 8;
  let cut = 0;
  await withClient(at.url, async (client) => {
    for (let round = 0; round < rounds; round++) {
      await tellSome(20);
      await sleep(Math.random() * 30);
      const { rowCount } = await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'quanlian_worker' AND datname = current_database()`,
      );
      cut += rowCount ?? 0;
    }
  });
  assert.ok(cut > 0);
  const waiting = async () =>
    (await ledger.api.pool.query("SELECT FROM ledger.ledger_inbox WHERE state = 'waiting'")).rowCount ?? 0;
  for (const begun = Date.now(); (await waiting()) > 0;) {
    assert.ok(Date.now() - begun < 20_000, String(troubles.at(-1)));
    await sleep(20);
  }
  stop.abort();
  await running;
  await checkWhole(ledger, said);
});

test('three sealers at once, with leases that run out under them: one history', async () => {
  const outcomes: string[] = [];
  const stop = new AbortController();
  const running = Array.from({ length: 3 }, async () => {
    const sealer = ledger.sealer({
      leaseMs: 25,
      batchMax: 5,
      onStep: async (step) => {
        if (step === 'judged' && Math.random() < 0.3) await sleep(60);
      },
    });
    while (!stop.signal.aborted) {
      if (!(await sealer.takeLease())) {
        await sleep(5);
        continue;
      }
      for (let state = ''; state !== 'fenced' && state !== 'failed' && !stop.signal.aborted;) {
        // On a busy machine the server may end a session that was too slow: also no reason to lose anything.
        ({ state } = await sealer.sealBatch().catch(() => ({ state: 'failed' })));
        outcomes.push(state);
        if (state === 'idle') await sleep(5);
      }
    }
  });
  for (let round = 0; round < (isLong ? 100 : 15); round++) await tellSome(10);
  const waiting = async () =>
    (await ledger.api.pool.query("SELECT FROM ledger.ledger_inbox WHERE state = 'waiting'")).rowCount ?? 0;
  for (const begun = Date.now(); (await waiting()) > 0; await sleep(10)) assert.ok(Date.now() - begun < 60_000);
  stop.abort();
  await Promise.all(running);
  assert.ok(outcomes.includes('fenced'), 'the sealers never got in each other’s way');
  await checkWhole(ledger, said);
});

test('a sealer that is overtaken just after it took the lease finds no damage, only that it was overtaken', async () => {
  await tellSome(3);
  let taken = 0;
  const query = async (asked: string | pg.QueryConfig, values?: unknown[]) => {
    const answer = await worker.pool.query(asked, values);
    if (typeof asked === 'string' && asked.includes('epoch = epoch + 1') && taken++ === 0) await takeOver();
    return answer;
  };
  const overtaken: typeof worker = Object.create(worker, {
    pool: { value: Object.create(worker.pool, { query: { value: query } }) },
  });
  const store = new PgLedgerStore(overtaken);
  const before = await readHead(worker.pool);
  const sealer = ledger.sealer({ leaseMs, store });
  assert.equal(await sealer.takeLease(), false);
  assert.equal(taken, 1);
  // Entries and their checkpoint are ahead of the head that was taken: what a damaged ledger looks like, too.
  const { size } = await readHead(worker.pool);
  assert.equal(size, before.size + 3);
  assert.equal((await readLastCheckpoint(worker.pool))?.size, size);
  while (!(await sealer.takeLease())) await sleep(20);
  assert.deepEqual(await sealer.sealBatch(), { state: 'idle' });
  await store.close();

  // Nor is it the witnesses' no, who were told of what the other sealed; who still holds the lease hears it.
  await tellSome(3);
  let isOvertaken = true;
  const refusing = ledger.sealer({
    leaseMs,
    mayBegin: async () => {
      if (isOvertaken) await takeOver();
      throw refuse('witness-ahead');
    },
  });
  const take = async () => {
    while (!(await refusing.takeLease())) await sleep(20);
  };
  await sleep(leaseMs);
  assert.equal(await refusing.takeLease(), false);
  isOvertaken = false;
  await assert.rejects(take, { code: 'witness-ahead' });
  await checkWhole(ledger, said);
});

test('a hook that fails takes the whole batch back, and what it wrote', async () => {
  await tellSome(2);
  const before = await readHead(worker.pool);
  const sealer = ledger.sealer({
    leaseMs,
    hooks: [
      async ({ client }) => {
        await client.query("SELECT pg_notify('quanlian_test', 'x')");
        throw new Error('no such table');
      },
    ],
  });
  while (!(await sealer.takeLease())) await sleep(20);
  await assert.rejects(sealer.sealBatch(), /no such table/);
  const { epoch: _epoch, ...now } = await readHead(worker.pool);
  const { epoch: _before, ...then } = before;
  assert.deepEqual(now, then);
  await takeOver();
  await checkWhole(ledger, said);
});

test('a fold that throws is a bug of ours: its statement is set aside with an incident number, the others are sealed', async () => {
  const troubles: unknown[] = [];
  await tellSome(3);
  const victim = said.at(-2)?.statement.id;
  const faulty = {
    ...law,
    folds: [
      ...law.folds,
      (_view: unknown, { statement }: { statement: { id: string } }) => {
        if (statement.id === victim) throw new TypeError('undefined is not a function');
      },
    ],
  };
  const sealer = ledger.sealer({ leaseMs, law: faulty, onTrouble: (stage, error) => troubles.push(stage, error) });
  while (!(await sealer.takeLease())) await sleep(20);
  assert.deepEqual(await sealer.sealBatch(), { state: 'sealed', sealed: 2, rejected: 1 });
  assert.equal(troubles.length, 2);
  assert.equal(troubles[0], 'judge');
  await checkWhole(ledger, said);
});
