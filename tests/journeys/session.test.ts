import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '#contracts';
import {
  askedFor,
  deliveryIn,
  foundSmallCity,
  granted,
  published,
  settled,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';

const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

describe('a browser: its session, its department, its news and its notices', () => {
  let exchange: RunningExchange;
  let city: SmallCity;

  before(async () => {
    exchange = await startExchange({ label: 'session' });
    city = await foundSmallCity(exchange);
  });
  after(async () => {
    await exchange.stop();
  });

  /** Logs in as a browser does; the cookie that it then sends. */
  async function browser(login: string, password: string): Promise<Record<string, string>> {
    const response = await fetch(`${exchange.baseUrl}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': agent },
      body: JSON.stringify({ login, password }),
    });
    assert.equal(response.status, 200, await response.clone().text());
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    return { cookie, 'x-quanlian-request': '1', 'sec-fetch-site': 'same-origin' };
  }
  const get = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(`${exchange.baseUrl}${path}`, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('is known by its name; all others end at once, this one stays', async () => {
    const { login, password } = city.steward;
    const headers = await browser(login, password);
    await browser(login, password);
    const { items } = await city.steward.client.call(routes.sessions, {});
    assert.equal(items.filter(({ label }) => label === 'Chromium 156 · Linux').length, 2);
    const other = await exchange.client().call(routes.logIn, { body: { login, password, as: 'token' } });
    const client = exchange.client(other.token);
    const before = (await client.call(routes.sessions, {})).items.length;
    assert.deepEqual(await client.call(routes.endOtherSessions, {}), { ended: before - 1 });
    const left = await client.call(routes.sessions, {});
    assert.deepEqual(
      left.items.map(({ current }) => current),
      [true],
    );
    assert.equal((await get('/api/me', headers)).status, 401);
    assert.deepEqual(await client.call(routes.endOtherSessions, {}), { ended: 0 });
  });

  test('acts for the department that it names, and hears of that one’s affairs', async () => {
    const { competentHead, supervisor, requester, codes } = city;
    const second = await competentHead.client.call(routes.setRoles, {
      params: { id: supervisor.id },
      body: { department: codes.provider, roles: ['steward'] },
    });
    await settled(competentHead, second);
    const headers = await browser(supervisor.login, supervisor.password);
    const as = (department: string) => ({ ...headers, 'x-quanlian-department': department });
    for (const [department, roles] of [
      [codes.provider, ['steward']],
      [codes.competent, ['supervisor']],
    ] as const) {
      const me = await get('/api/me', as(department));
      assert.deepEqual([me.body['department'], me.body['roles']], [department, roles]);
    }
    assert.equal((await get('/api/me', as(codes.requester))).status, 404);

    const ended = new AbortController();
    const heard: string[] = [];
    const listening = (async () => {
      const response = await fetch(`${exchange.baseUrl}/api/events`, { headers: as(codes.provider), signal: ended.signal });
      assert.equal(response.status, 200);
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) heard.push(Buffer.from(chunk).toString());
    })().catch((error: unknown) => {
      if (!ended.signal.aborted) throw error;
    });
    const kinds = () =>
      new Set([...heard.join('').matchAll(/^data: (.*)$/gm)].map(([, data = '']) => (JSON.parse(data) as { kind: string }).kind));
    await until(() => heard.join('').includes('\n: \n'), 'a first heartbeat, at once');

    const dataset = await published({ ...city, steward: await again(city.steward) }, villageEntry(), villageCsv(50));
    const right = await granted({ ...city, steward: await again(city.steward) }, dataset);
    const { delivery } = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await deliveryIn(requester, delivery, 'prepared');
    for (const kind of ['dataset', 'upload', 'request', 'right', 'delivery', 'proposal', 'notice'])
      await until(() => kinds().has(kind), kind);
    ended.abort();
    await listening;
  });

  test('counts its unread notices, and marks them all', async () => {
    const { requester } = city;
    const before = await requester.client.call(routes.notices, {});
    assert.ok(before.unread >= 2 && before.unread === before.items.filter(({ read }) => !read).length);
    await requester.client.call(routes.readNotice, { params: { id: before.items[0]?.id ?? '' } });
    assert.equal((await requester.client.call(routes.notices, {})).unread, before.unread - 1);
    await requester.client.call(routes.readAllNotices, {});
    const left = await requester.client.call(routes.notices, {});
    assert.ok(left.unread === 0 && left.items.every(({ read }) => read));
  });

  test('finds what waits by the day that it is due, and rights and deliveries by state and name', async () => {
    const { requester, codes } = city;
    const steward = await again(city.steward);
    const [dataset] = (await requester.client.call(routes.datasets, { query: { text: '行政村', hasVersion: 'true' } })).items;
    const ask = (query: object) => steward.client.call(routes.requests, { query: { side: 'to', ...query } });
    for (let i = 0; i < 3; i++) {
      const sent = await requester.client.call(routes.submitRequest, { body: { dataset: dataset?.id ?? '', asked: askedFor() } });
      const { requesterHead } = city;
      await settled(
        requesterHead,
        await requesterHead.client.call(routes.approve, { params: { id: sent.id }, body: { password: requesterHead.password } }),
      );
    }
    const due = await ask({ sort: 'due', limit: 2 });
    assert.deepEqual([due.items.length, due.total?.count], [2, 3]);
    const rest = await ask({ sort: 'due', limit: 2, cursor: due.next });
    assert.deepEqual([rest.items.length, rest.next], [1, undefined]);
    assert.equal(new Set([...due.items, ...rest.items].map(({ id }) => id)).size, 3);
    assert.equal((await ask({ text: '民政', state: 'submitted' })).total?.count, 3);
    assert.equal((await ask({ text: '没有' })).total?.count, 0);
    const rights = await requester.client.call(routes.rights, { query: { state: 'in-force', text: '公安' } });
    assert.deepEqual([rights.items.length, rights.total], [1, { count: 1, more: false }]);
    assert.equal((await requester.client.call(routes.rights, { query: { state: 'ended' } })).items.length, 0);
    const deliveries = await requester.client.call(routes.deliveries, { query: { state: 'prepared', text: '行政村' } });
    assert.equal(deliveries.items.length, 1);
    const mine = await steward.client.call(routes.datasets, { query: { mine: 'true', grade: '一般', updateCycle: '6' } });
    assert.deepEqual(
      mine.items.map(({ provider }) => provider),
      [codes.provider],
    );
    assert.equal((await requester.client.call(routes.datasets, { query: { mine: 'true' } })).items.length, 0);
  });

  /** The same person with a new token: the first test ended the others. */
  async function again<P extends { login: string; password: string }>(person: P) {
    const { token = '' } = await exchange
      .client()
      .call(routes.logIn, { body: { login: person.login, password: person.password, as: 'token' } });
    return { ...person, token, client: exchange.client(token) };
  }
  async function until(is: () => boolean, what: string): Promise<void> {
    for (let tries = 0; tries < 400; tries++) {
      if (is()) return;
      await sleep(50);
    }
    throw new Error(`Not heard: ${what}`);
  }
});
