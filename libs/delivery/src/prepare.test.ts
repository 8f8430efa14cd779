import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { randomId, sha256Hex } from '#crypto';
import { Refusal, type Format, type Item } from '#contracts';
import { deliver, plaintextHmacKey, pseudonymKey } from './deliver.fixture.js';
import type { StoredVersion } from './job.js';
import { countRows, previewRows } from './preview.js';
import { everyKind, everyKindCsv, ingestHere, item, openGround, type Ground } from './version.fixture.js';

const numbers: readonly Item[] = [item('n', 'I'), item('text', 'C')];
const numbersCsv = (rows: number): string =>
  `n,text\n${Array.from({ length: rows }, (_, i) => `${(i * 7919) % rows},t${i}`).join('\n')}\n`;

async function inParts(t: TestContext, rows: number): Promise<{ ground: Ground; version: StoredVersion; csv: string }> {
  const ground = await openGround(t);
  const csv = numbersCsv(rows);
  const { version } = await ingestHere(ground, numbers, csv, { limits: { partPlainBytes: rows * 4 } });
  assert.ok(version.parts.length > 3);
  return { ground, version, csv };
}

test('what was published comes out again byte for byte, in source order, from any number of parts', async (t) => {
  const { ground, version, csv } = await inParts(t, 20_000);
  const made = await deliver(ground, version);
  assert.equal(made.plaintext.toString(), csv);
  assert.equal(made.rows, 20_000);
  assert.equal(made.plaintextBytes, csv.length);
  assert.equal(made.sizeBytes, made.ciphertext.length);
  assert.equal(made.ciphertextSha256, sha256Hex(made.ciphertext));
  assert.equal(made.plaintextHmac, createHmac('sha256', plaintextHmacKey).update(csv).digest('hex'));
});

test('CSV keeps missing and empty apart: taken in again it has the same content', async (t) => {
  const ground = await openGround(t);
  const { ingested, version } = await ingestHere(ground, everyKind, everyKindCsv);
  const { plaintext } = await deliver(ground, version);
  const again = await ingestHere(ground, everyKind, plaintext);
  assert.equal(again.ingested.contentDigest, ingested.contentDigest);
  assert.deepEqual(plaintext.toString().split('\n').slice(0, 4), [
    'id,姓名,amount,born,seen,active,ratio,count',
    '001,张三,12.50,1990-01-31,2024-05-06 07:08:09,true,0.1,42',
    '002,"李,四",-3.00,2000-02-29,2024-05-06 07:08:09.12,false,1e+300,-9223372036854775808',
    '003,"王""五""',
  ]);
});

test('a single column keeps its missing values through a delivery', async (t) => {
  const ground = await openGround(t);
  const { ingested, version } = await ingestHere(ground, [item('a', 'C')], 'a\n\nx\n""\n\n');
  const { plaintext } = await deliver(ground, version);
  assert.equal(plaintext.toString(), 'a\n\nx\n""\n\n');
  assert.equal((await ingestHere(ground, [item('a', 'C')], plaintext)).ingested.contentDigest, ingested.contentDigest);
});

test('only the rows and items of the selection leave, in the order asked', async (t) => {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, everyKind, everyKindCsv);
  const made = await deliver(ground, version, {
    items: ['count', 'id'],
    rows: {
      op: 'or',
      of: [
        { op: '=', item: 'amount', value: '12.5' },
        { op: 'prefix', item: '姓名', value: '李' },
      ],
    },
  });
  assert.equal(made.plaintext.toString(), 'count,id\n42,001\n-9223372036854775808,002\n');
  assert.equal(made.rows, 2);
  const none = await deliver(ground, version, { rows: { op: '=', item: 'id', value: "' OR 1=1 --" } });
  assert.equal(none.rows, 0);
  assert.equal(none.plaintext.toString(), 'id,姓名,amount,born,seen,active,ratio,count\n');
});

test('JSON lines state every value, missing ones as null', async (t) => {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, everyKind, everyKindCsv);
  const lines = (await deliver(ground, version, { format: 'jsonl' })).plaintext.toString().trimEnd().split('\n');
  assert.equal(lines.length, 4);
  assert.equal(
    lines[1],
    '{"id":"002","姓名":"李,四","amount":-3.00,"born":"2000-02-29","seen":"2024-05-06T07:08:09.12","active":false,"ratio":1e300,"count":-9223372036854775808}',
  );
  const third = JSON.parse(lines[2] as string) as Record<string, unknown>;
  assert.deepEqual(third, {
    id: '003',
    姓名: '王"五"\n六',
    amount: null,
    born: null,
    seen: null,
    active: null,
    ratio: null,
    count: null,
  });
});

test('Parquet from many parts is one file with all rows in order, as DuckDB reads it', async (t) => {
  const { ground, version, csv } = await inParts(t, 20_000);
  // So that no part is narrowed together with the next.
  const { plaintext, rows } = await deliver(ground, version, { format: 'parquet' }, undefined, { partBytes: 1 });
  assert.equal(rows, 20_000);
  const path = join(ground.folder, 'delivered.parquet');
  await writeFile(path, plaintext);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const read = await connection.runAndReadAll(`SELECT n || ',' || text FROM read_parquet('${path}')`);
  const text = read.getRowsJson().map(([line]) => line as string);
  assert.equal(`n,text\n${text.join('\n')}\n`, csv);
  const groups = await connection.runAndReadAll(
    `SELECT count(DISTINCT row_group_id), sum(row_group_num_rows) // 2 FROM parquet_metadata('${path}')`,
  );
  assert.deepEqual(groups.getRowsJson(), [[String(version.parts.length), '20000']]);
  // A filter on one value has to find it through the statistics of the right row group.
  const one = await connection.runAndReadAll(`SELECT text FROM read_parquet('${path}') WHERE n = 12345`);
  assert.equal(one.getRowsJson().length, 1);
  connection.closeSync();
  instance.closeSync();

  const few = await deliver(ground, version, { format: 'parquet', rows: { op: '=', item: 'text', value: 't19999' } });
  assert.equal(few.rows, 1);
  const none = await deliver(ground, version, { format: 'parquet', rows: { op: '=', item: 'text', value: 'nothing' } });
  assert.equal(none.rows, 0);
});

test('masks, and pseudonyms that only the key makes', async (t) => {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, everyKind, everyKindCsv);
  const made = await deliver(ground, version, {
    items: ['id', '姓名', 'amount', 'born', 'seen', 'count'],
    transformations: [
      { item: 'id', transformation: { kind: 'pseudonym' } },
      { item: '姓名', transformation: { kind: 'keep', first: 1, last: 0 } },
      { item: 'amount', transformation: { kind: 'band', width: 5 } },
      { item: 'born', transformation: { kind: 'year' } },
      { item: 'seen', transformation: { kind: 'year' } },
      { item: 'count', transformation: { kind: 'band', width: 10 } },
    ],
    rows: { op: 'in', item: 'id', values: ['001', '002', '004'] },
  });
  const pseudonym = (id: string): string => createHmac('sha256', pseudonymKey).update(id).digest('hex');
  assert.equal(
    made.plaintext.toString(),
    [
      'id,姓名,amount,born,seen,count',
      `${pseudonym('001')},张*,10.00,1990,2024,40`,
      // The band of the least integer begins below what an integer can be.
      `${pseudonym('002')},李**,-5.00,2000,2024,`,
      `${pseudonym('004')},,0.00,0001,9999,9223372036854775800`,
      '',
    ].join('\n'),
  );
});

test('a file for spreadsheets runs no formula and loses no digits; plain CSV is not touched', async (t) => {
  const ground = await openGround(t);
  const texts = ['=1+1', '+1', '-1', '@x', '＝1', '000123', '990101199001011234', '12E5', '12345678901', 'plain', '中文'];
  const csv = `a,n\n${texts.map((text) => `${text},-5`).join('\n')}\n`;
  const { version } = await ingestHere(ground, [item('a', 'C'), item('n', 'I')], csv);
  const excel = (await deliver(ground, version, { format: 'csv-bom' })).plaintext.toString();
  const shown = [
    "'=1+1",
    "'+1",
    "'-1",
    "'@x",
    "'＝1",
    '\t000123',
    '\t990101199001011234',
    '\t12E5',
    '12345678901',
    'plain',
    '中文',
  ];
  assert.equal(excel, `\ufeffa,n\n${shown.map((text) => `${text},-5`).join('\n')}\n`);
  assert.equal((await deliver(ground, version)).plaintext.toString(), csv);
});

test('a part that is cut, altered, exchanged or gone is damaged, and nothing of the delivery stays', async (t) => {
  for (const format of ['csv', 'parquet'] as Format[]) {
    for (const harm of ['cut', 'altered', 'exchanged', 'gone'] as const) {
      const { ground, version } = await inParts(t, 4000);
      const names = version.parts.map((part) => join(ground.store.folder, part.name));
      const [, , third] = names as [string, string, string];
      const bytes = await readFile(third);
      let broken = version;
      if (harm === 'cut') await truncate(third, bytes.length - 100);
      if (harm === 'altered') {
        bytes[300] = (bytes[300] as number) ^ 1;
        await writeFile(third, bytes);
      }
      if (harm === 'exchanged') await writeFile(third, await readFile(names[0] as string));
      if (harm === 'gone') {
        broken = { ...version, parts: version.parts.map((part, i) => (i === 2 ? { ...part, name: randomId() } : part)) };
      }
      const before = (await readdir(ground.store.folder)).sort();
      await assert.rejects(deliver(ground, broken, { format }), (error) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.code, 'part-damaged', `${format} ${harm}`);
        return true;
      });
      assert.deepEqual((await readdir(ground.store.folder)).sort(), before);
    }
  }
});

test('a delivery never holds more rows than its decision allows', async (t) => {
  const { ground, version } = await inParts(t, 4000);
  await assert.rejects(deliver(ground, version, {}, 3999), { code: 'quota-rows' });
  assert.equal((await readdir(ground.store.folder)).length, version.parts.length);
  assert.equal((await deliver(ground, version, {}, 4000)).rows, 4000);
});

test('names that differ only in case leave in CSV alone', async (t) => {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, [item('code', 'C'), item('Code', 'C')], 'code,Code\n1,2\n');
  assert.equal((await deliver(ground, version)).plaintext.toString(), 'code,Code\n1,2\n');
  for (const format of ['jsonl', 'parquet'] as const) {
    await assert.rejects(deliver(ground, version, { format }), { code: 'item-names-alike' });
    assert.equal((await deliver(ground, version, { format, items: ['Code'] })).rows, 1);
  }
});

test('counts and previews say what would leave', async (t) => {
  const { ground, version } = await inParts(t, 4000);
  const place = { store: ground.store, memoryFolder: ground.memoryFolder, version };
  const rows = { op: 'between', item: 'n', low: '10', high: '19' } as const;
  assert.equal(await countRows({ ...place, rows }, ground.folder), 10);
  assert.equal(await countRows({ ...place, rows: { op: 'all' } }, ground.folder), 4000);
  const all = await previewRows(
    { ...place, selection: { items: ['text'], rows: { op: 'all' }, transformations: [] } },
    ground.folder,
  );
  assert.deepEqual(all, {
    rows: 4000,
    items: ['text'],
    from: 0,
    sample: [['t0'], ['t1'], ['t2'], ['t3'], ['t4']],
  });

  const evens = { op: 'in', item: 'text', values: ['t0', 't2', 't3996', 't3998'] } as const;
  const selection = { items: ['text'], rows: { ...evens, values: [...evens.values] }, transformations: [] };
  const page = (from: number, limit: number) => previewRows({ ...place, selection, from, limit }, ground.folder);
  // The rows are in different parts: a page begins in one and goes on in the next.
  assert.deepEqual((await page(1, 2)).sample, [['t2'], ['t3996']]);
  assert.deepEqual((await page(3, 200)).sample, [['t3998']]);
  assert.deepEqual(await page(4, 5), { rows: 4, items: ['text'], from: 4, sample: [] });
  assert.deepEqual((await page(0, 0)).sample, []);

  const mixed = await ingestHere(ground, everyKind, everyKindCsv);
  const shown = await previewRows(
    {
      ...place,
      version: mixed.version,
      selection: {
        items: everyKind.map(({ name }) => name),
        rows: { op: 'all' },
        transformations: [{ item: 'id', transformation: { kind: 'keep', first: 1, last: 1 } }],
      },
    },
    ground.folder,
  );
  assert.deepEqual(shown.sample, [
    ['0*1', '张三', '12.50', '1990-01-31', '2024-05-06T07:08:09', 'true', '0.1', '42'],
    ['0*2', '李,四', '-3.00', '2000-02-29', '2024-05-06T07:08:09.12', 'false', '1e+300', '-9223372036854775808'],
    ['0*3', '王"五"\n六', null, null, null, null, null, null],
    ['0*4', '', '0.00', '0001-01-01', '9999-12-31T23:59:59.999999', 'true', '0', '9223372036854775807'],
  ]);
});
