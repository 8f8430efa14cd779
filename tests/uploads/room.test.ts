import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { routes } from '#contracts';
import { foundSmallCity, published, settled, startExchange, villageCsv, villageEntry } from '#testing';
import type { RunningExchange, SmallCity } from '#testing';
import { fillUp, mountSmall, unmount } from '../faults/small-disk.js';
import { add, begun, beginUrl, codeOf, tus, view } from './tus.js';

const csv = villageCsv(3000);
const half = Math.floor(csv.length / 2);
const GiB = 1024 ** 3;

describe('room and time for what arrives', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;

  before(async () => {
    const env = { QUANLIAN_UPLOAD_DEPARTMENT_GIB: '1', QUANLIAN_UPLOAD_GIB: '1', QUANLIAN_UPLOAD_IDLE_SECONDS: '3' };
    exchange = await startExchange({ label: 'upload-room', env });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(3));
  });
  after(async () => {
    await exchange.stop();
  });

  test('room is bounded over all departments: what one has on its way is missing for another', async () => {
    const list = Buffer.from('990100000000\n');
    const sendList = () =>
      tus(city.requester, 'POST', beginUrl(exchange.baseUrl, dataset, { item: 'code' }, routes.beginKeyList), {
        headers: { 'upload-length': String(list.length) },
        body: list,
      });
    const { url } = await begun(city.steward, exchange.baseUrl, dataset, GiB);
    const refused = await sendList();
    assert.deepEqual([refused.status, codeOf(refused)], [507, 'upload-full']);
    await tus(city.steward, 'DELETE', url);
    assert.equal((await sendList()).status, 201, 'with the first one gone there is room');
  });

  test('a line on which nothing comes is ended, and what came over it is kept', { timeout: 30_000 }, async () => {
    const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, csv.length);
    const silent = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(csv.subarray(0, half)) });
    const ended = await add(city.steward, url, 0, silent);
    assert.deepEqual([ended.status, codeOf(ended)], [408, 'upload-idle']);
    assert.match(JSON.stringify(ended.body), /for 3 seconds/);
    assert.equal((await view(city.steward, id)).bytes, half);
    assert.equal((await add(city.steward, url, half, csv.subarray(half))).status, 204);
    assert.equal((await view(city.steward, id)).rows, 3000);
  });

  test('a full disk: the sender is told so, nothing is half there, and it goes on when there is room', async (t) => {
    const payloads = join(exchange.dataDir, 'payloads');
    // What lay there before is under it, and not needed.
    mkdirSync(payloads, { recursive: true });
    const missing = mountSmall(payloads, 8, '0700');
    if (missing !== undefined) return t.skip(missing);
    t.after(() => unmount(payloads));
    const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, csv.length);
    assert.equal((await add(city.steward, url, 0, csv.subarray(0, half))).status, 204);
    const whole = await readdir(payloads);
    assert.equal(whole.length, 1);

    const filler = join(payloads, '.filler');
    fillUp(filler);
    const refused = await add(city.steward, url, half, csv.subarray(half));
    assert.deepEqual([refused.status, codeOf(refused)], [507, 'upload-full']);
    assert.deepEqual((await readdir(payloads)).toSorted(), ['.filler', ...whole], 'of what did not fit nothing is left');
    const told = await view(city.steward, id);
    assert.deepEqual([told.state, told.bytes], ['receiving', half], 'what arrived before still counts');

    rmSync(filler);
    const last = await add(city.steward, url, half, csv.subarray(half));
    assert.equal(last.status, 204, JSON.stringify(last.body));
    const done = await view(city.steward, id);
    assert.deepEqual([done.state, done.rows], ['proposed', 3000]);
    if (done.proposal) await settled(city.steward, done.proposal);
    assert.equal((await readdir(payloads)).length, 1, 'of the pieces nothing is left');
  });
});
