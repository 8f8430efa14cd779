import { CallError, routes, type Item, type Problem } from '#contracts';
import { foundSmallCity, startExchange, villageEntry, type RunningExchange, type SmallCity } from '#testing';
import { writeWorkbook } from '#delivery';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { CommandLine } from './command-line.js';

const items: Item[] = [
  {
    name: 'code',
    title: '区划代码',
    type: 'C',
    required: true,
    personal: false,
    key: true,
    rules: { pattern: String.raw`\d{6}` },
  },
  { name: 'name', title: '名称', type: 'C', required: true, personal: false },
  { name: 'people', title: '人口', type: 'I', required: false, personal: false, rules: { min: '0' } },
];
interface Published {
  readonly rows: number;
  readonly detected: readonly { readonly what: string; readonly value: string }[];
  readonly leftOut?: { readonly rows: number };
  readonly proposal: { readonly state: string };
}

describe('a workbook with a title and faulty rows, from its first refusal to a version that says what it lacks', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let command: CommandLine;
  const publish = (...more: string[]) => [
    '--as',
    'steward',
    'datasets',
    'publish',
    '区划',
    command.path('areas.xlsx'),
    '--no-secrets',
    ...more,
  ];

  before(async () => {
    exchange = await startExchange({ label: 'publish-forms' });
    city = await foundSmallCity(exchange);
    command = new CommandLine(exchange.baseUrl);
    await command.logIn(city.steward.login, city.steward.password);
    await command.logIn(city.providerHead.login, city.providerHead.password);
    writeFileSync(
      command.path('form.json'),
      JSON.stringify(villageEntry({ title: '区划', resourceCode: '3/1/1/1/000044', items })),
    );
    const workbook = writeWorkbook({
      name: '区划',
      columns: ['2024年区划名录', '', ''].map((title) => ({ title, width: 10 })),
      rows: (async function* () {
        yield ['区划代码', '名称', '人口'];
        yield ['110101', '东城区', '708000'];
        yield ['110101', '东城区', '708000'];
        yield ['11010', '西城区', '-1'];
        yield ['110105', '朝阳区', '3440000'];
      })(),
    });
    writeFileSync(command.path('areas.xlsx'), await buffer(workbook));
  });
  after(async () => {
    command?.remove();
    await exchange?.stop();
  });

  test('key and rules stand in the entry', async () => {
    await command.ok(['--as', 'steward', 'datasets', 'enter', command.path('form.json'), '--no-secrets']);
    const shown = await command.run(['--as', 'steward', 'datasets', 'show', '区划', '--lang', 'zh']);
    assert.match(shown.out, /主键; 格式：\\d\{6\}/, shown.err);
    assert.match(shown.out, /不小于 0/);
    const bad = villageEntry({
      title: '坏',
      resourceCode: '3/1/1/1/000045',
      items: items.map((item) => ({ ...item, rules: { min: '0' } })),
    });
    await assert.rejects(
      city.steward.client.call(routes.enterDataset, { body: { entry: bad, noSecrets: true } }),
      (error: unknown) =>
        error instanceof CallError &&
        error.problem?.code === 'item-rule' &&
        error.problem.at?.field === 'entry.items.0.rules.min',
    );
  });

  test('what stands above the table is named; so is every faulty row, which its department alone can fetch', async () => {
    const above = await command.run(publish('--json'));
    assert.equal(above.code, 1, above.out);
    const { problem } = above.json<{ problem: Problem }>();
    assert.deepEqual(
      [problem.code, problem.faults?.map(({ code, at }) => [code, at?.line])],
      ['sheet-found', [['found-title', 1]]],
    );
    const faulty = await command.run(publish('--skip', 'title', '--faulty-rows', command.path('faulty.xlsx')));
    assert.equal(faulty.code, 1);
    assert.match(faulty.err, /\[key-repeated\] +@ 4\n/);
    assert.match(faulty.err, /\[value-outside-rule\] +@ 5:1\n/);
    assert.match(faulty.err, /3 in 2 rows/);
    assert.equal(readFileSync(command.path('faulty.xlsx')).subarray(0, 2).toString(), 'PK');
  });

  test('the others are published when the publisher says so, and the version records how many are missing', async () => {
    const published = await command.ok<Published & { id: string }>(
      publish('--as-found', '--leave-out-faulty', '--faulty-rows', command.path('left.xlsx')),
    );
    assert.deepEqual([published.rows, published.leftOut?.rows, published.proposal.state], [2, 2, 'sealed']);
    assert.ok(published.detected.some(({ what, value }) => what === 'headerRow' && value === '2'));
    assert.ok(existsSync(command.path('left.xlsx')));
    const { items: datasets } = await city.steward.client.call(routes.datasets, { query: { text: '区划' } });
    const dataset = datasets[0]?.id ?? '';
    const { items: versions } = await city.requester.client.call(routes.versions, { params: { id: dataset } });
    assert.equal(versions[0]?.leftOut, 2);
    await assert.rejects(city.requester.client.open(routes.faultyRows, { params: { id: published.id } }), CallError);
  });
});
