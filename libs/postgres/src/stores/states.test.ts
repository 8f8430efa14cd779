import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Refusal } from '#contracts';
import type { Inbox, Page, PageRequest, StateReader, Transactions } from '#exchange';
import { migratedDatabase, type TestDatabase } from '#testing';
import type pg from 'pg';
import { connect, type Database } from '../database.js';
import { withClient } from '../roles.js';
import { postgresTransactions } from '../transactions.js';

// The projections are filled here as the sealer would: what is tested is how they are read.
let place: TestDatabase;
let database: Database;
let api: Transactions;
const noInbox = (): Inbox => ({
  admit: () => Promise.reject(new Error('none')),
  states: async () => new Map(),
  proveSealed: () => Promise.reject(new Error('none')),
});
const idOf = (n: number) => n.toString(16).padStart(32, '0');
const dayOf = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString();

async function put(client: pg.Client, kind: string, id: string, state: object, changedAt = 0) {
  await client.query(`INSERT INTO projection."${kind}" (id, state, changed_at) VALUES ($1, $2, $3)`, [
    id,
    JSON.stringify(state),
    changedAt,
  ]);
}

before(async () => {
  place = await migratedDatabase('states');
  database = await connect(place.apiUrl, { poolSize: 4 });
  api = postgresTransactions(database, noInbox);
  await withClient(place.url, async (client) => {
    await put(client, 'department', 'D1', { name: '江城市公安局', level: 'city', region: '009900', competent: false });
    await put(client, 'department', 'D2', { name: '江城市民政局', level: 'city', region: '009900', competent: false });
    for (const [i, [department, endedAt]] of ([['D1'], ['D1', 7], ['D2']] as [string, number?][]).entries()) {
      await put(client, 'key', `key ${i}`, { department, ...(endedAt === undefined ? {} : { endedAt }) }, i);
      await put(client, 'membership', `p${i}:${department}`, { person: `p${i % 2}`, department, roles: ['steward'] }, i);
    }
    for (let i = 0; i < 7; i++) {
      const [from, to] = i % 2 ? ['D1', 'D2'] : ['D2', 'D1'];
      // Two were received at the same instant, and the older ones changed last.
      const born = dayOf(Math.floor(i / 2));
      const status = i < 3 ? 'submitted' : 'granted';
      const dataset = idOf(900);
      await put(client, 'request', idOf(i), { from, to, dataset, state: status, receivedAt: born }, 100 - i);
      const terms = { grantor: to, grantee: from, dataset, window: { from: born, until: dayOf(400) } };
      await put(client, 'right', idOf(i), { terms, state: 'in-force', grantedAt: born, request: idOf(i) }, 100 - i);
      const delivery = { right: idOf(i % 3), grantor: to, grantee: from, dataset, state: status, pulledAt: born };
      await put(client, 'delivery', idOf(i), delivery, 100 - i);
      await put(client, 'version', idOf(i), { dataset: i < 4 ? dataset : idOf(901), number: 10 - i });
    }
    await client.query(
      `INSERT INTO projection.dataset (id, state, changed_at)
       SELECT lpad(to_hex(n), 32, '0'), jsonb_build_object(
         'provider', CASE WHEN n % 2 = 0 THEN 'D1' ELSE 'D2' END, 'enteredAt', '2026-01-01T00:00:00.000Z',
         'entry', jsonb_build_object('title', '数据集 ' || n || CASE WHEN n % 1000 = 0 THEN ' 100%_Births\\' ELSE '' END,
           'resourceCode', '3/' || n, 'shareType', CASE WHEN n % 3 = 0 THEN 'unconditional' ELSE 'conditional' END,
           'grade', CASE WHEN n % 100 = 0 THEN '重要' ELSE '一般' END, 'updateCycle', (n % 6 + 1)::text,
           'abstract', encode(sha256(n::text::bytea), 'hex'),
           'items', (SELECT jsonb_agg(jsonb_build_object('name', 'item_' || i, 'title', '数据项' || i || CASE WHEN n = 777 AND i = 3 THEN '户籍地址' ELSE '' END,
             'type', 'C', 'required', true, 'personal', false)) FROM generate_series(1, 12) i)))
           || CASE WHEN n % 10 = 0 THEN '{"latestVersion": "v"}'::jsonb ELSE '{}'::jsonb END, n
       FROM generate_series(1, 50000) n`,
    );
    await client.query(
      `INSERT INTO office.prose (commitment, key, text)
       SELECT encode(sha256(n::text::bytea), 'hex'), 'k', '摘要：本资源由业务系统按期归集，字段与口径见目录。' || CASE WHEN n = 4321 THEN '含低保对象' ELSE '' END
       FROM generate_series(1, 50000) n`,
    );
    await client.query('VACUUM ANALYZE office.prose');
    await client.query('VACUUM ANALYZE projection.dataset');
  });
});
after(() => database.close());

/** Turns all pages. */
async function all<T extends { id: string }>(turn: (states: StateReader, page: PageRequest) => Promise<Page<T>>, limit: number) {
  const ids: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await api.run(({ states }) => turn(states, { limit, ...(cursor === undefined ? {} : { cursor }) }));
    assert.ok(page.items.length <= limit);
    ids.push(...page.items.map(({ id }) => id));
    if (page.next === undefined) return ids;
    cursor = page.next;
  }
}
const numbersOf = (ids: readonly string[]) => ids.map((id) => Number.parseInt(id, 16));

test('a state comes as it was sealed, with the index of the entry that changed it last', async () => {
  await api.run(async ({ states }) => {
    const request = await states.get('request', idOf(3));
    assert.deepEqual(request, {
      id: idOf(3),
      changedAt: 97,
      state: { from: 'D1', to: 'D2', dataset: idOf(900), state: 'granted', receivedAt: dayOf(1) },
    });
    assert.equal(await states.get('right', 'nobody'), undefined);
    const many = await states.getMany('right', [idOf(1), idOf(5), 'nobody', idOf(1)]);
    assert.deepEqual([...many.keys()].toSorted(), [idOf(1), idOf(5)]);
    assert.equal((await states.getMany('right', [])).size, 0);
  });
});

test('departments, their keys and members', async () => {
  await api.run(async ({ states }) => {
    assert.deepEqual(
      (await states.departments()).map(({ id }) => id),
      ['D1', 'D2'],
    );
    assert.deepEqual(
      (await states.ofDepartment('key', 'D1')).map(({ id }) => id),
      ['key 1', 'key 0'],
    );
    const idsOf = async (filter: { person?: string; department?: string }) =>
      (await states.memberships(filter)).map(({ id }) => id);
    assert.deepEqual(await idsOf({ person: 'p0' }), ['p0:D1', 'p2:D2']);
    assert.deepEqual(await idsOf({ department: 'D1' }), ['p0:D1', 'p1:D1']);
    assert.deepEqual(await idsOf({ person: 'p0', department: 'D1' }), ['p0:D1']);
    assert.deepEqual(
      (await states.versionsOf(idOf(900))).map(({ state }) => state.number),
      [10, 9, 8, 7],
    );
  });
});

test('lists go from the newest to the oldest, whatever changed since, and no page repeats or leaves out', async () => {
  for (const limit of [1, 2, 3, 100]) {
    assert.deepEqual(numbersOf(await all((states, page) => states.requests({}, page), limit)), [6, 5, 4, 3, 2, 1, 0]);
    assert.deepEqual(numbersOf(await all((states, page) => states.rights({ grantee: 'D1' }, page), limit)), [5, 3, 1]);
    assert.deepEqual(numbersOf(await all((states, page) => states.deliveries({ right: idOf(0) }, page), limit)), [6, 3, 0]);
  }
});

test('filters hold together', async () => {
  const requests = async (filter: Parameters<StateReader['requests']>[0]) =>
    numbersOf(await all((states, page) => states.requests(filter, page), 2));
  assert.deepEqual(await requests({ party: 'D1' }), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await requests({ party: 'D3' }), []);
  assert.deepEqual(await requests({ from: 'D1', state: 'submitted' }), [1]);
  assert.deepEqual(await requests({ to: 'D1', state: 'granted', party: 'D2' }), [6, 4]);
  assert.deepEqual(await requests({ dataset: idOf(901) }), []);
  const rights = async (filter: Parameters<StateReader['rights']>[0]) =>
    numbersOf(await all((states, page) => states.rights(filter, page), 2));
  assert.deepEqual(await rights({ grantor: 'D1', party: 'D1' }), [6, 4, 2, 0]);
  assert.deepEqual(await rights({ grantor: 'D1', grantee: 'D1' }), []);
  const deliveries = async (filter: Parameters<StateReader['deliveries']>[0]) =>
    numbersOf(await all((states, page) => states.deliveries(filter, page), 2));
  assert.deepEqual(await deliveries({ state: 'granted', pulledBefore: dayOf(3) }), [5, 4, 3]);
  assert.deepEqual(await deliveries({ party: 'D1', right: idOf(1) }), [4, 1]);
});

test('datasets are found among 50,000 by words of their title, their code or their provider’s name', async (t) => {
  const find = async (filter: Parameters<StateReader['datasets']>[0], limit = 500) => {
    const since = performance.now();
    const page = await api.run(({ states }) => states.datasets(filter, { limit }));
    t.diagnostic(`${JSON.stringify(filter)}: ${page.items.length} in ${Math.round(performance.now() - since)} ms`);
    return numbersOf(page.items.map(({ id }) => id));
  };
  assert.deepEqual(
    await find({ text: '数据集 4242' }),
    [42429, 42428, 42427, 42426, 42425, 42424, 42423, 42422, 42421, 42420, 4242],
  );
  assert.deepEqual(await find({ text: '3/4321', provider: 'D2', shareType: 'conditional' }), [43219, 43217, 43213, 43211, 4321]);
  assert.deepEqual(await find({ resourceCode: '3/777' }), [777]);
  assert.equal((await find({ text: 'BIRTHS' })).length, 50, 'letters of either case');
  for (const text of ['100%_b', '%_', 'births\\'])
    assert.equal((await find({ text })).length, 50, `“${text}” is taken as it is written`);
  for (const text of ['1_0%', '\\', 'no such thing', "'; DROP TABLE"])
    assert.equal((await find({ text })).length, text === '\\' ? 50 : 0, text);
  const ofPolice = await find({ text: '公安' }, 3);
  assert.deepEqual(ofPolice, [50000, 49998, 49996]);
  assert.equal((await all((states, page) => states.datasets({ text: 'Births' }, page), 7)).length, 50);
});

test('the catalogue answers 50,000 entries by every filter and by words of every part, and counts to 10,000', async (t) => {
  const ask = async (filter: Parameters<StateReader['datasets']>[0]) => {
    const times: number[] = [];
    let page: Page<{ id: string }> = { items: [] };
    for (let i = 0; i < 5; i++) {
      const since = performance.now();
      page = await api.run(({ states }) => states.datasets(filter, { limit: 100, counted: true }));
      times.push(performance.now() - since);
    }
    const best = Math.round(Math.min(...times));
    t.diagnostic(`${JSON.stringify(filter)}: ${page.total?.count}${page.total?.more ? '+' : ''} in ${best} ms`);
    return page;
  };
  assert.deepEqual((await ask({})).total, { count: 10_000, more: true });
  assert.deepEqual((await ask({ grade: '重要' })).total, { count: 500, more: false });
  assert.equal((await ask({ updateCycle: '3', hasVersion: true })).total?.count, 1667);
  assert.equal((await ask({ hasVersion: false, grade: '重要' })).total?.count, 0);
  assert.deepEqual((await ask({ text: '户籍地址' })).total, { count: 1, more: false });
  assert.deepEqual(numbersOf((await ask({ text: '低保对象' })).items.map(({ id }) => id)), [4321]);
  assert.equal((await ask({ text: 'ITEM_12' })).total?.more, true);
  assert.equal((await ask({ text: '没有这样的资源' })).total?.count, 0);
});

test('rights are filtered as people see them, and lists by title and by name', async () => {
  const rights = async (is: 'in-force' | 'ended' | 'not-yet' | 'suspended', at: string) =>
    numbersOf(await all((states, page) => states.rights({ state: { is, at } }, page), 2));
  assert.deepEqual(await rights('in-force', dayOf(1)), [3, 2, 1, 0]);
  assert.deepEqual(await rights('not-yet', dayOf(1)), [6, 5, 4]);
  assert.deepEqual(await rights('ended', dayOf(401)), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await rights('suspended', dayOf(1)), []);
  const requests = async (text: string) => numbersOf(await all((states, page) => states.requests({ text }, page), 3));
  assert.deepEqual(await requests('公安'), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await requests('数据集 900'), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await requests('没有'), []);
  assert.deepEqual(
    numbersOf(await all((states, page) => states.deliveries({ text: '民政', state: 'granted' }, page), 3)),
    [6, 5, 4, 3],
  );
  const clocks = await api.run(({ states }) => states.clocks({}));
  assert.deepEqual(
    clocks.map(({ id }) => Number.parseInt(id, 16)),
    [0, 1, 2],
  );
  assert.equal(clocks[0]?.shareType, 'unconditional');
});

test('a cursor that we did not make is an answer, not a failure', async () => {
  for (const cursor of ['', 'x', '{}', '[1]', '["a"]', '["a", "b", "c"]', '["a", "b\\u0000"]', 'null'].map((text) =>
    Buffer.from(text).toString('base64url'),
  ))
    await assert.rejects(
      api.run(({ states }) => states.requests({}, { limit: 1, cursor })),
      (error: unknown) => error instanceof Refusal && error.code === 'bad-input',
    );
});

test('the head of an empty ledger', async () => {
  assert.deepEqual(await api.run(({ states }) => states.head()), { size: 0, headLeafHash: '0'.repeat(64) });
});
