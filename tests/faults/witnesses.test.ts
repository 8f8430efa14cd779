import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Refusal } from '#contracts';
import {
  checkAdmission,
  decodePolicy,
  encodeVerifierKey,
  openNote,
  openWitnessed,
  proveConsistency,
  type AdmissionReceipt,
  type LogPolicy,
} from '#ledger';
import {
  listen,
  makeAdmission,
  PgLedgerStore,
  PublishedLog,
  readHead,
  readLastCheckpoint,
  readLastWitnessed,
  readLedgerStatus,
  setSealing,
  witnessedChannel,
} from '#postgres';
import { witnessPolicyOf, type WitnessPolicy } from '#witnesses';
import { LogFiles } from '../../apps/worker/src/log-files.js';
import { askWitnesses, type AskedWitnesses } from '../../apps/worker/src/ask-witnesses.js';
import type { KeepStep } from '../../apps/witness/src/store.js';
import type { Said } from '../../libs/ledger/src/sample-city.js';
import { providerCode, sampleLedger, type SampleLedger } from '../ledger/sample-ledger.js';
import { checkWhole } from '../ledger/whole-ledger.js';
import { bodyOf, post } from '../witness/sample-log.js';
import { slowProxy, type SlowProxy } from '../witness/slow-proxy.js';
import { makeWitnesses, type WitnessProcesses } from '../witness/witness-processes.js';

// A sealer in this process with a clock that can be set; three witnesses of which two are enough, each a process of its own. The third
// stands behind a proxy that can be slow.

const isLong = process.env['QUANLIAN_FAULTS'] === 'long';

describe('a sealer and its witnesses', () => {
  let ledger: SampleLedger;
  let witnesses: WitnessProcesses;
  let proxy: SlowProxy;
  let policy: WitnessPolicy;
  let vkey: string;
  const said: Said[] = [];
  let base = 0;
  /** How far the sealer's clock is ahead. */
  let clockAheadMs = 0;
  const now = () => new Date(Date.now() + clockAheadMs);

  const tellSome = async (count = 3): Promise<void> => {
    const some = Array.from({ length: count }, () => ledger.city.membershipGranted(providerCode));
    said.push(...some);
    await ledger.tell(...some);
  };
  const until = async (what: string, holds: () => Promise<boolean>, withinMs = 20_000): Promise<void> => {
    for (const begun = Date.now(); !(await holds()); await sleep(10)) assert.ok(Date.now() - begun < withinMs, what);
  };
  const headSize = async () => (await readHead(ledger.worker.pool)).size;
  const witnessedSize = async () => (await readLastWitnessed(ledger.worker.pool))?.size ?? 0;
  /** All that was said here, and what was there before. The head is read once: between two readings it may move, and an old note would do. */
  const allWitnessed = () =>
    until('all is witnessed', async () => {
      const head = await headSize();
      return head === base + said.length && (await witnessedSize()) === head;
    });
  const status = () => readLedgerStatus(ledger.worker.pool, policy, { held: () => Promise.resolve([ledger.city.log]) });
  const problemCode = async () => (await status()).sealing.problem?.code;

  interface Running {
    readonly doubts: Refusal[];
    readonly troubles: unknown[];
    readonly stop: () => Promise<void>;
  }
  /** A sealer with its gatherer, as a worker runs them. */
  const run = async (): Promise<Running> => {
    await stopLast();
    const stopping = new AbortController();
    const doubts: Refusal[] = [];
    const troubles: unknown[] = [];
    const asked: AskedWitnesses = await askWitnesses({
      database: ledger.worker,
      policy,
      origin: ledger.city.origin,
      logKeys: () => Promise.resolve([ledger.signer.key]),
      clockSkewMs: 60_000,
      clock: { now },
      onDoubt: (reason) => {
        doubts.push(reason);
        sealer.doubt();
      },
      onTrouble: (error) => troubles.push(error),
    });
    const sealer = ledger.sealer({
      mayBegin: asked.mayBegin,
      onHeld: asked.onHeld,
      onTrouble: (_stage, error) => troubles.push(error),
      onStanding: (problem) => setSealing(ledger.worker.pool, problem?.toProblem(), now().toISOString()),
      clockSkewMs: 60_000,
      now,
      leaseMs: 2_000,
    });
    const running = sealer.run(stopping.signal);
    stopLast = async () => {
      stopping.abort();
      await running;
      await asked.close();
    };
    return { doubts, troubles, stop: () => stopLast() };
  };
  let stopLast = async (): Promise<void> => {};
  // Also that of a test that failed: it would seal in the next one.
  afterEach(() => stopLast());

  before(async () => {
    proxy = await slowProxy();
    ledger = await sampleLedger('witnesses');
    witnesses = await makeWitnesses(3, 2, (which, address) => (which === 2 ? proxy.url : address));
    proxy.to(`http://${witnesses.addresses[2]}`);
    base = await headSize();
    policy = witnessPolicyOf(readFileSync(witnesses.policyFile));
    vkey = encodeVerifierKey(ledger.signer.key);
  });
  after(async () => {
    await witnesses?.stop();
    await proxy?.close();
    await ledger?.end();
  });
  beforeEach(async () => {
    clockAheadMs = 0;
    proxy.delayMs = 0;
    for (const which of [0, 1, 2]) if (!witnesses.isRunning(which)) await witnesses.start(vkey, which);
  });

  /** Every note that was published: whole, and of the one history. */
  const checkAll = async (): Promise<void> => {
    await checkWhole(ledger, said);
    const full: LogPolicy = { ...decodePolicy(readFileSync(witnesses.policyFile)), logs: [{ key: ledger.signer.key }] };
    const { rows } = await ledger.worker.pool.query<{ size: string; note: string; root: Buffer }>(
      'SELECT w.size, w.note, c.root FROM ledger.ledger_witnessed w JOIN ledger.ledger_checkpoint c USING (size)',
    );
    for (const { size, note, root } of rows) {
      const opened = openWitnessed(Buffer.from(note), full);
      assert.deepEqual([opened.size, Buffer.from(opened.root)], [Number(size), root]);
    }
    assert.ok(rows.length > 0);
  };

  test('a slow witness delays nothing, and what it says late is kept, told and published with what came before', async () => {
    const { stop } = await run();
    await allWitnessed();
    const folder = mkdtempSync(join(tmpdir(), 'quanlian-late-'));
    const published = new PublishedLog(ledger.worker.pool, 'witnessed');
    const files = new LogFiles(published, folder, false);
    const publishedFile = () => readFileSync(join(folder, 'checkpoint'), 'utf8');
    const told: string[] = [];
    const listening = await listen(
      ledger.worker,
      [witnessedChannel],
      (_channel, size) => told.push(size),
      () => undefined,
    );
    proxy.delayMs = 2_000;
    const begun = Date.now();
    await tellSome();
    await allWitnessed();
    assert.ok(Date.now() - begun < 1_500, `${Date.now() - begun} ms`);
    const size = await witnessedSize();
    const third = encodeVerifierKey(witnesses.keys[2] as (typeof witnesses.keys)[number]);
    assert.ok(!(await readLastWitnessed(ledger.worker.pool))?.note.includes('witness.example/w3'));
    await files.write();
    const before = publishedFile();
    await until('the third’s word is kept', async () => {
      const { rowCount } = await ledger.worker.pool.query(
        'SELECT FROM ledger.ledger_cosignature WHERE size = $1 AND witness = $2',
        [size, third],
      );
      return rowCount === 1;
    });
    await until('it is told', async () => told.filter((one) => one === String(size)).length >= 2);
    await files.write();
    const after = publishedFile();
    assert.deepEqual([after.startsWith(before), after.length > before.length], [true, true]);
    const { verified } = openNote(Buffer.from(after), witnesses.keys);
    assert.equal(verified.length, 3);
    // One that looked earlier and writes later takes nothing back.
    const slow = { checkpoint: () => Promise.resolve({ size, note: before }), keys: () => published.keys() };
    await new LogFiles(slow as unknown as PublishedLog, folder, false).write();
    assert.equal(publishedFile(), after);
    await listening.close();
    rmSync(folder, { recursive: true });
    await stop();
    await checkAll();
  });

  for (const step of ['read', 'decided', 'written', 'flushed', 'moved', 'kept'] as KeepStep[]) {
    test(`kill -9 of a witness at “${step}” while it is needed: all is witnessed once it is back`, async () => {
      const { stop } = await run();
      for (let cycle = 0; cycle < (isLong ? 34 : 1); cycle++) {
        await allWitnessed();
        if (witnesses.isRunning(2)) await witnesses.kill(2);
        await witnesses.kill(1);
        await witnesses.start(vkey, 1, step);
        const before = await headSize();
        await tellSome();
        await until('it was killed', async () => !witnesses.isRunning(1));
        assert.ok((await witnessedSize()) <= before);
        await witnesses.start(vkey, 1);
        await allWitnessed();
      }
      await stop();
      await checkAll();
    });
  }

  test('a witness that is beyond the round: the round gives way to the newest checkpoint', async () => {
    const { stop } = await run();
    await tellSome();
    await allWitnessed();
    const old = await witnessedSize();
    for (const which of [0, 1, 2]) await witnesses.kill(which);
    await tellSome();
    await until('a first checkpoint', async () => ((await readLastCheckpoint(ledger.worker.pool))?.size ?? 0) > old);
    await sleep(300);
    const stuckAt = (await readLastCheckpoint(ledger.worker.pool))?.size ?? 0;
    await tellSome();
    await until('a second', async () => ((await readLastCheckpoint(ledger.worker.pool))?.size ?? 0) > stuckAt);
    // By another way than ours: as a witness does that follows the published log.
    const newest = await readLastCheckpoint(ledger.worker.pool);
    assert.ok(newest);
    const hashes = new PgLedgerStore(ledger.worker).hashes(newest.size);
    for (const which of [0, 1]) {
      await witnesses.start(vkey, which);
      const address = `http://${witnesses.addresses[which]}`;
      for (let known = old; ;) {
        const { status: code, text } = await post(
          address,
          bodyOf(known, await proveConsistency(hashes, known, newest.size), newest.note),
        );
        if (code === 200) break;
        assert.equal(code, 409);
        known = Number(text);
      }
    }
    await allWitnessed();
    await stop();
    await checkAll();
  });

  test('while too few witnesses answer: what is admitted is durable and waits, boundedly; that its time is over is seen', async () => {
    const { stop } = await run();
    await tellSome();
    await allWitnessed();
    await stop();
    for (const which of [0, 1, 2]) await witnesses.kill(which);
    const again = await run();
    await until('it says why', async () => (await problemCode()) === 'witnesses-too-few');
    const before = await headSize();
    const { city, api, signer } = ledger;
    const logKey = { keyId: city.log.keyId, privateKey: city.log.privateKey };
    const admit = makeAdmission({
      origin: city.origin,
      logKeyOf: () => Promise.resolve(logKey),
      waitingMax: 5,
      sealWithinMs: 300,
    });
    const admitOne = async (one: Said): Promise<AdmissionReceipt> => {
      const client = await api.pool.connect();
      try {
        return await admit(client, one.bytes, one.signatures);
      } finally {
        client.release();
      }
    };
    const granted = Array.from({ length: 5 }, () => city.membershipGranted(providerCode));
    const receipts: AdmissionReceipt[] = [];
    for (const one of granted) receipts.push(await admitOne(one));
    // The bound is said to whoever comes next; who takes something away is never sent back.
    await assert.rejects(admitOne(city.membershipGranted(providerCode)), { code: 'inbox-full', status: 503 });
    const first = said.at(-1) as Said;
    const { person } = first.statement.body as { person: string };
    const end = city.say(
      'membership.ended',
      { department: providerCode, person },
      { issuer: providerCode, after: first.statement.id },
    );
    receipts.push(await admitOne(end));
    const { inbox } = await status();
    assert.deepEqual([inbox.waiting, inbox.sealBy], [6, receipts[0]?.sealBy]);
    await until('its time is over', async () => (await status()).inbox.overdue === 6);
    // What the receipt promised stays promised, and can be shown to have been missed.
    for (const receipt of receipts) checkAdmission(city.origin, receipt, city.log.publicKey);
    assert.equal((await status()).sealing.problem?.code, 'witnesses-too-few');
    assert.equal(await headSize(), before);
    await again.stop();
    // Nobody is left to say why: that it is late tells enough.
    await setSealing(ledger.worker.pool, undefined, now().toISOString());
    const late = (await status()).sealing;
    assert.deepEqual([late.ok, late.problem?.code, late.problem?.details?.['overdue']], [false, 'seal-overdue', 6]);

    await Promise.all([0, 1, 2].map((which) => witnesses.start(encodeVerifierKey(signer.key), which)));
    const last = await run();
    await until('nothing waits', async () => (await status()).inbox.waiting === 0);
    said.push(...granted, end);
    await until('it is well', async () => (await status()).sealing.ok);
    await allWitnessed();
    await last.stop();
    await checkAll();
  });

  test('a clock that jumps: nothing is sealed with it, it says why, and goes on when it is right again', async () => {
    const { stop, doubts } = await run();
    await tellSome();
    await allWitnessed();
    for (const jumpMs of [3_600_000, -3_600_000]) {
      clockAheadMs = jumpMs;
      const before = await headSize();
      await tellSome();
      await until('it says why', async () => (await problemCode()) === 'clock-off');
      assert.equal(await headSize(), before);
      clockAheadMs = 0;
      await until('it goes on', async () => (await headSize()) === base + said.length);
      await allWitnessed();
      await until('it says so', async () => (await problemCode()) === undefined);
    }
    // The jump itself was noticed before anything was sealed, not by a cosignature after it.
    assert.deepEqual(doubts, []);
    const { rows } = await ledger.worker.pool.query<{ ahead: boolean }>(
      `SELECT max(sealed_at) > now() + interval '1 minute' AS ahead FROM ledger.ledger_entry`,
    );
    assert.deepEqual(rows, [{ ahead: false }]);
    await stop();
    await checkAll();
  });

  test('a clock that creeps away under the sealer is noticed by the cosignatures', async () => {
    const { stop, doubts } = await run();
    await tellSome();
    await allWitnessed();
    // In steps that the machine’s own steady clock would let pass.
    for (const aheadMs of [25_000, 50_000]) {
      clockAheadMs = aheadMs;
      await tellSome();
      await allWitnessed();
    }
    await stop();
    const again = await run();
    await tellSome();
    await allWitnessed();
    clockAheadMs = 90_000;
    await tellSome();
    await until('it is doubted', async () => again.doubts.some(({ code }) => code === 'clock-off'));
    await until('it says why', async () => (await problemCode()) === 'clock-off');
    clockAheadMs = 0;
    await allWitnessed();
    await again.stop();
    assert.deepEqual(doubts, []);
    await checkAll();
  });
});
