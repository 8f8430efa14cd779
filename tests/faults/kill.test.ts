import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes, type Client, type DeliveryView } from '#contracts';
import { randomId, sha256Hex } from '#crypto';
import {
  foundSmallCity,
  granted,
  launchExchange,
  published,
  villageCsv,
  villageEntry,
  type LaunchedExchange,
  type SmallCity,
  type Victim,
} from '#testing';

const kills = process.env['QUANLIAN_FAULTS'] === 'long' ? 20 : 3;
const rows = 60_000;
const matching = rows / 10;
const victims: Victim[] = ['worker', 'api', 'database'];

describe(`promise 9: kill -9 at ${kills} random moments of a delivery`, () => {
  let exchange: LaunchedExchange;
  let city: SmallCity;
  let right: string;

  before(async () => {
    exchange = await launchExchange();
    city = await foundSmallCity(exchange);
    right = await granted(city, await published(city, villageEntry(), villageCsv(rows)));
  });
  after(async () => {
    await exchange?.remove();
  });

  test('each ends delivered once and counted once, or refused with a reason', async () => {
    const { client } = city.requester;
    const outcomes: string[] = [];
    for (let i = 0; i < kills; i++) {
      const victim = victims[i % victims.length] as Victim;
      const pull = randomId();
      const afterMs = Math.random() * 900;
      const killed = sleep(afterMs).then(() => exchange.kill(victim));
      await patiently(() => client.call(routes.pull, { params: { id: right }, body: { pull } }));
      await killed;
      await exchange.untilReady();
      const delivery = await ended(client, pull);
      outcomes.push(`${victim} after ${Math.round(afterMs)} ms: ${delivery.state}`);
      assert.equal(delivery.state, 'prepared', `${outcomes.at(-1)} ${JSON.stringify(delivery.problem)}`);
      assert.equal(delivery.rows, matching);
      const ciphertext = await patiently(async () => {
        const response = await client.open(routes.payload, { params: { id: pull } });
        return Buffer.from(await response.arrayBuffer());
      });
      assert.equal(sha256Hex(ciphertext), delivery.ciphertextSha256);
    }
    const { used } = await patiently(() => client.call(routes.right, { params: { id: right } }));
    assert.deepEqual({ pulls: used.pulls, rows: used.rows }, { pulls: kills, rows: kills * matching }, outcomes.join('\n'));
    const { items } = await client.call(routes.deliveries, { query: { right } });
    assert.equal(items.length, kills);
    const { differences } = await city.supervisor.client.call(routes.audit, {});
    assert.deepEqual(differences, []);
  });

  test('kill -9 of everything at once: the next start recovers without help', async () => {
    const { client } = city.requester;
    const pull = randomId();
    await client.call(routes.pull, { params: { id: right }, body: { pull } });
    await Promise.all((['launcher', 'api', 'worker', 'database'] as const).map((victim) => exchange.kill(victim)));
    await exchange.start();
    const delivery = await ended(client, pull);
    assert.equal(delivery.state, 'prepared');
    assert.equal((await client.call(routes.right, { params: { id: right } })).used.pulls, kills + 1);
    assert.deepEqual((await city.supervisor.client.call(routes.audit, {})).differences, []);
  });

  test('Ctrl-C stops in order within ten seconds and loses nothing', async () => {
    const { client } = city.requester;
    const pull = randomId();
    await client.call(routes.pull, { params: { id: right }, body: { pull } });
    const stopMs = await exchange.stop();
    assert.ok(stopMs < 10_000, `it took ${stopMs} ms`);
    assert.match(exchange.said(), /Stopped/);
    await exchange.start();
    assert.equal((await ended(client, pull)).state, 'prepared');
  });
});

/** As a command or a console would: asks again while the exchange is away. A refusal with a reason is an answer. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const isAway = !(error instanceof CallError) || error.status === 0 || error.status === 503;
      if (!isAway || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

async function ended(client: Client, id: string): Promise<DeliveryView> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const delivery = await patiently(() => client.call(routes.delivery, { params: { id } }));
    if (['prepared', 'refused', 'failed', 'cancelled'].includes(delivery.state)) return delivery;
    if (Date.now() > deadline) throw new Error(`Delivery ${id} is still ${delivery.state} (${delivery.stage})`);
    await sleep(100);
  }
}
