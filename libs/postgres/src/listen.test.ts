import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomId } from '#crypto';
import { migratedDatabase, type TestDatabase } from '#testing';
import { postgresAuditLog } from './audit-log.js';
import { connect, type Database } from './database.js';
import { listen, listenToChanges, postgresAnnouncements, type Change } from './listen.js';
import { atDatabase, withClient } from './roles.js';

let place: TestDatabase;
let api: Database;
let worker: Database;
before(async () => {
  place = await migratedDatabase('listen');
  api = await connect(place.apiUrl, { poolSize: 3 });
  worker = await connect(place.workerUrl, { poolSize: 3 });
});
after(() => Promise.all([api.close(), worker.close()]));

async function until(condition: () => boolean, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    assert.ok(performance.now() < end, 'it did not happen in time');
    await sleep(5);
  }
}

test('what one process announces, another hears; however many departments it concerns', async () => {
  const heard: Change[] = [];
  const listening = await listenToChanges(api, (change) => heard.push(change));
  const announcements = postgresAnnouncements(worker);
  const small = { kind: 'right.granted', id: randomId(), departments: ['A', 'B'] };
  const departments = Array.from({ length: 2000 }, (_, i) => `11330000MB${String(i).padStart(8, '0')}`);
  await announcements.announce(small);
  await announcements.announce({ ...small, departments });
  // Somebody else's words on our channel are nobody's change.
  await worker.pool.query("SELECT pg_notify('quanlian_change', 'nonsense'), pg_notify('quanlian_change', '{\"kind\": 1}')");
  const last = { kind: 'last', id: randomId(), departments: [] };
  await announcements.announce(last);
  await until(() => heard.some(({ kind }) => kind === 'last'));
  assert.deepEqual(heard[0], small);
  assert.deepEqual(heard.at(-1), last);
  assert.deepEqual(
    heard.slice(1, -1).flatMap((change) => change.departments),
    departments,
  );
  await listening.close();
});

test('listening survives a database that goes away and comes back, and says that it may have missed something', async () => {
  const heard: string[] = [];
  let gaps = 0;
  const listening = await listen(
    api,
    ['quanlian_test'],
    (_channel, payload) => heard.push(payload),
    () => gaps++,
  );
  await withClient(atDatabase(place.url, 'postgres'), async (client) => {
    await client.query(`ALTER DATABASE ${place.name} ALLOW_CONNECTIONS false`);
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [place.name]);
    await sleep(300);
    assert.equal(gaps, 0);
    await client.query(`ALTER DATABASE ${place.name} ALLOW_CONNECTIONS true`);
  });
  await until(() => gaps === 1);
  await worker.pool.query("SELECT pg_notify('quanlian_test', 'after')");
  await until(() => heard.length === 1);
  assert.deepEqual(heard, ['after']);
  await listening.close();
  await withClient(place.url, async (client) => {
    const { rows } = await client.query(
      "SELECT FROM pg_stat_activity WHERE application_name = 'quanlian-listen' AND datname = $1",
      [place.name],
    );
    assert.equal(rows.length, 0);
  });
});

test('closed while the database is away, it stays closed', async () => {
  const listening = await listen(
    api,
    ['quanlian_test'],
    () => {},
    () => assert.fail('it came back'),
  );
  await withClient(atDatabase(place.url, 'postgres'), async (client) => {
    await client.query(`ALTER DATABASE ${place.name} ALLOW_CONNECTIONS false`);
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [place.name]);
    await sleep(120);
    await listening.close();
    await client.query(`ALTER DATABASE ${place.name} ALLOW_CONNECTIONS true`);
  });
  await sleep(300);
});

test('the audit log keeps what was refused, without secrets and without numbers that point at somebody', async () => {
  const log = postgresAuditLog(api);
  const person = randomId();
  await log.write({
    at: '2026-03-01T08:00:00.000Z',
    person,
    department: 'A',
    action: 'POST /api/people/110101199003070012',
    code: 'bad-login',
    details: {
      login: '13800138000',
      note: '身份证 11010119900307001X，卡号 6222020200112233445',
      phone: 13_800_138_000,
      line: 42,
      right: '0123456789abcdef0123456789abcdef',
      password: 'hunter2',
      accessToken: 'abc',
      nested: { password: 'hunter3' },
      list: ['13900139000', 7],
      nul: 'a\0b',
    },
  });
  await log.write({ at: '2026-03-01T09:00:00.000Z', action: 'GET /', code: 'not-logged-in' });
  const [second, first] = await log.list('2026-03-02T00:00:00.000Z', 10);
  assert.deepEqual(second, { at: '2026-03-01T09:00:00.000Z', action: 'GET /', code: 'not-logged-in', details: {} });
  assert.deepEqual(first, {
    at: '2026-03-01T08:00:00.000Z',
    person,
    department: 'A',
    action: 'POST /api/people/110***12',
    code: 'bad-login',
    details: {
      login: '138***00',
      note: '身份证 110***1X，卡号 622***45',
      phone: '***',
      line: 42,
      right: '0123456789abcdef0123456789abcdef',
      password: '***',
      accessToken: '***',
      nested: 'object',
      list: ['139***00', 7],
      nul: 'ab',
    },
  });
  assert.equal((await log.list('2026-03-01T09:00:00.000Z', 10)).length, 1);
  await assert.rejects(log.prune('2026-03-01T09:00:00.000Z'), /permission denied/, 'the API cannot remove its own traces');
  assert.equal(await postgresAuditLog(worker).prune('2026-03-01T09:00:00.000Z'), 1);
  await assert.rejects(
    withClient(place.workerUrl, (client) => client.query("UPDATE office.audit_log SET code = 'x'")),
    /permission denied/,
  );
});
