import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes } from '#contracts';
import { withClient } from '#postgres';
import {
  deliveryIn,
  foundSmallCity,
  granted,
  published,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';

describe('promise 2: ledger first', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let right: string;

  before(async () => {
    exchange = await startExchange({ label: 'ledger-first' });
    city = await foundSmallCity(exchange);
    right = await granted(city, await published(city, villageEntry(), villageCsv(50)));
  });
  after(async () => {
    await exchange.stop();
  });

  const asSuperuser = (sql: string) => withClient(exchange.database.url, (client) => client.query(sql));
  const pull = async () => (await city.requester.client.call(routes.pull, { params: { id: right }, body: {} })).delivery;
  const download = (delivery: string) => city.requester.client.open(routes.payload, { params: { id: delivery } });
  const refusedWith = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;

  test('while the ledger cannot be written nothing is prepared or delivered, and afterwards it is', async () => {
    await asSuperuser('REVOKE INSERT ON ledger.ledger_entry FROM quanlian_worker');
    const delivery = await pull();
    await sleep(1500);
    const waiting = await city.requester.client.call(routes.delivery, { params: { id: delivery } });
    assert.deepEqual([waiting.state, waiting.payload, waiting.servedBytes], ['pulled', false, 0]);
    await assert.rejects(download(delivery), refusedWith('unknown'));
    const { rows } = await asSuperuser('SELECT FROM office.delivery_attempt');
    assert.equal(rows.length, 0, 'something was prepared before its decision was sealed');

    await asSuperuser('GRANT INSERT ON ledger.ledger_entry TO quanlian_worker');
    const { state, rows: prepared } = await deliveryIn(city.requester, delivery, 'prepared', 'failed', 'refused');
    assert.deepEqual([state, prepared], ['prepared', 5]);
    assert.ok((await (await download(delivery)).arrayBuffer()).byteLength > 0);
  });

  test('the decision is sealed before the payload, and the payload before any byte that was served', async () => {
    const delivery = await pull();
    await deliveryIn(city.requester, delivery, 'prepared');
    await (await download(delivery)).arrayBuffer();
    const order = ['pull.signed', 'delivery.decided', 'delivery.prepared', 'delivery.served'];
    const deadline = Date.now() + 20_000;
    for (;;) {
      const { items } = await city.supervisor.client.call(routes.trail, { query: { delivery } });
      const types = items.toSorted((a, b) => a.index - b.index).map(({ type }) => type);
      if (types.includes('delivery.served') || Date.now() > deadline) {
        assert.deepEqual(types, order);
        return;
      }
      await sleep(50);
    }
  });

  test('a download that cannot be put on record sends no byte', async () => {
    const delivery = await pull();
    await deliveryIn(city.requester, delivery, 'prepared');
    await asSuperuser('REVOKE INSERT ON office.download FROM quanlian_api');
    await assert.rejects(download(delivery), (error: unknown) => error instanceof CallError && error.status >= 500);
    assert.equal((await city.requester.client.call(routes.delivery, { params: { id: delivery } })).servedBytes, 0);
    await asSuperuser('GRANT INSERT ON office.download TO quanlian_api');
    assert.ok((await (await download(delivery)).arrayBuffer()).byteLength > 0);
  });
});
