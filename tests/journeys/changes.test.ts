import { CallError, routes, type Item, type ReportView, type RightChanges } from '#contracts';
import { deliveryIn, foundSmallCity, granted, publishCsv, published, startExchange, villageEntry } from '#testing';
import type { RunningExchange, SmallCity } from '#testing';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandLine } from './command-line.js';

const items: Item[] = [
  { name: 'code', title: '代码', type: 'C', required: true, personal: false, key: true },
  { name: 'name', title: '名称', type: 'C', required: true, personal: false },
  {
    name: 'phone',
    title: '电话',
    type: 'C',
    required: false,
    personal: true,
    mask: { kind: 'keep', first: 3, last: 0 },
  },
  { name: 'provinceCode', title: '省级代码', type: 'C', required: true, personal: false },
];
const ROWS = 2000;
type Village = [code: string, name: string, phone: string, provinceCode: string];
const lastYear = (): Village[] =>
  Array.from({ length: ROWS }, (_, i) => [
    `${990100000000 + i}`,
    `第${i}村`,
    `139${String(i).padStart(8, '0')}`,
    i % 2 ? '11' : '42',
  ]);
const thisYear = (): Village[] => {
  const rows = lastYear();
  for (const [i, row] of rows.entries()) {
    if (i % 200 === 2) row[1] += '新';
    // Looks the same under its mask.
    if (i % 200 === 4) row[2] = row[2].replace(/.$/, 'x');
    // Leaves the scope, or enters it.
    if (i % 200 === 6 || i % 200 === 7) row[3] = row[3] === '42' ? '11' : '42';
  }
  return [['990200000000', '新设村', '13800000000', '42'], ...rows.filter((_, i) => i % 200 !== 8)];
};
const csvOf = (rows: readonly Village[]): Buffer =>
  Buffer.from(`code,name,phone,provinceCode\n${rows.map((row) => row.join(',')).join('\n')}\n`);

const refusedAs = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;

describe('acceptance 5: what changed since the last delivery', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let command: CommandLine;
  let dataset: string;
  let right: string;
  const pull = (out: string, ...more: string[]) => [
    '--as',
    'requester',
    'pull',
    right,
    '-o',
    command.path(out),
    '--identity',
    command.path('identity.txt'),
    ...more,
  ];
  const rowsIn = (name: string) => readFileSync(command.path(name), 'utf8').trimEnd().split('\n').slice(1);

  before(async () => {
    exchange = await startExchange({ label: 'changes' });
    city = await foundSmallCity(exchange);
    command = new CommandLine(exchange.baseUrl);
    await command.logIn(city.requester.login, city.requester.password);
    await command.logIn(city.steward.login, city.steward.password);
    writeFileSync(command.path('identity.txt'), `${city.identities[0]}\n`, { mode: 0o600 });
    dataset = await published(city, villageEntry({ items }), csvOf(lastYear()));
    right = await granted(city, dataset, { items: ['code', 'name', 'phone'], formats: ['csv', 'xlsx'] });
  });
  after(async () => {
    command?.remove();
    await exchange?.stop();
  });

  test('cannot be told before there is one, nor while there is no newer version', async () => {
    const asked = { params: { id: right } };
    await assert.rejects(city.requester.client.call(routes.rightChanges, asked), refusedAs('changes-no-earlier'));
    const early = await command.run(pull('early.csv', '--changes'));
    assert.match(early.err, /\[changes-no-earlier\]/);
    await command.ok(pull('full-1.csv'));
    const none = await city.requester.client.call(routes.rightChanges, asked);
    assert.deepEqual([none.added, none.changed, none.removed, none.number], [0, 0, 0, 1]);
    const again = await command.run(pull('again.csv', '--changes'));
    assert.match(again.err, /\[changes-none\]/);
  });

  test('is counted, delivered and sealed as a plain comparison of two full deliveries gives it', async () => {
    await publishCsv(city.steward, dataset, csvOf(thisYear()));
    const told = await command.ok<RightChanges>(['--as', 'requester', 'rights', 'changes', right]);
    const pulled = await command.ok<{ delivery: string; rows: number }>(pull('changes.csv', '--changes', '--gzip'));
    await command.ok(pull('full-2.csv'));
    const was = new Map(rowsIn('full-1.csv').map((row) => [row.split(',')[0] as string, row]));
    const now = rowsIn('full-2.csv');
    const left = new Set(now.map((row) => row.split(',')[0] as string));
    const expected = [
      ...now.flatMap((row) => {
        const old = was.get(row.split(',')[0] as string);
        return old === row ? [] : [`${old === undefined ? 'added' : 'changed'},${row}`];
      }),
      ...[...was.keys()].flatMap((code) => (left.has(code) ? [] : [`removed,${code},,`])),
    ];
    assert.deepEqual(rowsIn('changes.csv'), expected);
    assert.equal(pulled.rows, expected.length);
    const count = (word: string) => expected.filter((row) => row.startsWith(word)).length;
    assert.deepEqual([told.added, told.changed, told.removed], [count('added'), count('changed'), count('removed')]);
    // The new one and ten that entered the scope; ten new names; ten left the scope and ten are gone. Masked phones look as before.
    assert.deepEqual([told.added, told.changed, told.removed], [11, 10, 20]);
    const manifest = JSON.parse(readFileSync(command.path('changes.csv.manifest.json'), 'utf8')) as { since?: object };
    assert.deepEqual(manifest.since, { delivery: told.since.delivery, version: told.since.version });
  });

  test('is in the report of the version, which its own department alone sees, and nothing of what is personal', async () => {
    const { items: versions } = await city.steward.client.call(routes.versions, { params: { id: dataset } });
    const version = versions.find(({ number }) => number === 2)?.id ?? '';
    const params = { id: dataset, version };
    let view: ReportView = await city.steward.client.call(routes.versionReport, { params });
    for (let i = 0; i < 300 && view.state === 'making'; i += 1) {
      await sleep(100);
      view = await city.steward.client.call(routes.versionReport, { params });
    }
    assert.equal(view.state, 'made', JSON.stringify(view.problem));
    const { report } = view;
    const { version: first, ...changes } = report?.changes ?? {};
    assert.equal(first, versions.find(({ number }) => number === 1)?.id);
    // Of all rows and as they are: ten new names, ten phones, twenty provinces.
    assert.deepEqual(changes, { number: 1, added: 1, changed: 40, removed: 10 });
    assert.deepEqual(
      report?.items.map(({ changed }) => changed),
      [0, 10, 10, 20],
    );
    const phone = report?.items.find(({ name }) => name === 'phone');
    assert.deepEqual([phone?.lengths, phone?.range, phone?.personal], [undefined, undefined, true]);
    const shown = await command.run(['--as', 'steward', 'datasets', 'report', dataset, '2']);
    assert.match(shown.out, /1 added, 40 changed, 10 removed/, shown.err);
    assert.doesNotMatch(shown.out, /139\d/);
    const outside = await city.competentHead.client.call(routes.versionReport, { params }).catch((error: unknown) => error);
    assert.ok(refusedAs('unknown')(outside));
    const nowhere = { params: { ...params, version: '0'.repeat(32) } };
    await assert.rejects(city.steward.client.call(routes.versionReport, nowhere), refusedAs('unknown'));
    await assert.rejects(city.requester.client.call(routes.versionReport, { params }), CallError);
  });

  test('costs the rows that left, and goes on from a delivery that was incremental itself', async () => {
    const { used } = await city.requester.client.call(routes.right, { params: { id: right } });
    assert.equal(used.rows, 1000 + 41 + rowsIn('full-2.csv').length);
    const { items: received } = await city.requester.client.call(routes.deliveries, { query: { right, state: 'received' } });
    const incremental = received.find(({ since }) => since !== undefined);
    const third = thisYear().slice(1);
    await publishCsv(city.steward, dataset, csvOf(third));
    await command.ok(pull('third.csv', '--changes', incremental?.id ?? ''));
    assert.deepEqual(rowsIn('third.csv'), ['removed,990200000000,,']);
  });

  test('is refused in the trail when the selection is another one or the key is left out', async () => {
    const { items: received } = await city.requester.client.call(routes.deliveries, { query: { right, state: 'received' } });
    const since = received[0]?.id ?? '';
    await publishCsv(city.steward, dataset, csvOf(lastYear()));
    const ask = async (body: object) => {
      const { delivery } = await city.requester.client.call(routes.pull, { params: { id: right }, body });
      return deliveryIn(city.requester, delivery, 'refused', 'prepared');
    };
    const narrower = await ask({ since, items: ['code', 'name'] });
    assert.equal(narrower.problem?.code, 'changes-selection-differs');
    const foreign = { params: { id: right } };
    await assert.rejects(city.steward.client.call(routes.rightChanges, foreign), CallError);
    const keyless = await granted(city, dataset, { items: ['name'] });
    const body = { since };
    await assert.rejects(city.requester.client.call(routes.pull, { params: { id: keyless }, body }), refusedAs('unknown'));
    const { differences } = await city.supervisor.client.call(routes.audit, {});
    assert.deepEqual(differences, []);
  });
});
