import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { routes, type Client } from '#contracts';
import { lawOf } from '#exchange';
import { openTrustRoot, readExport, verifyLedger } from '#ledger';
import { startExchange, type RunningExchange } from '#testing';
import { demoState, loadDemo, type LoadedDemo } from './load-demo.js';

describe('the demo city, loaded into a running exchange', () => {
  let exchange: RunningExchange;
  let loaded: LoadedDemo;
  let supervisor: Client;

  /** Everything goes well until so many calls are answered; then an answer is lost and nothing gets through any more. */
  function dyingAfter(calls: number): typeof fetch {
    let left = calls;
    return async (...call) => {
      if (left-- <= 0) throw new Error('the loader was killed');
      const answer = await fetch(...call);
      if (left <= 0) throw new Error('the loader was killed');
      return answer;
    };
  }

  before(async () => {
    exchange = await startExchange({ label: 'demo' });
    const { baseUrl, dataDir } = exchange;
    const options = { baseUrl, dataDir, locale: 'en', size: 'small', setupToken: await exchange.setUpToken() } as const;
    assert.equal(demoState(dataDir), 'none');
    // During set-up, while departments are admitted, while files are on their way, while the story is told.
    for (const calls of [2, 60, 230, 200]) {
      await assert.rejects(loadDemo({ ...options, fetch: dyingAfter(calls) }), /killed/);
      assert.equal(demoState(dataDir), 'begun');
    }
    loaded = await loadDemo(options);
    assert.equal(demoState(dataDir), 'loaded');
    supervisor = await logIn('shuju.sun');
  });
  after(() => exchange?.stop());

  async function logIn(login: string): Promise<Client> {
    const { password } = loaded.accounts.find((each) => each.login === login)!;
    const { token } = await exchange.client().call(routes.logIn, { body: { login, password, as: 'token' } });
    return exchange.client(token);
  }
  const counted = (values: readonly string[]) =>
    Object.fromEntries([...new Set(values)].sort().map((value) => [value, values.filter((each) => each === value).length]));

  test('has requests, rights and deliveries in every state, none of them twice', async () => {
    const requests = await supervisor.call(routes.requests, { query: { limit: 500 } });
    assert.deepEqual(counted(requests.items.map(({ state }) => state)), {
      granted: 16,
      refused: 2,
      submitted: 5,
      'supplement-asked': 1,
      withdrawn: 1,
    });
    const rights = await supervisor.call(routes.rights, { query: { limit: 500 } });
    // The drill's right ends two minutes after it was asked for: early or late in this test.
    assert.deepEqual(counted(rights.items.map(({ state }) => (state === 'ended' ? 'in-force' : state))), {
      'in-force': 13,
      'not-yet': 1,
      suspended: 1,
      terminated: 1,
    });
    const deliveries = await supervisor.call(routes.deliveries, { query: { limit: 500 } });
    const fates = counted(deliveries.items.map(({ state }) => state));
    // A worker that is quicker than a cancellation leaves one more delivery to be fetched.
    assert.ok((fates['prepared'] ?? 0) >= 3 && (fates['cancelled'] ?? 0) === 1, JSON.stringify(fates));
    assert.equal(fates['received'], 10);
    const refusals = counted(deliveries.items.flatMap(({ problem }) => problem?.code ?? []));
    assert.deepEqual(refusals, { 'delivery-cancelled': 1, 'item-not-granted': 1, 'quota-pulls': 1 });
    const datasets = await supervisor.call(routes.datasets, { query: { limit: 500 } });
    assert.equal(datasets.items.length, 13);
    assert.equal(datasets.items.filter(({ versions }) => versions === 0).length, 1);
  });

  test('leaves something to do on the desks of office heads', async () => {
    for (const [login, type] of [
      ['jiaoyu.zhang', 'request.submitted'],
      ['minzheng.feng', 'right.granted'],
    ] as const) {
      const waiting = await (await logIn(login)).call(routes.proposals, { query: { state: 'waiting' } });
      assert.deepEqual(
        waiting.items.map((each) => [each.type, each.state]),
        [[type, 'awaiting-approval']],
      );
    }
  });

  test('stands in a ledger that anybody verifies, and in projections that agree with it', async () => {
    const audit = await supervisor.call(routes.audit, {});
    assert.deepEqual(audit.differences, []);
    const exported = await supervisor.open(routes.exportLedger, {});
    const root = openTrustRoot(readFileSync(join(exchange.dataDir, 'demo', 'trust-root.json')));
    const entries = readExport(exported.body as AsyncIterable<Uint8Array>);
    const report = await verifyLedger(entries, root, { folds: lawOf(root.origin).folds });
    assert.equal(report.size, audit.entries);
  });

  test('keeps passwords where only their owner reads them, and every one opens its account', async () => {
    for (const file of [loaded.peopleFile, join(loaded.identitiesFolder, 'minzheng.txt')])
      assert.equal(statSync(file).mode & 0o777, 0o600);
    const text = readFileSync(loaded.peopleFile, 'utf8');
    for (const { login, name, password } of loaded.accounts) {
      assert.ok(text.includes(password), login);
      const { person } = await (await logIn(login)).call(routes.me, {});
      assert.equal(person.name, name);
    }
  });
});
