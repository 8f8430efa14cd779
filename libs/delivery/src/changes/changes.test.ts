import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { Refusal, type Item } from '#contracts';
import { deliver, pseudonymKey } from '../deliver.fixture.js';
import type { Selection, StoredVersion } from '../job.js';
import { openMemoryFolder } from '../memory-folder.js';
import { ingestHere, item, openGround, type Ground } from '../version.fixture.js';
import { countChanges } from './count-changes.js';

const items: readonly Item[] = [
  item('code', 'C', { required: true, key: true }),
  item('name', 'C'),
  item('people', 'I'),
  item('head', 'C', { personal: true }),
  item('since', 'D'),
];
const header = 'code,name,people,head,since';
const ROWS = 20_000;

interface Village {
  readonly code: string;
  name: string;
  people: number | '';
  head: string;
  since: string;
}

const villages = (): Village[] =>
  Array.from({ length: ROWS }, (_, i) => ({
    code: String(110_000_000_000 + ((i * 7919) % ROWS)),
    name: `${i % 97}村`,
    people: i % 11 === 0 ? '' : (i * 31) % 5000,
    head: `1390${String(i).padStart(7, '0')}`,
    since: `20${String(10 + (i % 15))}-0${1 + (i % 9)}-1${i % 9}`,
  }));

/** One in a hundred added, one removed, the others spread over changes of one value each; and the order turned round. */
function nextYear(): Village[] {
  const rows = villages();
  for (const [i, row] of rows.entries()) {
    if (i % 400 === 1) row.name = `${row.name}新`;
    if (i % 400 === 101) row.people = row.people === '' ? 7 : '';
    // Masked to its first three and last two characters, this looks as before.
    if (i % 400 === 201) row.head = `1391${row.head.slice(4)}`;
    if (i % 400 === 301) row.since = `2001${row.since.slice(4)}`;
  }
  const kept = rows.filter((_, i) => i % 100 !== 50);
  const added = Array.from({ length: 200 }, (_, i) => ({
    code: String(220_000_000_000 + i),
    name: '新村',
    people: i,
    head: '13800000000',
    since: '2026-01-01',
  }));
  return [...kept.slice(5000), ...added, ...kept.slice(0, 5000).reverse()];
}

const csvOf = (rows: readonly Village[]): string =>
  `${header}\n${rows.map(({ code, name, people, head, since }) => [code, name, people, head, since].join(',')).join('\n')}\n`;

/** What an incremental delivery must be, said plainly: from two full ones, by the first column of each. */
function bruteForce(was: string, now: string): string[] {
  const rows = (csv: string) => csv.trimEnd().split('\n').slice(1);
  const keyOf = (row: string) => row.slice(0, row.indexOf(','));
  const before = new Map(rows(was).map((row) => [keyOf(row), row]));
  const after = new Set(rows(now).map(keyOf));
  const commas = (row: string) => ','.repeat(row.split(',').length - 1);
  return [
    ...rows(now).flatMap((row) => {
      const old = before.get(keyOf(row));
      return old === row ? [] : [`${old === undefined ? 'added' : 'changed'},${row}`];
    }),
    ...rows(was).flatMap((row) => (after.has(keyOf(row)) ? [] : [`removed,${keyOf(row)}${commas(row)}`])),
  ];
}

// Some parts each, and several turns of comparing.
const small = { partPlainBytes: 500_000, compareBytes: 900_000 };

const selections: Record<string, Partial<Selection>> = {
  'all items and rows': {},
  'a part of the items': { items: ['code', 'people'] },
  'masks, under which two values may look the same': {
    items: ['code', 'head', 'since'],
    transformations: [
      { item: 'head', transformation: { kind: 'keep', first: 3, last: 2 } },
      { item: 'since', transformation: { kind: 'year' } },
    ],
  },
  'a pseudonym of the key': {
    items: ['code', 'name'],
    transformations: [{ item: 'code', transformation: { kind: 'pseudonym' } }],
  },
  'a row scope that rows leave and enter': { rows: { op: 'between', item: 'since', low: '2001-01-01', high: '2015-06-30' } },
  'a scope by an item that does not leave': {
    items: ['code', 'name'],
    rows: { op: 'between', item: 'people', low: '0', high: '900' },
  },
};

describe('acceptance 5: a delivery of changes', () => {
  let ground: Ground;
  let was: StoredVersion;
  let now: StoredVersion;
  const cleaning: (() => unknown)[] = [];
  after(async () => {
    for (const clean of cleaning) await clean();
  });
  before(async () => {
    ground = await openGround({ after: (clean: () => unknown) => cleaning.push(clean) } as unknown as TestContext);
    was = (await ingestHere(ground, items, csvOf(villages()), { limits: small })).version;
    now = (await ingestHere(ground, items, csvOf(nextYear()), { limits: small })).version;
    assert.ok(was.parts.length > 2);
  });

  for (const [title, selection] of Object.entries(selections)) {
    test(`is what a comparison of two full deliveries gives: ${title}`, async () => {
      const full = { was: await deliver(ground, was, selection), now: await deliver(ground, now, selection) };
      const expected = bruteForce(full.was.plaintext.toString(), full.now.plaintext.toString());
      const changes = await deliver(ground, now, selection, undefined, small, was);
      const [head, ...rows] = changes.plaintext.toString().trimEnd().split('\n');
      assert.equal(head, `_change,${(selection.items ?? items.map(({ name }) => name)).join(',')}`);
      assert.deepEqual(rows, expected);
      assert.ok(expected.length > 100);
      assert.equal(changes.rows, expected.length);

      const memory = await openMemoryFolder(ground.memoryFolder, 1);
      const asked = { items: items.map(({ name }) => name), rows: { op: 'all' as const }, transformations: [], ...selection };
      const job = {
        store: ground.store,
        memoryFolder: ground.memoryFolder,
        version: now,
        since: was,
        selection: asked,
        pseudonymKey,
      };
      const counts = await countChanges(job, memory.path);
      await memory.remove();
      const count = (word: string) => expected.filter((row) => row.startsWith(word)).length;
      assert.deepEqual(counts, { added: count('added'), changed: count('changed'), removed: count('removed') });
    });
  }

  test('counts 200 added, 200 removed, and what changed', async () => {
    const { plaintext } = await deliver(ground, now, {}, undefined, {}, was);
    const words = plaintext
      .toString()
      .split('\n')
      .map((row) => row.split(',')[0]);
    const count = (word: string) => words.filter((one) => one === word).length;
    assert.deepEqual([count('added'), count('changed'), count('removed')], [200, 200, 200]);
  });

  test('in every format holds the same rows', async () => {
    const csv = await deliver(ground, now, {}, undefined, small, was);
    const said = csv.plaintext.toString();
    const bom = await deliver(ground, now, { format: 'csv-bom' }, undefined, small, was);
    assert.equal(bom.plaintext.toString().replaceAll('\t', '').slice(1), said);
    const gb = await deliver(ground, now, { format: 'csv-gb18030' }, undefined, small, was);
    assert.equal(new TextDecoder('gb18030').decode(gb.plaintext).replaceAll('\t', ''), said);
    const lines = (await deliver(ground, now, { format: 'jsonl' }, undefined, small, was)).plaintext
      .toString()
      .trimEnd()
      .split('\n');
    const fromJson = lines.map((line) =>
      Object.values(JSON.parse(line) as Record<string, string | number | null>)
        .map((value) => value ?? '')
        .join(','),
    );
    assert.deepEqual(fromJson, said.trimEnd().split('\n').slice(1));

    const { plaintext, rows } = await deliver(ground, now, { format: 'parquet' }, undefined, small, was);
    assert.equal(rows, csv.rows);
    const path = join(ground.folder, 'changes.parquet');
    await writeFile(path, plaintext);
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`);
    const fromParquet = (read.getRowsJson() as (string | number | null)[][]).map((row) =>
      row.map((value) => value ?? '').join(','),
    );
    assert.deepEqual(fromParquet, said.trimEnd().split('\n').slice(1));
    connection.closeSync();
    instance.closeSync();

    const workbook = await deliver(ground, now, { format: 'xlsx' }, undefined, small, was);
    assert.equal(workbook.rows, csv.rows);
    const again = [item('变动', 'C'), ...items.map(({ name, type }) => item(name, type))];
    const { version } = await ingestHere(ground, again, workbook.plaintext);
    const back = (await deliver(ground, version)).plaintext.toString().trimEnd().split('\n').slice(1);
    const words = { 新增: 'added', 变更: 'changed', 删除: 'removed' } as Record<string, string>;
    assert.deepEqual(
      back.map((row) => row.replace(/^[^,]+/, (word) => words[word] ?? word).replaceAll('""', '')),
      said.trimEnd().split('\n').slice(1),
    );
  });

  test('of the same rows in another order is empty, in every format', async () => {
    const turned = (await ingestHere(ground, items, csvOf(villages().reverse()))).version;
    for (const format of ['csv', 'jsonl', 'parquet', 'xlsx'] as const)
      assert.equal((await deliver(ground, turned, { format }, undefined, {}, was)).rows, 0);
  });

  test('is refused where a row could not be named, and where versions have other items', async () => {
    const code = (expected: string) => (error: unknown) => error instanceof Refusal && error.code === expected;
    await assert.rejects(deliver(ground, now, { items: ['name'] }, undefined, {}, was), code('changes-key-hidden'));
    const masked = [{ item: 'code', transformation: { kind: 'prefix' as const, length: 6 } }];
    await assert.rejects(deliver(ground, now, { transformations: masked }, undefined, {}, was), code('changes-key-hidden'));
    const keyless = items.map(({ key: _key, ...rest }) => rest);
    const without = { ...was, items: keyless };
    await assert.rejects(deliver(ground, { ...now, items: keyless }, {}, undefined, {}, without), code('changes-no-key'));
    await assert.rejects(deliver(ground, now, {}, undefined, {}, without), code('changes-items-differ'));
    await assert.rejects(deliver(ground, now, {}, 599, {}, was), code('quota-rows'));
    assert.equal((await deliver(ground, now, {}, 600, {}, was)).rows, 600);
  });
});
