import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal, type DatasetEntry, type Problem, type Statement } from '#contracts';
import { randomId, sha256Hex } from '#crypto';
import type { Inbox, Proposal, Stores, Transactions, Upload, VersionFile } from '#exchange';
import { migratedDatabase, type TestDatabase } from '#testing';
import { connect, type Database } from '../database.js';
import { withClient } from '../roles.js';
import { postgresTransactions } from '../transactions.js';

// As the API's role throughout, and as the worker's where the worker does it: what a role may not do fails here first.
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
  const database = await connect(url, { poolSize: 6 });
  open.push(database);
  return postgresTransactions(database, noInbox);
}

before(async () => {
  place = await migratedDatabase('office');
  api = await openAs(place.apiUrl);
  worker = await openAs(place.workerUrl);
});
after(() => Promise.all(open.map((database) => database.close())));

const now = '2026-03-01T08:00:00.000Z';
const later = '2026-03-01T09:00:00.000Z';
const refusal = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;
const everything = () =>
  withClient(place.url, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'office'",
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`SELECT t::text AS text FROM office.${name} t`);
      texts.push(...rows.map(({ text }) => text));
    }
    return texts.join('\n');
  });

async function addPerson(login: string): Promise<string> {
  const id = randomId();
  await api.run(({ people }) => people.add({ id, login, name: `name of ${login}`, passwordHash: `hash of ${login}` }));
  return id;
}

test('people: one log-in name whatever its case; failures are counted one by one', async () => {
  const id = await addPerson('WangFang');
  await assert.rejects(
    api.run(({ people }) => people.add({ id: randomId(), login: 'wangfang', name: 'x', passwordHash: 'y' })),
    refusal('already-exists'),
  );
  const person = await api.run(({ people }) => people.byLogin('WANGFANG'));
  assert.deepEqual(person, { id, login: 'WangFang', name: 'name of WangFang', passwordHash: 'hash of WangFang', failures: 0 });
  const counts = await Promise.all(Array.from({ length: 6 }, () => api.run(({ people }) => people.countFailure(id))));
  assert.deepEqual(
    counts.toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5, 6],
  );
  assert.equal(await api.run(({ people }) => people.countFailure(id, later)), 7);
  assert.equal((await api.run(({ people }) => people.get(id)))?.lockedUntil, later);
  await api.run(({ people }) => people.clearFailures(id));
  await api.run(({ people }) => people.setPassword(id, 'new hash'));
  assert.deepEqual(await api.run(({ people }) => people.get(id)), { ...person, passwordHash: 'new hash' });
});

test('promise 7: erasing a person leaves the random id and nothing else, anywhere', async () => {
  const id = await addPerson('zhao-erased');
  await api.run(({ credentials }) =>
    credentials.add(
      { id: randomId(), person: id, kind: 'token', label: 'laptop of zhao-erased', createdAt: now, expiresAt: later },
      sha256Hex('zhao'),
    ),
  );
  await api.run(({ people }) => people.erase(id, later));
  const stored = await everything();
  assert.ok(stored.includes(id));
  assert.ok(!stored.includes('zhao-erased'));
  const erased = { id, login: '', name: '', passwordHash: '', failures: 0, erasedAt: later };
  assert.deepEqual(await api.run(({ people }) => people.get(id)), erased);
  assert.equal(await api.run(({ people }) => people.byLogin('zhao-erased')), undefined);
  assert.equal((await api.run(({ people }) => people.names([id]))).size, 0);
  assert.equal(await api.run(({ credentials }) => credentials.find(sha256Hex('zhao'), now)), undefined);
  // A password set at the same moment does not bring anybody back.
  await api.run(({ people }) => people.setPassword(id, 'again'));
  assert.deepEqual(await api.run(({ people }) => people.get(id)), erased);
  await addPerson('zhao-erased');
});

test('credentials: the secret is nowhere; what is revoked, expired or unknown opens nothing', async () => {
  const person = await addPerson('credentials');
  const secret = 'the-secret-itself';
  const hash = sha256Hex(secret);
  const credential = { id: randomId(), person, kind: 'session' as const, label: 'browser', createdAt: now, expiresAt: later };
  await api.run(({ credentials }) => credentials.add(credential, hash));
  assert.deepEqual(await api.run(({ credentials }) => credentials.find(hash, now)), credential);
  assert.equal(await api.run(({ credentials }) => credentials.find(hash, later)), undefined, 'its end is not in force');
  assert.equal(await api.run(({ credentials }) => credentials.find(sha256Hex('other'), now)), undefined);
  await assert.rejects(
    api.run(({ credentials }) => credentials.add({ ...credential, id: randomId() }, secret)),
    /hex64/,
    'a secret in place of its digest is refused by the database itself',
  );
  assert.ok(!(await everything()).includes(secret));
  await api.run(({ credentials }) => credentials.touch(credential.id, now));
  const listed = await api.run(({ credentials }) => credentials.list(person));
  assert.deepEqual(listed, [{ ...credential, lastUsedAt: now }], 'lists say nothing of the digest either');

  const stranger = await addPerson('stranger');
  assert.equal(await api.run(({ credentials }) => credentials.revoke(stranger, credential.id)), false);
  assert.equal(await api.run(({ credentials }) => credentials.revoke(person, credential.id)), true);
  assert.equal(await api.run(({ credentials }) => credentials.find(hash, now)), undefined);

  // The next log-in sweeps what has ended.
  await api.run(({ credentials }) => credentials.add({ ...credential, id: randomId() }, sha256Hex('one')));
  const fresh = { ...credential, id: randomId(), createdAt: later, expiresAt: '2026-03-01T10:00:00.000Z' };
  await api.run(({ credentials }) => credentials.add(fresh, sha256Hex('two')));
  assert.deepEqual(await api.run(({ credentials }) => credentials.list(person)), [fresh]);
  await api.run(({ credentials }) => credentials.revokeAll(person));
  assert.deepEqual(await api.run(({ credentials }) => credentials.list(person)), []);
});

test('credentials: a set-up link opens once, and a new one closes the one before', async () => {
  const [first, second] = [sha256Hex('first link'), sha256Hex('second link')];
  await api.run(({ credentials }) => credentials.openSetup(first, later));
  await api.run(({ credentials }) => credentials.openSetup(second, later));
  assert.equal(await api.run(({ credentials }) => credentials.isSetupOpen(first, now)), false);
  assert.equal(await api.run(({ credentials }) => credentials.closeSetup(first, now)), false);
  assert.equal(await api.run(({ credentials }) => credentials.closeSetup(second, later)), false, 'it has expired by then');
  assert.equal(await api.run(({ credentials }) => credentials.isSetupOpen(second, now)), true);
  const opened = await Promise.all([1, 2, 3].map(() => api.run(({ credentials }) => credentials.closeSetup(second, now))));
  assert.deepEqual(opened.filter(Boolean), [true]);
});

test('the worker sees neither credentials nor passwords', async () => {
  for (const table of ['credential', 'setup_link', 'person'])
    await assert.rejects(
      withClient(place.workerUrl, (client) => client.query(`SELECT * FROM office.${table}`)),
      /permission denied/,
    );
});

function proposalOf(more: Partial<Proposal> = {}): Proposal {
  const id = randomId();
  return {
    id,
    type: 'dataset.entered',
    issuer: 'A',
    statement: { id, body: { zh: '数据', n: 9007199254740991 } } as unknown as Statement,
    custody: 'exchange',
    state: 'awaiting-approval',
    preparedBy: randomId(),
    preparedByDepartment: 'A',
    preparedAt: now,
    sentence: { zh: '登记', en: 'enters' },
    ...more,
  };
}

test('proposals: two approvals at once become one', async () => {
  const proposal = proposalOf();
  await api.run(({ proposals }) => proposals.add(proposal));
  await assert.rejects(
    api.run(({ proposals }) => proposals.add(proposal)),
    refusal('already-exists'),
  );
  let approvals = 0;
  const approve = () =>
    api.run(async ({ proposals }) => {
      const held = await proposals.lock(proposal.id);
      if (held?.state !== 'awaiting-approval') return;
      await sleep(20);
      approvals++;
      await proposals.update({ ...held, state: 'awaiting-signature' });
    });
  await Promise.all([approve(), approve(), approve(), approve()]);
  assert.equal(approvals, 1);
  assert.deepEqual(await api.run(({ proposals }) => proposals.get(proposal.id)), { ...proposal, state: 'awaiting-signature' });
  assert.equal(await api.run(({ proposals }) => proposals.lock(randomId())), undefined);
});

test('proposals: waiting ones oldest first, all of them newest first, page by page, for all who are concerned', async () => {
  const rows = [
    proposalOf({ issuer: 'L1' }),
    proposalOf({ issuer: 'L2', approvalBy: 'L1' }),
    proposalOf({ issuer: 'L2', preparedByDepartment: 'L1', state: 'awaiting-signature' }),
    proposalOf({ issuer: 'L1', state: 'admitted' }),
    proposalOf({ issuer: 'L1', state: 'returned', returnReason: 'a reason' }),
    proposalOf({ issuer: 'L2', preparedByDepartment: 'L2' }),
  ];
  for (const row of rows) await api.run(({ proposals }) => proposals.add(row));
  const turn = async (filter: { department?: string; state: 'waiting' | 'all' }) => {
    const found: Proposal[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await api.run(({ proposals }) =>
        proposals.list(filter, { limit: 2, ...(cursor === undefined ? {} : { cursor }) }),
      );
      assert.ok(page.items.length <= 2);
      found.push(...page.items);
      if (page.next === undefined) return found;
      cursor = page.next;
    }
  };
  assert.deepEqual(await turn({ department: 'L1', state: 'waiting' }), rows.slice(0, 3));
  assert.deepEqual(await turn({ department: 'L1', state: 'all' }), rows.slice(0, 5).toReversed());
  assert.deepEqual((await turn({ state: 'all' })).slice(0, 6), rows.toReversed());
  for (const cursor of ['nonsense', Buffer.from('["a"]').toString('base64url'), Buffer.from('[1,2]').toString('base64url')])
    await assert.rejects(
      api.run(({ proposals }) => proposals.list({ state: 'all' }, { limit: 2, cursor })),
      refusal('bad-input'),
    );
});

test('promise 7: a destroyed text is gone, and stays gone when it is said again', async () => {
  const commitment = sha256Hex('commitment');
  const text = { commitment, key: 'the key of the text', text: '张三的申请理由' };
  await api.run(({ texts }) => texts.add(text));
  await api.run(({ texts }) => texts.add({ ...text, text: 'another' }));
  const found = await api.run(({ texts }) => texts.get([commitment, sha256Hex('unknown')]));
  assert.deepEqual([...found], [[commitment, { key: text.key, text: text.text }]]);
  await api.run(({ texts }) => texts.destroy(commitment));
  await api.run(({ texts }) => texts.add(text));
  assert.equal((await api.run(({ texts }) => texts.get([commitment]))).size, 0);
  const stored = await everything();
  assert.ok(!stored.includes(text.text) && !stored.includes(text.key));
});

test('secrets: put replaces, putIfAbsent keeps the first of several', async () => {
  assert.equal(await api.run(({ secrets }) => secrets.get('absent')), undefined);
  const bytes = [1, 2, 3, 4].map((n) => Buffer.from([0, n, 255]));
  const won = await Promise.all(bytes.map((one) => worker.run(({ secrets }) => secrets.putIfAbsent('log-key', one))));
  assert.equal(won.filter(Boolean).length, 1);
  assert.deepEqual(await api.run(({ secrets }) => secrets.get('log-key')), bytes[won.indexOf(true)]);
  await api.run(({ secrets }) => secrets.put('log-key', Buffer.from('new')));
  assert.deepEqual(await worker.run(({ secrets }) => secrets.get('log-key')), Buffer.from('new'));
});

const entry = { title: '自然村', items: [{ name: 'code' }] } as unknown as DatasetEntry;
function versionOf(parts: number): VersionFile {
  const version = randomId();
  return {
    version,
    recipient: 'age1recipient',
    contentDigest: sha256Hex('content'),
    fileSha256: sha256Hex('file'),
    fileName: 'villages.csv',
    entry,
    parts: Array.from({ length: parts }, (_, i) => ({
      name: `${version}-${i}`,
      rows: i,
      sizeBytes: 5_000_000_000 + i,
      sha256: sha256Hex(`part ${i}`),
    })),
  };
}

test('versions: parts in their order and exact sizes; nobody changes them afterwards', async () => {
  const file = versionOf(1200);
  await api.run(({ versions }) => versions.add(file));
  assert.deepEqual(await worker.run(({ versions }) => versions.get(file.version)), file);
  await assert.rejects(
    api.run(({ versions }) => versions.add({ ...versionOf(1), version: file.version })),
    refusal('already-exists'),
  );
  const names = await worker.run(({ versions }) => versions.partNames());
  assert.ok(file.parts.every(({ name }) => names.has(name)));
  assert.equal(await api.run(({ versions }) => versions.get(randomId())), undefined);
  for (const url of [place.apiUrl, place.workerUrl])
    for (const sql of ['UPDATE office.version_file SET recipient = $1', 'DELETE FROM office.version_part WHERE name <> $1'])
      await assert.rejects(
        withClient(url, (client) => client.query(sql, ['x'])),
        /permission denied/,
      );
});

test('uploads: put replaces all of it; silent ones are failed with their reason', async () => {
  const upload: Upload = {
    id: randomId(),
    dataset: randomId(),
    person: randomId(),
    department: 'A',
    fileName: '村.csv',
    state: 'receiving',
    bytes: 6_000_000_000,
    rows: 10,
    updatedAt: now,
  };
  const problem: Problem = { type: 'urn:x', code: 'upload-cut', status: 400, title: { zh: '中断', en: 'cut' } };
  await api.run(({ uploads }) => uploads.put({ ...upload, problem, fileSha256: sha256Hex('x') }));
  await api.run(({ uploads }) => uploads.put(upload));
  assert.deepEqual(await api.run(({ uploads }) => uploads.get(upload.id)), upload, 'what is gone from it is gone from the row');
  assert.equal(await worker.run(({ uploads }) => uploads.failStale(now, problem)), 0);
  assert.equal(await worker.run(({ uploads }) => uploads.failStale(later, problem)), 1);
  assert.deepEqual(await api.run(({ uploads }) => uploads.get(upload.id)), { ...upload, state: 'failed', problem });
});

test('notices: the same kind, subject and department once only, also at once; read by each for himself', async () => {
  const notice = (more: object = {}) => ({
    id: randomId(),
    at: now,
    kind: 'receipt-missing',
    sentence: { zh: '未收到回执', en: 'no receipt' },
    department: 'N1',
    ...more,
  });
  const subject = randomId();
  const added = await Promise.all(Array.from({ length: 4 }, () => worker.run(({ notices }) => notices.add(notice({ subject })))));
  assert.equal(added.filter(Boolean).length, 1);
  assert.equal(await worker.run(({ notices }) => notices.add(notice())), true, 'without a subject it is another one');
  assert.equal(await worker.run(({ notices }) => notices.add(notice())), false);
  const forSupervisors = notice({ subject: randomId(), role: 'supervisor' });
  await worker.run(({ notices }) => notices.add(forSupervisors));
  await worker.run(({ notices }) => notices.add(notice({ department: 'N2', subject })));

  const [me, other] = [randomId(), randomId()];
  const list = (person: string, roles: 'supervisor'[], page: { limit: number; cursor?: string } = { limit: 10 }) =>
    api.run(({ notices }) => notices.list({ departments: ['N1'], roles, person }, page));
  assert.equal((await list(me, [])).items.length, 2);
  const all = await list(me, ['supervisor']);
  assert.deepEqual(all.items[0], { ...forSupervisors, read: false }, 'the newest first');
  assert.equal(all.items.length, 3);
  const mark = (id: string, roles: 'supervisor'[], departments = ['N1']) =>
    api.run(({ notices }) => notices.markRead(id, { departments, roles, person: me }));
  assert.equal(await mark(forSupervisors.id, ['supervisor']), true);
  assert.equal(await mark(forSupervisors.id, ['supervisor']), true);
  assert.deepEqual(
    [await mark(forSupervisors.id, []), await mark(forSupervisors.id, ['supervisor'], ['N2']), await mark(randomId(), [])],
    [false, false, false],
    'nobody learns from it what others are told',
  );
  assert.deepEqual(
    (await list(me, ['supervisor'])).items.map(({ read }) => read),
    [true, false, false],
  );
  assert.deepEqual(
    (await list(other, ['supervisor'])).items.map(({ read }) => read),
    [false, false, false],
  );
  const first = await list(me, ['supervisor'], { limit: 2 });
  assert.ok(first.next !== undefined);
  const rest = await list(me, ['supervisor'], { limit: 2, cursor: first.next });
  assert.deepEqual(
    [...first.items, ...rest.items].map(({ id }) => id),
    all.items.map(({ id }) => id),
  );
  assert.equal(rest.next, undefined);
});

test('calendars: a year is replaced by its correction', async () => {
  const year = { year: 2026, notice: '国办发明电', daysOff: ['2026-01-01'], workingDays: ['2026-01-04'], loadedAt: now };
  await api.run(({ calendars }) => calendars.put({ ...year, daysOff: [] }));
  await api.run(({ calendars }) => calendars.put(year));
  await api.run(({ calendars }) => calendars.put({ ...year, year: 2025 }));
  assert.deepEqual(await worker.run(({ calendars }) => calendars.get(2026)), year);
  assert.deepEqual(
    (await api.run(({ calendars }) => calendars.all())).map(({ year: one }) => one),
    [2025, 2026],
  );
  assert.equal(await api.run(({ calendars }) => calendars.get(1999)), undefined);
});

test('a transaction is whole: a refusal takes everything back', async () => {
  const proposal = proposalOf();
  const half = async ({ proposals, secrets }: Stores) => {
    await proposals.add(proposal);
    await secrets.put('half', Buffer.from('half'));
    throw new Refusal('stale');
  };
  await assert.rejects(api.run(half), refusal('stale'));
  assert.equal(await api.run(({ proposals }) => proposals.get(proposal.id)), undefined);
  assert.equal(await api.run(({ secrets }) => secrets.get('half')), undefined);
});

test('work that met a deadlock is done again; a database that is away is a refusal', async () => {
  const [one, two] = [proposalOf(), proposalOf()];
  await api.run(({ proposals }) => proposals.add(one));
  await api.run(({ proposals }) => proposals.add(two));
  let runs = 0;
  const lockBoth = (first: string, second: string) =>
    api.run(async ({ proposals }) => {
      runs++;
      await proposals.lock(first);
      await sleep(100);
      await proposals.lock(second);
    });
  await Promise.all([lockBoth(one.id, two.id), lockBoth(two.id, one.id)]);
  assert.ok(runs > 2, 'they did meet');

  const doomed = await openAs(place.apiUrl);
  await withClient(place.url, async (client) => {
    await assert.rejects(
      doomed.run(async ({ proposals }) => {
        await client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'quanlian_api' AND state = 'idle in transaction'",
        );
        await sleep(50);
        return proposals.get(one.id);
      }),
      refusal('unavailable'),
    );
  });
  assert.equal((await doomed.run(({ proposals }) => proposals.get(one.id)))?.id, one.id, 'the next one gets a new connection');
});
