import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CallError, routes, type EntryView } from '#contracts';
import { checkTextCommitment, sha256Hex } from '#crypto';
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

const refusedWith = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;

describe('the trail as a supervisor asks it: by what they know, over time, and taken away as a file', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;
  let right: string;

  before(async () => {
    exchange = await startExchange({ label: 'trail' });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(50));
    right = await granted(city, dataset);
  });
  after(async () => {
    await exchange.stop();
  });

  const ask = (query: object) => city.supervisor.client.call(routes.trail, { query: { limit: 500, ...query } });
  const indexes = async (query: object) => (await ask(query)).items.map(({ index }) => index);

  test('one field takes an index, an id, a leaf hash or a name', async () => {
    const [grant] = (await ask({ right, type: 'right.granted' })).items as [EntryView];
    // Eight digits may be the end of an id, and are an index all the same.
    const padded = String(grant.index).padStart(8, '0');
    for (const q of [`#${grant.index}`, String(grant.index), padded, grant.leafHash, ` ${grant.leafHash.toUpperCase()} `])
      assert.deepEqual(await indexes({ q }), [grant.index], q);
    assert.deepEqual(await indexes({ q: right }), await indexes({ subject: right }));
    assert.deepEqual(await indexes({ q: right.slice(-8).toUpperCase() }), await indexes({ subject: right }));
    assert.ok((await indexes({ q: dataset })).includes(grant.index));
    assert.deepEqual(await indexes({ q: '行政村' }), await indexes({ dataset }));
    assert.deepEqual(await indexes({ q: '示例市民政局' }), await indexes({ department: city.codes.requester }));
    assert.deepEqual(await indexes({ q: '周负责人' }), await indexes({ person: city.requesterHead.id }));
    for (const q of ['没有这样的名字', '%', "' OR 1=1 --", '#999999999']) assert.deepEqual(await indexes({ q }), [], q);
    assert.deepEqual(
      new Set((await ask({ type: 'right.granted,dataset.entered' })).items.map(({ type }) => type)),
      new Set(['right.granted', 'dataset.entered']),
    );
    assert.ok((await ask({ issuer: city.codes.requester })).items.every(({ issuer }) => issuer === city.codes.requester));
    await assert.rejects(ask({ type: 'right.taken' }), refusedWith('bad-input'));
  });

  test('an entry tells whom it names and what was written; its bytes are those that are hashed', async () => {
    const [grant] = (await ask({ right, type: 'right.granted' })).items as [EntryView];
    assert.deepEqual(grant.dataset, { id: dataset, title: '行政村名录' });
    assert.deepEqual(new Set(grant.departments.map(({ name }) => name)), new Set(['示例市公安局', '示例市民政局']));
    assert.deepEqual(grant.persons, [{ id: city.providerHead.id, name: '钱负责人' }]);
    const texts = Object.entries(grant.texts);
    assert.ok(texts.some(([, { text }]) => text === '社会救助家庭经济状况核对'));
    for (const [commitment, { key, text }] of texts) checkTextCommitment(commitment, key, text);
    const one = await city.requester.client.call(routes.entry, { params: { index: grant.index } });
    const bytes = Buffer.from(one.bytes ?? '', 'base64');
    assert.equal(sha256Hex(Buffer.concat([Buffer.of(0), bytes])), grant.leafHash);
    assert.equal(grant.bytes, undefined);
    const outside = (await ask({ type: 'key.admitted', department: city.codes.provider })).items[0]?.index ?? 0;
    await assert.rejects(city.requester.client.call(routes.entry, { params: { index: outside } }), refusedWith('unknown'));
  });

  test('it is counted: in all on the first page, and over time by type', async () => {
    const whole = await ask({});
    assert.deepEqual(whole.total, { count: whole.items.length, more: false });
    const second = await ask({ limit: 3, cursor: (await ask({ limit: 3 })).next });
    assert.equal(second.total, undefined);
    const { stepSeconds, buckets } = await city.supervisor.client.call(routes.trailTimeline, { query: {} });
    assert.ok(buckets.length >= 1 && buckets.length <= 120 && stepSeconds >= 1);
    assert.equal(
      buckets.reduce((sum, { count }) => sum + count, 0),
      whole.items.length,
    );
    for (const { count, byType } of buckets)
      assert.equal(
        Object.values(byType).reduce((sum, one) => sum + one, 0),
        count,
      );
    const own = await city.requester.client.call(routes.trailTimeline, { query: { type: 'right.granted' } });
    assert.deepEqual(own.buckets[0]?.byType, { 'right.granted': 1 });
    const none = await city.supervisor.client.call(routes.trailTimeline, { query: { q: '没有' } });
    assert.deepEqual(none, { stepSeconds: 0, buckets: [] });
  });

  test('the same questions as a workbook, as JSON and as a page; others’ entries are in none of them', async () => {
    const { delivery } = await city.requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await deliveryIn(city.requester, delivery, 'prepared');
    const query = { q: '行政村' };
    const expected = (await ask(query)).items;
    const file = await city.supervisor.client.open(routes.trailFile, { query });
    assert.deepEqual(await file.json(), expected);
    const folder = await mkdtemp(join(tmpdir(), 'quanlian-trail-'));
    try {
      const sheet = await city.supervisor.client.open(routes.trailSheet, { query });
      const path = join(folder, 'trail.xlsx');
      await writeFile(path, Buffer.from(await sheet.arrayBuffer()));
      const script = `import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; sys.stdout.buffer.write(z.read('xl/worksheets/sheet1.xml'))`;
      const { stdout, status, stderr } = spawnSync('python3', ['-c', script, path], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      assert.equal(stdout.match(/<row>/g)?.length, expected.length + 1);
      assert.ok(stdout.includes(expected[0]?.leafHash ?? '-') && stdout.includes('社会救助家庭经济状况核对'));
      assert.ok(stdout.includes('交换平台'), 'who signs and is no department');
    } finally {
      await rm(folder, { recursive: true });
    }
    const page = await (await city.supervisor.client.open(routes.trailPage, { query })).text();
    assert.equal(page.match(/<tr><td>/g)?.length, expected.length);
    // Who files it reads words: what each field is called, names beside codes, and the texts behind commitments.
    for (const words of [
      '<td>交换平台</td>',
      '<dt>被授权部门</dt><dd>示例市民政局  ',
      '<dt>使用场景</dt><dd>社会救助家庭经济状况核对</dd>',
      '<dt>审批</dt><dd>示例市公安局  ',
      'provinceCode为 42',
    ])
      assert.ok(page.includes(words), words);
    assert.doesNotMatch(page, /<dt>[a-zA-Z]/);
    const own = (await (await city.requester.client.open(routes.trailFile, {})).json()) as EntryView[];
    assert.ok(own.length > 0 && own.every(({ departments }) => departments.some(({ code }) => code === city.codes.requester)));
    assert.deepEqual(await (await city.supervisor.client.open(routes.trailFile, { query: { q: '没有' } })).json(), []);
  });

  test('a stretch of the ledger is exported for those who check the chain', async () => {
    const lines = async (query: object) => {
      const text = await (await city.supervisor.client.open(routes.exportLedger, { query })).text();
      return text.split('\n').slice(0, -1);
    };
    const whole = await lines({});
    assert.deepEqual(await lines({ start: 3, until: 7 }), whole.slice(3, 7));
    assert.deepEqual(await lines({ start: 3, until: 10_000_000 }), whole.slice(3));
    assert.deepEqual(await lines({ start: 7, until: 3 }), []);
    await assert.rejects(city.requester.client.open(routes.exportLedger, {}), refusedWith('not-allowed'));
  });
});
