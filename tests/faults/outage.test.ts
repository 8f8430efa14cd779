import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes, type Problem } from '#contracts';
import { randomId } from '#crypto';
import {
  foundSmallCity,
  granted,
  launchExchange,
  published,
  villageCsv,
  villageEntry,
  type LaunchedExchange,
  type SmallCity,
} from '#testing';

const kills = process.env['QUANLIAN_FAULTS'] === 'long' ? 20 : 3;

describe(`kill -9 of the database ${kills} times while people work`, () => {
  let exchange: LaunchedExchange;
  let city: SmallCity;
  let right: string;

  before(async () => {
    exchange = await launchExchange();
    city = await foundSmallCity(exchange);
    right = await granted(city, await published(city, villageEntry(), villageCsv(500)));
  });
  after(async () => {
    await exchange?.remove();
  });

  test('every answer is the right one, or says that the exchange is away: never an internal error', async () => {
    const { requester, supervisor, steward } = city;
    const acts: Record<string, () => Promise<unknown>> = {
      me: () => requester.client.call(routes.me, {}),
      search: () => requester.client.call(routes.datasets, { query: {} }),
      right: () => requester.client.call(routes.right, { params: { id: right } }),
      rights: () => requester.client.call(routes.rights, { query: {} }),
      deliveries: () => requester.client.call(routes.deliveries, { query: { right } }),
      pull: () => requester.client.call(routes.pull, { params: { id: right }, body: { pull: randomId() } }),
      'log in': () =>
        exchange.client().call(routes.logIn, { body: { login: requester.login, password: requester.password, as: 'token' } }),
      trail: () => supervisor.client.call(routes.trail, { query: {} }),
      'what waits': () => steward.client.call(routes.proposals, { query: {} }),
    };
    // Plain routes, without the framework's own handling of errors.
    for (const path of ['/log/checkpoint', '/log/vkey', '/log/proof/3'])
      acts[path] = async () => {
        const response = await fetch(new URL(path, exchange.baseUrl));
        if (!response.ok) throw new CallError(path, response.status, (await response.json()) as Problem);
      };
    const answers = new Map<string, number>();
    const day = new AbortController();
    const ask = async (name: string, act: () => Promise<unknown>) => {
      while (!day.signal.aborted) {
        const answer = await act().then(
          () => 'right',
          (error: unknown) => {
            if (!(error instanceof CallError)) return `no CallError: ${String(error)}`;
            return error.status === 0 ? 'not reached' : `${error.status} ${error.problem?.code ?? ''}`;
          },
        );
        const key = `${name}: ${answer}`;
        answers.set(key, (answers.get(key) ?? 0) + 1);
        await sleep(answer === 'right' ? 20 : 5);
      }
    };
    const asking = Object.entries(acts).flatMap(([name, act]) => [ask(name, act), ask(name, act)]);
    for (let i = 0; i < kills; i++) {
      await sleep(300 + Math.random() * 700);
      await exchange.kill('database');
      await exchange.untilReady();
    }
    day.abort();
    await Promise.all(asking);
    const names = Object.keys(acts);
    const wanted = new Set(names.flatMap((name) => [`${name}: right`, `${name}: 503 unavailable`]));
    assert.deepEqual(
      [...answers.keys()].filter((key) => !wanted.has(key)),
      [],
    );
    // Each was answered, and each met the outage: else nothing was shown.
    assert.deepEqual(
      [...wanted].filter((key) => !answers.has(key)),
      [],
    );
  });

  test("somebody else's database takes the port in between: away, and back on another port", async () => {
    const port = await exchange.databasePort();
    // What a server answers that knows no such name: ErrorResponse, PostgreSQL 16, section 55.7.
    const fields = Buffer.from('SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0');
    const head = Buffer.alloc(5, 'E');
    head.writeUInt32BE(fields.length + 4, 1);
    const seen = { refused: 0 };
    const stranger = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(Buffer.concat([head, fields]), () => seen.refused++));
    });
    await exchange.kill('database');
    // The port is free once the killed process is gone, and before the launcher sees that it is.
    while (!stranger.listening) {
      const heard = once(stranger, 'listening');
      stranger.listen(port, '127.0.0.1');
      await heard.catch(() => sleep(1));
    }
    const answers = new Set<string>();
    while (seen.refused === 0 || !answers.has('right')) {
      const answer = await city.requester.client.call(routes.right, { params: { id: right } }).then(
        () => 'right',
        (error: unknown) => (error instanceof CallError ? `${error.status}` : String(error)),
      );
      answers.add(answer);
      await sleep(5);
    }
    stranger.close();
    // 0 while the API itself starts anew, since only a new process hears of the new port.
    assert.deepEqual([...answers].toSorted(), ['0', '503', 'right']);
    assert.notEqual(await exchange.databasePort(), port);
    // People are told that it is away; why, only the operator.
    // After many kills its log has been put aside for its length.
    const logs = ['api.log', 'api.log.1'].map((name) => readFile(join(exchange.dataDir, 'log', name), 'utf8').catch(() => ''));
    assert.match((await Promise.all(logs)).join(''), /password authentication failed/);
  });
});
