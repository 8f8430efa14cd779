import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '#contracts';
import { randomId } from '#crypto';
import { gateOf } from '#ledger';
import { migratedDatabase, type TestDatabase } from '#testing';
import { connect, type Database } from './database.js';
import { openGate, type GateTimes } from './gate.js';
import { withClient } from './roles.js';

let place: TestDatabase;
let api: Database;
before(async () => {
  place = await migratedDatabase('gate');
  api = await connect(place.apiUrl, { poolSize: 2 });
});
after(() => api.close());

/** The department that everything goes to. */
const grantee = '119901000000003268';
const clock = { now: () => new Date('2026-03-01T08:00:00.000Z') };
const gateAt = (times?: GateTimes) => openGate(api, clock, times);
const unavailable = (error: unknown) => error instanceof Refusal && error.code === 'unavailable';

interface Told {
  right?: string;
  from?: string;
  until?: string;
  delivery?: string;
  ofAnother?: boolean;
  /** A recipient that the delivery is encrypted to has ended. */
  recipientEnded?: boolean;
}
/** A right and a delivery under it, as the sealer would have written them. */
async function tell({
  right = 'in-force',
  from = '2026-01-01T00:00:00.000Z',
  until = '2027-01-01T00:00:00.000Z',
  ...more
}: Told = {}) {
  const ids = { right: randomId(), delivery: randomId() };
  await withClient(place.url, async (client) => {
    const put = (kind: string, id: string, state: object) =>
      client.query(`INSERT INTO projection."${kind}" (id, state, changed_at) VALUES ($1, $2, 1)`, [id, JSON.stringify(state)]);
    await put('right', ids.right, { state: right, terms: { window: { from, until } } });
    const recipients = [`age1${randomId()}`, `age1${randomId()}`];
    for (const [i, recipient] of recipients.entries()) {
      await put('recipient', recipient, { department: grantee, ...(more.recipientEnded && i === 1 ? { endedAt: 2 } : {}) });
    }
    await put('delivery', ids.delivery, {
      right: more.ofAnother ? randomId() : ids.right,
      state: more.delivery ?? 'prepared',
      decided: { recipients },
    });
  });
  return ids;
}

/** As the sealer ends a right. */
const endOf = (right: string) => [
  'BEGIN',
  `SELECT pg_advisory_xact_lock(${gateOf(right)})`,
  `UPDATE projection."right" SET state = jsonb_set(state, '{state}', '"terminated"') WHERE id = '${right}'`,
];

test('promise 8: a chunk is handed over only while right and delivery allow it', async () => {
  const gate = await gateAt();
  const passes = async (told: Told) => {
    const { right, delivery } = await tell(told);
    let handed = 0;
    const isOpen = await gate.whileOpen({ right, delivery, grantee }, () => void handed++);
    assert.equal(handed, isOpen ? 1 : 0);
    return isOpen;
  };
  assert.equal(await passes({}), true);
  assert.equal(await passes({ delivery: 'received' }), true, 'downloading again costs nothing');
  assert.equal(await passes({ from: clock.now().toISOString() }), true);
  for (const told of [
    { right: 'suspended' },
    { right: 'terminated' },
    { from: '2026-03-01T08:00:00.001Z' },
    { until: clock.now().toISOString() },
    { delivery: 'decided' },
    { delivery: 'cancelled' },
    { delivery: 'failed' },
    { ofAnother: true },
    { recipientEnded: true },
  ])
    assert.equal(await passes(told), false, JSON.stringify(told));
  const { right, delivery } = await tell();
  const never = () => assert.fail('handed over');
  assert.equal(await gate.whileOpen({ right: randomId(), delivery, grantee }, never), false);
  assert.equal(await gate.whileOpen({ right, delivery: randomId(), grantee }, never), false);
  assert.equal(await gate.whileOpen({ right: `${right}' OR true --`, delivery, grantee }, never), false);
  assert.equal(await gate.whileOpen({ right, delivery: delivery.toUpperCase(), grantee }, never), false);
  await gate.close();
});

test('promise 8: after the commit of an end no chunk of any download is handed over', async () => {
  const { right, delivery } = await tell();
  const gates = await Promise.all(Array.from({ length: 4 }, () => gateAt({ waitMs: 20_000, trustMs: 20_000 })));
  let last = 0;
  let chunks = 0;
  const countChunks = () => chunks;
  const downloads = gates.map(async (gate) => {
    while (await gate.whileOpen({ right, delivery, grantee }, () => ((last = performance.now()), void chunks++)));
  });
  while (countChunks() < 20) await sleep(10);
  await withClient(place.workerUrl, async (client) => {
    for (const statement of endOf(right)) await client.query(statement);
    const locked = performance.now();
    assert.ok(last < locked, 'who holds the gate exclusively is alone');
    const before = chunks;
    await sleep(150);
    assert.equal(chunks, before, 'nobody hands over while an end is being committed');
    // The answer to the commit is half a second late: what happens after the commit, but before anybody here knows of it, must not
    // include a chunk either.
    await client.query('COMMIT; SELECT pg_sleep(0.5)');
    await Promise.all(downloads);
    assert.equal(chunks, before);
  });
  for (const gate of gates) await gate.close();
});

test('promise 8: no end commits while a chunk is handed over', async () => {
  const { right, delivery } = await tell();
  const gate = await gateAt();
  const tryToEnd = `
    import pg from 'pg';
    const client = new pg.Client({ connectionString: process.argv[1], options: '-c lock_timeout=300' });
    await client.connect();
    const gotIt = await client.query('SELECT pg_advisory_xact_lock(${gateOf(right)})').then(() => 'got it', (error) => error.code);
    console.log(gotIt);
    await client.end();`;
  // Another process tries, since this one does nothing else while it hands over.
  const attempt = () =>
    spawnSync(process.execPath, ['--input-type=module', '-e', tryToEnd, place.workerUrl]).stdout.toString().trim();
  let answer = '';
  assert.equal(await gate.whileOpen({ right, delivery, grantee }, () => void (answer = attempt())), true);
  assert.equal(answer, '55P03', 'lock_not_available');
  assert.equal(attempt(), 'got it', 'and afterwards nothing holds it up');
  await gate.close();
});

test('a handover that throws leaves the gate free, and its error is the caller’s', async () => {
  const { right, delivery } = await tell();
  const gate = await gateAt();
  const cut = () => {
    throw new Error('the socket is gone');
  };
  await assert.rejects(gate.whileOpen({ right, delivery, grantee }, cut), /the socket is gone/);
  assert.equal(await gate.whileOpen({ right, delivery, grantee }, () => {}), true);
  await withClient(place.workerUrl, async (client) => {
    await client.query('SET lock_timeout = 500');
    for (const statement of [...endOf(right), 'COMMIT']) await client.query(statement);
  });
  assert.equal(await gate.whileOpen({ right, delivery, grantee }, () => {}), false);
  await gate.close();
});

test('an end that hangs does not hang the download: it is told to come again, and nothing stays locked', async () => {
  const { right, delivery } = await tell();
  const gate = await gateAt({ waitMs: 300 });
  await withClient(place.workerUrl, async (client) => {
    for (const statement of endOf(right)) await client.query(statement);
    await assert.rejects(
      gate.whileOpen({ right, delivery, grantee }, () => assert.fail('handed over')),
      unavailable,
    );
    await client.query('ROLLBACK');
  });
  assert.equal(await gate.whileOpen({ right, delivery, grantee }, () => {}), true);
  await gate.close();
  await withClient(place.url, async (client) => {
    const { rows } = await client.query(
      "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    assert.equal(rows.length, 0);
  });
});

test('a process that slept through the answer does not believe it any more', async () => {
  const { right, delivery } = await tell();
  const gate = await gateAt({ trustMs: 2000 });
  assert.equal(await gate.whileOpen({ right, delivery, grantee }, () => {}), true);
  const asking = gate.whileOpen({ right, delivery, grantee }, () => assert.fail('handed over'));
  // The question is on its way, the answer cannot be heard.
  await new Promise((done) => setImmediate(done));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2100);
  await assert.rejects(asking, unavailable);
  assert.equal(await gate.whileOpen({ right, delivery, grantee }, () => {}), true);
  await gate.close();
});

test('a process that stops while it hands over cannot keep an end from committing', async () => {
  const { right, delivery } = await tell({ until: '9999-01-01T00:00:00.000Z' });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'gate.fixture.js'), place.apiUrl, right, delivery, '1500'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    const since = performance.now();
    await withClient(place.workerUrl, async (client) => {
      for (const statement of [...endOf(right), 'COMMIT']) await client.query(statement);
    });
    const waited = performance.now() - since;
    assert.ok(waited < 20_000, `the end waited ${waited} ms for the server to take the lock back`);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a lost connection is opened anew; a closed gate lets nothing through', async () => {
  const { right, delivery } = await tell();
  const gate = await gateAt();
  assert.equal(await gate.whileOpen({ right, delivery, grantee }, () => {}), true);
  await withClient(place.url, (client) =>
    client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quanlian-gate'"),
  );
  let passed = false;
  for (let tries = 0; !passed && tries < 5; tries++)
    passed = await gate
      .whileOpen({ right, delivery, grantee }, () => {})
      .catch((error: unknown) => {
        assert.ok(unavailable(error));
        return false;
      });
  assert.equal(passed, true);
  await gate.close();
  await assert.rejects(
    gate.whileOpen({ right, delivery, grantee }, () => assert.fail('handed over')),
    unavailable,
  );
  await withClient(place.url, async (client) => {
    const { rows } = await client.query(
      "SELECT FROM pg_stat_activity WHERE application_name = 'quanlian-gate' AND datname = current_database()",
    );
    assert.equal(rows.length, 0);
  });
});
