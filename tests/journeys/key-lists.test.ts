import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CallError, routes, type Item, type KeyListView, type RowScope } from '#contracts';
import { decryptAge, loadVaultKey, openVault } from '#crypto';
import { memoryFolderIn } from '#delivery';
import { openDataPlane, RunClocks } from '#exchange';
import { connect, openExchangeContext } from '#postgres';
import {
  approved,
  askedFor,
  deliveryIn,
  foundSmallCity,
  published,
  startExchange,
  villageEntry,
  type RunningExchange,
  type SmallCity,
  type TestPerson,
} from '#testing';

const refusedWith = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;
const items: Item[] = [
  { name: 'plate', title: '号牌', type: 'C', required: true, personal: false },
  { name: 'ownerId', title: '证件号码', type: 'C', required: true, personal: true, mask: { kind: 'keep', first: 6, last: 4 } },
  { name: 'district', title: '区', type: 'C', required: true, personal: false },
];
const idNumber = (n: number): string => `99010119${String(10_000_000 + n)}8X`.slice(0, 18);
/** Every person has two vehicles; every fourth vehicle is in the other district. */
const vehicles = Array.from({ length: 1200 }, (_, i) => [
  `权A${10_000 + i}`,
  idNumber(i % 600),
  i % 4 === 3 ? '990102' : '990101',
]);
const csv = Buffer.from(`plate,ownerId,district\n${vehicles.map((row) => row.join(',')).join('\n')}\n`);
/** 300 persons who have vehicles, 200 who have none. */
const keys = [
  ...Array.from({ length: 300 }, (_, i) => idNumber(i)),
  ...Array.from({ length: 200 }, (_, i) => idNumber(5000 + i)),
];
const file = `﻿姓名,证件号码\r\n${keys.map((key) => `某,${key}`).join('\r\n')}\r\n某,${keys[0]}\r\n某,\r\n某\r\n`;

const named = ({ item, id, commitment, count }: KeyListView): RowScope => ({ op: 'key-list', item, list: id, commitment, count });

describe('rows chosen by a key list, from its upload to the file of the requester', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;
  let list: KeyListView;
  let right: string;

  before(async () => {
    exchange = await startExchange({ label: 'key-lists' });
    city = await foundSmallCity(exchange);
    const entry = villageEntry({ title: '机动车登记信息', resourceCode: '3/1/1/1/000007', items });
    dataset = await published(city, entry, csv);
    list = await send(file);
  });
  after(async () => {
    await exchange.stop();
  });

  function send(text: string, query = { item: 'ownerId', fileName: '核对对象.csv' }, by: TestPerson = city.requester) {
    const body = { params: { id: dataset }, query };
    return by.client.call(routes.takeKeyList, body, { stream: new Blob([text]).stream() });
  }

  async function ask(rows: RowScope): Promise<string> {
    const { requester, requesterHead } = city;
    const asked = askedFor({ items: ['plate', 'ownerId', 'district'], rows });
    const proposal = await requester.client.call(routes.submitRequest, { body: { dataset, asked } });
    await approved(requesterHead, proposal);
    return proposal.id;
  }

  test('the list tells what was taken and which lines were not, and is known to nobody else', async () => {
    assert.equal(list.count, 500);
    assert.equal(list.duplicates, 1);
    assert.deepEqual(list.malformed, {
      count: 2,
      first: [
        { line: 503, reason: 'value-misfit' },
        { line: 504, reason: 'fields-differ' },
      ],
    });
    const read = (by: TestPerson) => by.client.call(routes.keyList, { params: { id: list.id } });
    assert.deepEqual(await read(city.requester), list);
    for (const by of [city.steward, city.competentHead]) await assert.rejects(read(by), refusedWith('unknown'));
    await assert.rejects(send(file, { item: 'ownerId', fileName: 'x.csv' }, city.steward), refusedWith('not-allowed'));
    await assert.rejects(send(file, { item: 'phone', fileName: 'x.csv' }), refusedWith('item-unknown'));
    await assert.rejects(send(file, { item: 'ownerId', fileName: '../x' }), refusedWith('file-name-is-path'));
    await assert.rejects(send('\n\n'), refusedWith('key-list-empty'));
  });

  test('what a request says of a list must be true of it', async () => {
    const scope = named(list) as Extract<RowScope, { op: 'key-list' }>;
    await assert.rejects(ask({ ...scope, commitment: 'a'.repeat(64) }), refusedWith('key-list-differs'));
    await assert.rejects(ask({ ...scope, count: 499 }), refusedWith('key-list-differs'));
    await assert.rejects(ask({ ...scope, item: 'plate' }), refusedWith('key-list-differs'));
    await assert.rejects(ask({ ...scope, list: '0'.repeat(32) }), refusedWith('unknown'));
    await assert.rejects(ask({ op: '=', item: 'ownerId', value: idNumber(1) }), refusedWith('scope-on-personal-item'));
  });

  test('counted before asking, it tells tens', async () => {
    const count = (rows: RowScope) => city.requester.client.call(routes.countRows, { params: { id: dataset }, body: { rows } });
    assert.deepEqual(await count(named(list)), { total: 1200, rows: 600, rounded: true });
    const one = await send(`${idNumber(1)}\n`);
    const none = await send(`${idNumber(9999)}\n`);
    assert.deepEqual(await count(named(one)), { total: 1200, fewerThan: 10 });
    assert.deepEqual(await count(named(none)), { total: 1200, fewerThan: 10 });
  });

  test('the provider sees how many keys match, and grants; the requester gets exactly those rows', async () => {
    const { steward, providerHead, requester } = city;
    const request = await ask(named(list));
    assert.equal((await steward.client.call(routes.keyList, { params: { id: list.id } })).count, 500);
    const look = (body: object) => steward.client.call(routes.previewRequest, { params: { id: request }, body });
    const preview = await look({ limit: 1 });
    assert.equal(preview.rows, 600);
    assert.deepEqual(preview.keys, { listed: 500, matched: 300 });
    assert.deepEqual(preview.sample, [['权A10000', `990101********${idNumber(0).slice(-4)}`, '990101']]);
    const district: RowScope = { op: '=', item: 'district', value: '990101' };
    const expected = vehicles.filter(([, owner = '', of]) => keys.includes(owner) && of === '990101');
    assert.equal((await look({ rows: district })).rows, expected.length);

    const decision = await steward.client.call(routes.decideRequest, {
      params: { id: request },
      body: { decision: 'agree-in-part', condition: '仅用于履行法定职责。', rows: district, clear: ['ownerId'] },
    });
    assert.equal((await look({ proposal: decision.id })).rows, expected.length);
    right = (await approved(providerHead, decision)).id;

    const { delivery } = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
    const prepared = await deliveryIn(requester, delivery, 'prepared', 'refused', 'failed');
    assert.equal(prepared.state, 'prepared', JSON.stringify(prepared.problem));
    assert.equal(prepared.rows, expected.length);
    const payload = await requester.client.open(routes.payload, { params: { id: delivery } });
    const bytes = Buffer.from(await payload.arrayBuffer());
    assert.deepEqual(await opened(bytes), ['plate,ownerId,district', ...expected.map((row) => row.join(','))]);
  });

  async function opened(ciphertext: Buffer): Promise<string[]> {
    const parts: Buffer[] = [];
    for await (const part of decryptAge(city.identities, [ciphertext])) parts.push(part);
    return Buffer.concat(parts).toString().trimEnd().split('\n');
  }

  test('promise 7: of a key list the ledger holds commitment and count, and nothing that lies at rest holds a key', async () => {
    const exported = await city.supervisor.client.open(routes.exportLedger, {});
    const ledger = await exported.text();
    assert.ok(ledger.includes(list.commitment) && ledger.includes(`"count":500`));
    const folder = join(exchange.dataDir, 'payloads');
    const objects = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
    assert.ok(objects.length > 3);
    const database = await connect(exchange.database.apiUrl, { poolSize: 1 });
    try {
      const { rows } = await database.pool.query<{ text: string }>(
        `SELECT row_to_json(one)::text AS text FROM office.key_list one
         UNION ALL SELECT row_to_json(one)::text FROM office.audit_log one
         UNION ALL SELECT row_to_json(one)::text FROM office.proposal one`,
      );
      const kept = rows.map(({ text }) => text).join('\n');
      for (const key of keys) {
        assert.ok(!ledger.includes(key), 'a key stands in the ledger');
        assert.ok(!kept.includes(key), 'a key stands in the database');
        assert.ok(
          objects.every((object) => !object.includes(key)),
          'a key lies in the clear',
        );
      }
    } finally {
      await database.close();
    }
  });

  test('a list that nothing names goes after its days; destroyed by hand it goes at once, and the right yields nothing', async () => {
    const { requester } = city;
    const idle = await send(`${idNumber(1)}\n`);
    const database = await connect(exchange.database.workerUrl, { poolSize: 2 });
    try {
      const vault = openVault(loadVaultKey(join(exchange.dataDir, 'vault.key')));
      const clock = { now: () => new Date(Date.now() + 8 * 86_400_000) };
      const context = await openExchangeContext(database, { vault, clock });
      const place = { kind: 'folder' as const, folder: join(exchange.dataDir, 'payloads') };
      const data = openDataPlane(place, memoryFolderIn('/dev/shm'), 512);
      await new RunClocks(context, data, { receiptDays: 3, orphanHours: 24 }).sweep(async () => 0);
    } finally {
      await database.close();
    }
    const read = (id: string) => requester.client.call(routes.keyList, { params: { id } });
    assert.ok((await read(idle.id)).destroyedAt !== undefined);
    assert.equal((await read(list.id)).destroyedAt, undefined, 'a list under a right in force stays');

    const destroy = (by: TestPerson) => by.client.call(routes.destroyKeyList, { params: { id: list.id } });
    await assert.rejects(destroy(city.steward), refusedWith('not-allowed'));
    assert.ok((await destroy(requester)).destroyedAt !== undefined);
    assert.ok((await destroy(requester)).destroyedAt !== undefined);
    const pull = requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await assert.rejects(pull, refusedWith('key-list-gone'));
    await assert.rejects(ask(named(list)), refusedWith('key-list-gone'));
  });
});
