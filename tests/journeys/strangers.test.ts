import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes, type Route } from '#contracts';
import { randomId, randomSecret } from '#crypto';
import {
  askedFor,
  deliveryIn,
  departmentCode,
  foundSmallCity,
  granted,
  logIn,
  published,
  settled,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';

const all = Object.entries(routes) as [string, Route][];
const guarded = all.filter(([, route]) => route.access !== 'public');

/** Bodies that fit no route. */
const malformed: readonly (string | Buffer)[] = [
  '{',
  '[]',
  '"text"',
  'null',
  '',
  '12345678901234567890',
  '{"__proto__":{"roles":["operator"]}}',
  '{"dataset":{"$ne":1},"password":["x"],"rows":{"op":"and","of":[]}}',
  `{"password":"${'x'.repeat(5000)}"}`,
  `{"rows":${'{"op":"not","of":'.repeat(500)}{"op":"all"}${'}'.repeat(500)}}`,
  Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
  '{"rows":{"op":"=","item":"a\\u0000b","value":"\\ud800"},"reason":"\\u0000"}',
];
const wrongIds = ['0'.repeat(32), 'abc', '..%2f..%2fetc%2fpasswd', '%00', "1'%20OR%20'1'='1", 'a'.repeat(500)];

describe('calls by strangers: no 500, no leak', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let ids: { dataset: string; right: string; request: string; delivery: string };
  let calls = 0;

  before(async () => {
    exchange = await startExchange({ label: 'strangers' });
    city = await foundSmallCity(exchange);
    const dataset = await published(city, villageEntry(), villageCsv(200));
    const right = await granted(city, dataset);
    const { request } = await city.requester.client.call(routes.right, { params: { id: right } });
    const pulled = await city.requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await deliveryIn(city.requester, pulled.delivery, 'prepared');
    ids = { dataset, right, request, delivery: pulled.delivery };
  });
  after(async () => {
    await exchange.stop();
  });

  async function send(method: string, path: string, headers: Record<string, string>, body?: string | Buffer) {
    calls++;
    const response = await fetch(`${exchange.baseUrl}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: body as string }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = response.headers.get('content-type')?.includes('event-stream') ? '' : await response.text();
    if (text === '') await response.body?.cancel().catch(() => undefined);
    assert.ok(response.status < 500, `${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    assert.ok(
      !/\bat .*\.js:\d+|node_modules|SELECT |syntax error|violates/.test(text),
      `${method} ${path} leaks: ${text.slice(0, 300)}`,
    );
    return { status: response.status, text };
  }
  const pathOf = (route: Route, id: string) =>
    route.path.replace(/:(\w+)/g, (_, name: string) =>
      name === 'code' ? city.codes.provider : name === 'year' ? '2026' : name === 'index' ? '0' : id,
    );

  test('without, with wrong and with revoked credentials', async () => {
    const { client, token } = city.requester;
    const own = await client.call(routes.sessions, {});
    const other = await exchange
      .client()
      .call(routes.logIn, { body: { login: 'requester', password: city.requester.password, as: 'token' } });
    const revoked = other.token ?? '';
    const now = await exchange.client(revoked).call(routes.sessions, {});
    const id = now.items.find((session) => session.current)?.id ?? '';
    assert.ok(!own.items.some((session) => session.id === id));
    await client.call(routes.endSession, { params: { id } });
    const credentials: Record<string, string>[] = [
      {},
      { authorization: `Bearer ${randomSecret()}` },
      { authorization: `Bearer ${revoked}` },
      { authorization: `Bearer ${token.slice(0, -1)}` },
      { authorization: `Basic ${Buffer.from('head:head').toString('base64')}` },
      { cookie: `quanlian_session=${randomSecret()}`, 'x-quanlian-request': '1' },
      // A cookie without the header that other sites cannot set, and one from another site.
      { cookie: `quanlian_session=${token}`, 'sec-fetch-site': 'cross-site', 'x-quanlian-request': '1' },
    ];
    for (const [name, route] of guarded) {
      for (const headers of credentials) {
        const answer = await send(route.method, pathOf(route, ids.right), headers, route.body ? '{}' : undefined);
        assert.ok([401, 403].includes(answer.status), `${name} answered ${answer.status} to ${JSON.stringify(headers)}`);
      }
    }
  });

  test('another department learns nothing about rights, requests, deliveries and proposals', async () => {
    const { requester } = city;
    const outsider = await outsiderOf(exchange, city);
    const proposals = await requester.client.call(routes.proposals, { query: { state: 'all' } });
    const known: Record<string, string> = { ...ids, proposal: proposals.items[0]?.id ?? '' };
    const reads: [keyof typeof routes, string][] = [
      ['right', 'right'],
      ['rightPolicy', 'right'],
      ['request', 'request'],
      ['delivery', 'delivery'],
      ['deliveryKey', 'delivery'],
      ['deliveryManifest', 'delivery'],
      ['payload', 'delivery'],
      ['proposal', 'proposal'],
      ['pull', 'right'],
      ['terminateRight', 'right'],
      ['suspendRight', 'right'],
      ['cancelDelivery', 'delivery'],
      ['recordUse', 'right'],
      ['withdrawRequest', 'request'],
      ['previewRequest', 'request'],
      ['decideRequest', 'request'],
      ['approve', 'proposal'],
    ];
    const bodies: Partial<Record<string, object>> = {
      pull: {},
      terminateRight: { code: 'misuse', reason: '测试', article: '第二十七条' },
      suspendRight: { code: 'misuse', reason: '测试', article: '第二十七条' },
      recordUse: { kind: 'use', record: '测试' },
      previewRequest: {},
      decideRequest: { decision: 'agree' },
      approve: { password: outsider.password },
    };
    for (const [name, kind] of reads) {
      const route = routes[name] as Route;
      const body = bodies[name] === undefined ? undefined : JSON.stringify(bodies[name]);
      const headers = { authorization: `Bearer ${outsider.token}` };
      const foreign = await send(route.method, pathOf(route, known[kind] ?? ''), headers, body);
      const absent = await send(route.method, pathOf(route, randomId()), headers, body);
      assert.equal(foreign.status, 404, `${name}: ${foreign.text}`);
      assert.deepEqual(foreign, absent, `${name} tells a foreign ${kind} from one that does not exist`);
    }
    const trail = await outsider.client.call(routes.trail, {});
    assert.ok(
      trail.items.every((entry) => JSON.stringify(entry).includes(outsider.department)),
      'the trail of a stranger names others',
    );
    const timeline = await outsider.client.call(routes.trailTimeline, {});
    assert.equal(
      timeline.buckets.reduce((sum, { count }) => sum + count, 0),
      trail.items.length,
    );
    for (const q of [ids.right, ids.delivery, '示例市民政局', '孙使用']) {
      const found = await outsider.client.call(routes.trail, { query: { q } });
      assert.deepEqual([found.items.length, found.total?.count], [0, 0], q);
    }
    assert.deepEqual(await (await outsider.client.open(routes.trailFile, {})).json(), trail.items);
    const about = await outsider.client.call(routes.proposals, { query: { about: ids.request, state: 'all' } });
    assert.equal(about.items.length, 0);
    assert.equal((await outsider.client.call(routes.rights, {})).items.length, 0);
    assert.equal((await outsider.client.call(routes.deliveries, {})).items.length, 0);
  });

  test('malformed bodies, ids and queries by people who are logged in', async () => {
    const people = [city.requester, city.steward, city.providerHead, city.operator];
    for (const [i, [, route]] of guarded.entries()) {
      const person = people[i % people.length];
      assert.ok(person);
      // Ending one's own session with a made-up id is fine; logging out is not what is tested.
      if (route.path === '/api/logout' || route.path === '/api/events') continue;
      const headers = { authorization: `Bearer ${person.token}` };
      const takesBody = route.method !== 'GET' && route.method !== 'HEAD';
      if (takesBody) for (const body of malformed) await send(route.method, pathOf(route, ids.right), headers, body);
      if (/:(id|keyId)/.test(route.path)) {
        for (const id of wrongIds) {
          const answer = await send(route.method, pathOf(route, id), headers, takesBody ? '{}' : undefined);
          assert.ok(answer.status >= 400, `${route.method} ${route.path} took the id ${id}: ${answer.status}`);
        }
      }
      if (route.query)
        await send(route.method, `${pathOf(route, ids.dataset)}?limit=-1&cursor=%00&limit=99999&type=x'--`, headers);
    }
    const asked = {
      dataset: ids.dataset,
      asked: askedFor({ rows: { op: 'prefix', item: 'name', value: "'; DROP TABLE x; --" } }),
    };
    const injected = await send(
      'POST',
      '/api/requests',
      { authorization: `Bearer ${city.requester.token}` },
      JSON.stringify(asked),
    );
    assert.ok([201, 400].includes(injected.status));
  });

  test('other department headers, other media types, unrouted paths', async () => {
    const headers = { authorization: `Bearer ${city.requester.token}` };
    const foreign = await send('GET', '/api/me', { ...headers, 'x-quanlian-department': city.codes.provider });
    assert.equal(foreign.status, 404);
    assert.equal((await send('POST', '/api/requests', { ...headers, 'content-type': 'text/xml' }, '<a/>')).status, 415);
    for (const path of [
      '/',
      '/api',
      '/api/nothing',
      '/log/checkpoint/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/docs/../package.json',
    ]) {
      const answer = await send('GET', path, headers);
      assert.ok(!answer.text.includes('root:') && !answer.text.includes('"dependencies"'));
    }
    assert.ok(calls >= 1000, `only ${calls} calls were made`);
  });

  test('a login that fails again and again is locked out', async () => {
    const attempt = () => send('POST', '/api/login', {}, JSON.stringify({ login: 'supervisor', password: 'wrong' }));
    const codes: string[] = [];
    for (let i = 0; i < 7; i++) codes.push((JSON.parse((await attempt()).text) as { code: string }).code);
    assert.deepEqual(codes.slice(0, 5), Array(5).fill('bad-login'));
    assert.ok(
      codes.slice(5).every((code) => code === 'locked-out'),
      codes.join(),
    );
    const right = await send(
      'POST',
      '/api/login',
      {},
      JSON.stringify({ login: 'supervisor', password: city.supervisor.password }),
    );
    assert.equal((JSON.parse(right.text) as { code: string }).code, 'locked-out');
  });
});

/** Somebody of a fourth department with every role that a department can give. */
async function outsiderOf(exchange: RunningExchange, city: SmallCity) {
  const code = departmentCode(4);
  const head = city.competentHead;
  await settled(
    head,
    await head.client.call(routes.admitDepartment, { body: { code, name: '示例市教育局', level: 'city', region: '990100' } }),
  );
  await settled(head, await head.client.call(routes.nominateKey, { params: { code }, body: { custody: 'exchange' } }));
  const added = await head.client.call(routes.addPerson, {
    body: { login: 'outsider', name: '吴局外', department: code, roles: ['steward', 'office-head', 'requester'] },
  });
  await settled(head, added.proposal);
  return logIn(exchange, 'outsider', added.password);
}
