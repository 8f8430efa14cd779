import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '#contracts';
import { createSha256, randomId } from '#crypto';
import { foundSmallCity, published, settled, startExchange, villageCsv, villageEntry } from '#testing';
import type { RunningExchange, SmallCity } from '#testing';
import { add, begun, beginUrl, codeOf, tus, view } from './tus.js';

const csv = villageCsv(3000);
const half = Math.floor(csv.length / 2);
const sha256 = createSha256().update(csv).digest('hex');

describe('a file arrives in several requests, as tus 1.0 says', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;
  let plain: string;

  before(async () => {
    exchange = await startExchange({ label: 'uploads', env: { QUANLIAN_UPLOAD_DEPARTMENT_GIB: '2', QUANLIAN_UPLOAD_GIB: '3' } });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), csv);
    const { items } = await city.steward.client.call(routes.versions, { params: { id: dataset } });
    plain = String(items[0]?.id);
  });
  after(async () => {
    await exchange.stop();
  });

  const objects = async () => (await readdir(join(exchange.dataDir, 'payloads'))).length;

  /** The digest of what a version holds, as its publisher is told. */
  async function digestOf(id: string): Promise<string | undefined> {
    const upload = await view(city.steward, id);
    assert.equal(upload.state, 'proposed', JSON.stringify(upload.problem));
    if (upload.proposal) await settled(city.steward, upload.proposal);
    return upload.contentDigest;
  }

  test('a small file takes one request, and is the version that a plain upload makes', async () => {
    assert.ok(plain);
    const id = randomId();
    const before = await objects();
    const answer = await tus(city.steward, 'POST', beginUrl(exchange.baseUrl, dataset, { upload: id, sha256 }), {
      headers: { 'upload-length': String(csv.length) },
      body: csv,
    });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.equal(answer.offset, csv.length);
    assert.equal((answer.body as { state: string; rows: number }).state, 'proposed');
    assert.equal((answer.body as { fileSha256: string }).fileSha256, sha256);
    const same = await city.steward.client.call(
      routes.publishVersion,
      { params: { id: dataset }, query: { fileName: 'data.csv', noSecrets: 'true' } },
      { stream: new Blob([new Uint8Array(csv)]).stream() },
    );
    assert.equal(await digestOf(id), same.contentDigest);
    if (same.proposal) await settled(city.steward, same.proposal);
    assert.equal(await objects(), before + 2, 'of the upload nothing is left but the version’s part');
  });

  test('what came is kept encrypted, and goes on from the offset; a wrong offset is told the right one', async () => {
    const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, csv.length);
    const first = await add(city.steward, url, 0, csv.subarray(0, half));
    assert.deepEqual([first.status, first.offset], [204, half]);
    assert.ok(Date.parse(String(first.headers.get('upload-expires'))) > Date.now() + 23 * 3_600_000);

    for (const name of await readdir(join(exchange.dataDir, 'payloads')))
      assert.ok(!(await readFile(join(exchange.dataDir, 'payloads', name))).includes('村民委员会'), 'no plain byte on the disk');

    const wrong = await add(city.steward, url, 0, csv);
    assert.deepEqual([wrong.status, codeOf(wrong), wrong.offset], [409, 'upload-offset', half]);
    const far = await add(city.steward, url, half + 1, csv.subarray(half + 1));
    assert.deepEqual([far.status, far.offset], [409, half]);

    const head = await tus(city.steward, 'HEAD', url);
    assert.deepEqual([head.status, head.offset, head.headers.get('upload-length')], [200, half, String(csv.length)]);
    assert.equal(head.headers.get('cache-control'), 'no-store');
    const told = await view(city.steward, id);
    assert.deepEqual([told.state, told.bytes, told.sizeBytes], ['receiving', half, csv.length]);
    const digest = createSha256().update(csv.subarray(0, half)).digest('hex');
    assert.deepEqual(told.pieces, [{ sizeBytes: half, sha256: digest }]);

    const last = await add(city.steward, url, half, csv.subarray(half));
    assert.deepEqual([last.status, last.offset], [204, csv.length]);
    assert.equal((await view(city.steward, id)).fileSha256, sha256);
    await digestOf(id);
    const done = await tus(city.steward, 'HEAD', url);
    assert.deepEqual([done.status, done.offset], [200, csv.length], 'whoever lost the last answer learns that all arrived');
  });

  /** One whose first half is sent over a line that then is dead. Which of two requests comes first is not for the sender to say. */
  async function hangingUpload() {
    for (let tries = 0; tries < 20; tries++) {
      const upload = await begun(city.steward, exchange.baseUrl, dataset, csv.length);
      const hanging = add(city.steward, upload.url, 0, hangingAfter(csv.subarray(0, half)));
      await sleep(200);
      if ((await add(city.steward, upload.url, 0, csv.subarray(0, 1))).status === 423) return { ...upload, hanging };
      await tus(city.steward, 'DELETE', upload.url);
      await hanging;
    }
    throw new Error('The other request was first each time');
  }

  test('two at once: one wins, the other is told; a sender that comes back takes a dead line over', async () => {
    const { id, url, hanging } = await hangingUpload();
    const second = await add(city.steward, url, 0, csv);
    assert.deepEqual([second.status, codeOf(second)], [423, 'upload-busy']);
    await sleep(100);
    const head = await tus(city.steward, 'HEAD', url);
    assert.equal(head.offset, half, 'what came over the dead line is kept');
    const first = await hanging;
    assert.deepEqual([first.status, codeOf(first)], [409, 'upload-taken-over']);
    assert.equal((await add(city.steward, url, half, csv.subarray(half))).status, 204);
    await digestOf(id);
  });

  test('more than was announced is refused, with and without a length', async () => {
    const { url } = await begun(city.steward, exchange.baseUrl, dataset, half);
    const known = await add(city.steward, url, 0, csv);
    assert.deepEqual([known.status, codeOf(known)], [413, 'upload-longer']);
    const unknown = await add(city.steward, url, 0, new Blob([new Uint8Array(csv)]).stream());
    assert.deepEqual([unknown.status, codeOf(unknown)], [413, 'upload-longer']);
    assert.equal((await tus(city.steward, 'HEAD', url)).offset, 0);
    assert.equal((await tus(city.steward, 'DELETE', url)).status, 204);
    assert.equal((await tus(city.steward, 'HEAD', url)).status, 410);
    assert.equal((await tus(city.steward, 'DELETE', url)).status, 204, 'twice is fine');
  });

  test('unknown ones and those of others look the same', async () => {
    const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, csv.length);
    const nothing = `${exchange.baseUrl}/api/uploads/${randomId()}`;
    for (const method of ['HEAD', 'PATCH', 'DELETE', 'GET'])
      for (const by of [city.requester, city.steward]) {
        const target = by === city.requester ? url : nothing;
        const sent = method === 'PATCH' ? { headers: { 'upload-offset': '0' }, body: csv } : {};
        const answer = await tus(by, method, target, sent);
        assert.deepEqual([method, answer.status, answer.offset], [method, 404, undefined]);
      }
    assert.equal((await tus(city.supervisor, 'HEAD', url)).status, 403);
    assert.equal((await view(city.steward, id)).bytes, 0);
    await tus(city.steward, 'DELETE', url);
  });

  test('what is refused, is refused before a byte is sent', async () => {
    const size = { 'upload-length': String(csv.length) };
    const begin = (by = city.steward, more = {}, headers: Record<string, string> = size, of = dataset) =>
      tus(by, 'POST', beginUrl(exchange.baseUrl, of, more), { headers });
    assert.equal(codeOf(await begin(city.requester)), 'not-allowed');
    assert.equal(codeOf(await begin(city.steward, {}, size, randomId())), 'unknown');
    assert.equal(codeOf(await begin(city.steward, { noSecrets: 'false' })), 'bad-input');
    assert.equal(codeOf(await begin(city.steward, { fileName: '../a.csv' })), 'file-name-is-path');
    assert.equal(codeOf(await begin(city.steward, {}, {})), 'bad-input');
    assert.equal(codeOf(await begin(city.steward, {}, { 'upload-length': '0' })), 'file-empty');
    assert.equal(codeOf(await begin(city.steward, {}, { 'upload-length': '-1' })), 'bad-input');
    const old = await begin(city.steward, {}, { ...size, 'tus-resumable': '0.2.2' });
    assert.deepEqual([old.status, codeOf(old), old.headers.get('tus-version')], [412, 'tus-version', '1.0.0']);
    const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, csv.length);
    assert.equal(codeOf(await begin(city.steward, { upload: id })), 'already-exists');
    const json = await tus(city.steward, 'PATCH', url, {
      headers: { 'content-type': 'application/json', 'upload-offset': '0' },
      body: Buffer.from('{}'),
    });
    assert.equal(codeOf(json), 'wrong-media-type');
    await tus(city.steward, 'DELETE', url);
    const options = await tus(city.steward, 'OPTIONS', url);
    assert.deepEqual([options.status, options.headers.get('tus-extension')?.split(',').length], [204, 4]);
  });

  test('room is bounded for a department and for all', async () => {
    const GiB = 1024 ** 3;
    const { url } = await begun(city.steward, exchange.baseUrl, dataset, 1.5 * GiB);
    const more = await tus(city.steward, 'POST', beginUrl(exchange.baseUrl, dataset), {
      headers: { 'upload-length': String(GiB) },
    });
    assert.deepEqual([more.status, codeOf(more)], [413, 'upload-quota']);
    await tus(city.steward, 'DELETE', url);
    const { url: again } = await begun(city.steward, exchange.baseUrl, dataset, 2 * GiB);
    await tus(city.steward, 'DELETE', again);
  });

  test('what is wrong with the file is the answer to its last bytes, and nothing of it stays', async () => {
    const bad = Buffer.from('code,name,provinceCode\n1,a\n');
    const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, bad.length);
    const before = await objects();
    await add(city.steward, url, 0, bad.subarray(0, 10));
    const last = await add(city.steward, url, 10, bad.subarray(10));
    assert.equal(last.status, 400);
    const told = await view(city.steward, id);
    assert.deepEqual([told.state, told.problem?.code], ['failed', codeOf(last)]);
    const other = await tus(city.steward, 'POST', beginUrl(exchange.baseUrl, dataset, { sha256: '0'.repeat(64) }), {
      headers: { 'upload-length': String(csv.length) },
      body: csv,
    });
    assert.equal(codeOf(other), 'file-digest-differs');
    assert.ok((await objects()) <= before + 1, 'at most the workbook of faulty rows');
  });

  test('a key list arrives the same way', async () => {
    const list = Buffer.from('990100000000\n990100000001\n');
    const url = beginUrl(exchange.baseUrl, dataset, { item: 'code' }, routes.beginKeyList);
    const first = await tus(city.requester, 'POST', url, {
      headers: { 'upload-length': String(list.length) },
      body: list.subarray(0, 5),
    });
    assert.deepEqual([first.status, first.offset], [201, 5]);
    const at = new URL(String(first.headers.get('location')), exchange.baseUrl).href;
    assert.equal((await add(city.requester, at, 5, list.subarray(5))).status, 204);
    const id = String(at.split('/').at(-1));
    const told = await view(city.requester, id);
    assert.deepEqual([told.state, told.keyList?.count, told.keyList?.id], ['taken', 2, id]);
    const wrong = await tus(city.requester, 'POST', `${url}&sha256=${'0'.repeat(64)}`, {
      headers: { 'upload-length': String(list.length) },
      body: list,
    });
    assert.equal(codeOf(wrong), 'file-digest-differs');
  });
});

/** Sends this and then neither goes on nor ends: a line that is dead and does not know it. */
function hangingAfter(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
    },
  });
}
