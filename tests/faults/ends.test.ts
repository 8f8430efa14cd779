import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes } from '#contracts';
import {
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

const rows = 400_000;
const ending = { code: 'misuse' as const, reason: '发现超出范围使用。', article: '第二十七条' };

describe('promise 8: an end bites', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;

  before(async () => {
    exchange = await startExchange({ label: 'ends' });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(rows));
  });
  after(async () => {
    await exchange.stop();
  });

  const everything = { rows: { op: 'all' } };
  const terminate = async (right: string) => {
    const { providerHead } = city;
    const body = { ...ending, password: providerHead.password };
    return settled(providerHead, await providerHead.client.call(routes.terminateRight, { params: { id: right }, body }));
  };
  const refusedWith = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;

  test('while the delivery runs: it is cancelled, its quota returns, nothing can be fetched', async () => {
    const right = await granted(city, dataset, everything);
    const { requester } = city;
    const { delivery } = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await deliveryIn(requester, delivery, 'decided');
    await terminate(right);
    const ended = await deliveryIn(requester, delivery, 'cancelled', 'prepared');
    // Preparing may have won the race to the seal by a hair; then the payload must not be served all the same.
    if (ended.state === 'cancelled') {
      const { used } = await requester.client.call(routes.right, { params: { id: right } });
      assert.deepEqual(used, { pulls: 0, rows: 0, pullsToday: 0 });
    }
    await assert.rejects(requester.client.open(routes.payload, { params: { id: delivery } }), refusedWith('right-terminated'));
    assert.equal((await requester.client.call(routes.delivery, { params: { id: delivery } })).servedBytes, 0);
  });

  test('while it waits to be fetched: not one byte', async () => {
    const right = await granted(city, dataset);
    const { requester } = city;
    const { delivery } = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await deliveryIn(requester, delivery, 'prepared');
    await terminate(right);
    await assert.rejects(requester.client.open(routes.payload, { params: { id: delivery } }), refusedWith('right-terminated'));
    const later = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
    const refused = await deliveryIn(requester, later.delivery, 'refused');
    assert.equal(refused.problem?.code, 'right-terminated');
  });

  for (const act of ['terminate', 'suspend'] as const) {
    test(`while it is downloaded (${act}): no chunk is handed to the socket after the commit, what went before is on record`, async () => {
      const right = await granted(city, dataset, everything);
      const { requester, providerHead } = city;
      const { delivery } = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
      const { sizeBytes = 0 } = await deliveryIn(requester, delivery, 'prepared');
      const download = await slowDownload(`${exchange.baseUrl}/api/deliveries/${delivery}/payload`, requester.token);
      await download.read(200_000);
      if (act === 'terminate') await terminate(right);
      else
        await settled(providerHead, await providerHead.client.call(routes.suspendRight, { params: { id: right }, body: ending }));
      const handedAtCommit = await handedBytes(exchange);
      const received = await download.readToEnd();
      const handedAfter = await handedBytes(exchange);
      assert.equal(handedAfter, handedAtCommit, 'a chunk was handed over after the end was committed');
      assert.ok(received < sizeBytes, `all ${sizeBytes} bytes arrived, so the end came too late to show anything`);

      const served = await servedOf(city, delivery);
      assert.ok(served >= received, `${received} bytes arrived but only ${served} are on record`);
      assert.ok(served < sizeBytes);
      // Any byte served counts the whole delivery: its quota does not return.
      const { used } = await requester.client.call(routes.right, { params: { id: right } });
      assert.equal(used.pulls, 1);
      assert.equal(used.rows, rows);
      if (act === 'suspend') {
        const resumed = await providerHead.client.call(routes.resumeRight, {
          params: { id: right },
          body: { reason: '已整改。' },
        });
        await settled(providerHead, resumed);
        const response = await requester.client.open(
          routes.payload,
          { params: { id: delivery } },
          { headers: { range: `bytes=${received}-` } },
        );
        assert.equal(response.status, 206);
        assert.equal((await response.arrayBuffer()).byteLength, sizeBytes - received);
        assert.equal((await requester.client.call(routes.right, { params: { id: right } })).used.pulls, 1);
      }
    });
  }
});

/** Bytes that the API handed to sockets so far, by its own metric. */
async function handedBytes(exchange: RunningExchange): Promise<number> {
  const text = await (await fetch(`${exchange.baseUrl}/metrics`)).text();
  return Number(/^quanlian_served_bytes_total (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** What the ledger says was served of a delivery, once it says so. */
async function servedOf(city: SmallCity, delivery: string): Promise<number> {
  for (let tries = 0; tries < 400; tries++) {
    const trail = await city.supervisor.client.call(routes.trail, { query: { delivery, type: 'delivery.served' } });
    const statement = trail.items[0]?.statement;
    if (statement?.type === 'delivery.served') return statement.body.bytesAtMost;
    await sleep(50);
  }
  throw new Error('What was served was never recorded');
}

/** A client that reads only when told to, so that the server's socket fills up. */
async function slowDownload(url: string, token: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(url, { headers: { authorization: `Bearer ${token}` } }, resolve)
      .on('error', reject)
      .end();
  });
  let received = 0;
  return {
    async read(bytes: number) {
      while (received < bytes) {
        const chunk = response.read() as Buffer | null;
        if (chunk) received += chunk.length;
        else await sleep(2);
      }
      return received;
    },
    /** Reads what still comes until the server cuts the connection. */
    async readToEnd() {
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => (received += chunk.length));
      await new Promise((done) => response.once('close', done));
      return received;
    },
  };
}
