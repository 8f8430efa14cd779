import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { Refusal, type Item } from '#contracts';
import { everyKind, everyKindCsv, ingestHere, item, openGround, type Ground } from './version.fixture.js';

/** The content digest as docs/formats/content-digest.md says it, without any of the library. */
function digestOf(rows: readonly (readonly (string | null)[])[]): string {
  const hash = createHash('sha256').update('quanlian content v1\n');
  const number = (value: number): Buffer => Buffer.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
  hash.update(number(rows[0]?.length ?? 0));
  for (const value of rows.flat()) {
    if (value === null) hash.update(number(0xffffffff));
    else hash.update(number(Buffer.byteLength(value))).update(value);
  }
  return hash.digest('hex');
}

const everyKindRows = [
  ['001', '张三', '12.50', '1990-01-31', '2024-05-06T07:08:09', 'true', '0.1', '42'],
  ['002', '李,四', '-3.00', '2000-02-29', '2024-05-06T07:08:09.12', 'false', '1e+300', '-9223372036854775808'],
  ['003', '王"五"\n六', null, null, null, null, null, null],
  ['004', '', '0.00', '0001-01-01', '9999-12-31T23:59:59.999999', 'true', '0', '9223372036854775807'],
];

test('a version has the content digest that its format says', async (t) => {
  const { ingested } = await ingestHere(await openGround(t), everyKind, everyKindCsv);
  assert.equal(ingested.rows, 4);
  assert.equal(ingested.contentDigest, digestOf(everyKindRows));
  assert.equal(ingested.fileSha256, createHash('sha256').update(everyKindCsv).digest('hex'));
  assert.equal(ingested.sizeBytes, Buffer.byteLength(everyKindCsv));
});

test('the worked example of docs/formats/content-digest.md is true', async (t) => {
  const { ingested } = await ingestHere(await openGround(t), [item('a', 'C'), item('n', 'Y')], 'a,n\nx,1.5\n"",\n');
  assert.equal(ingested.contentDigest, '70f22a0ee0d3b47258e73a7f60698068edafcfce5bdfaf76142606038b47913a');
  const schema = '{"items":[{"name":"a","type":"C"},{"name":"n","scale":2,"type":"Y"}],"v":1}';
  assert.equal(ingested.schemaDigest, createHash('sha256').update(schema).digest('hex'));
});

test('the same rows have the same digest in every spelling of the file', async (t) => {
  const ground = await openGround(t);
  const items = [item('a', 'C'), item('b', 'I'), item('c', 'T')];
  const spellings = [
    'a,b,c\nx,1,2024-01-01 00:00\n,,\n"",2,\n',
    '\ufeffa,b,c\r\n"x","1","2024-01-01T00:00:00.000"\r\n,"",\r\n"","2",""',
    'c,a,b\n2024-01-01T00:00:00,x,1\n,,\n,"",2\n',
  ];
  const digests = [];
  for (const csv of spellings) digests.push((await ingestHere(ground, items, csv)).ingested.contentDigest);
  const rows = [
    ['x', '1', '2024-01-01T00:00:00'],
    [null, null, null],
    ['', '2', null],
  ];
  assert.deepEqual(digests, Array(3).fill(digestOf(rows)));
});

test('a version of one column keeps its missing values', async (t) => {
  const { ingested } = await ingestHere(await openGround(t), [item('a', 'C')], 'a\n\nx\n\n""\n');
  assert.equal(ingested.rows, 4);
  assert.equal(ingested.contentDigest, digestOf([[null], ['x'], [null], ['']]));
});

test('parts stay small, and how a file is cut changes nothing of its content', async (t) => {
  const ground = await openGround(t);
  const items = [item('n', 'I'), item('text', 'C')];
  const csv = `n,text\n${Array.from({ length: 5000 }, (_, i) => `${i},"row ""${i}""\n"`).join('\n')}\n`;
  const whole = await ingestHere(ground, items, csv);
  const cut = await ingestHere(ground, items, csv, { limits: { partPlainBytes: 10_000 } });
  assert.equal(whole.ingested.parts.length, 1);
  assert.ok(cut.ingested.parts.length > 10);
  assert.equal(
    cut.ingested.parts.reduce((sum, part) => sum + part.rows, 0),
    5000,
  );
  assert.equal(cut.ingested.contentDigest, whole.ingested.contentDigest);
  assert.equal(cut.ingested.schemaDigest, whole.ingested.schemaDigest);
});

test('long values and wide records are taken in', async (t) => {
  const ground = await openGround(t);
  const long = '长"'.repeat(120_000);
  const text = [item('a', 'C'), item('b', 'M')];
  const { ingested } = await ingestHere(ground, text, `a,b\n1,"${long.replaceAll('"', '""')}"\n2,x\n`);
  assert.equal(
    ingested.contentDigest,
    digestOf([
      ['1', long],
      ['2', 'x'],
    ]),
  );
  const wide = Array.from({ length: 600 }, (_, i) => item(`c${i}`, 'I'));
  const names = wide.map((each) => each.name).join(',');
  const values = wide.map((_, i) => String(i));
  const many = await ingestHere(ground, wide, `${names}\n${values.join(',')}\n`);
  assert.equal(many.ingested.contentDigest, digestOf([values]));
});

test('every fault has its code and its place, and nothing stays in the store', async (t) => {
  const ground = await openGround(t);
  const items = [item('id', 'C', { required: true }), item('n', 'I'), item('d', 'D')];
  const good = 'a,1,2024-01-01\n'.repeat(3);
  const faults: [string, string, object | undefined, object?][] = [
    ['', 'file-empty', undefined],
    ['id,n,d\n', 'file-empty', undefined],
    ['\ufeff', 'file-empty', undefined],
    [`id,n,d\n${good}b,2\n`, 'csv-ragged', { line: 5 }, { found: 2, expected: 3 }],
    [`id,n,d\n${good}b,2,2024-01-01,x\n`, 'csv-ragged', { line: 5 }, { found: 4 }],
    [`id,n,d\n${good}\n`, 'csv-ragged', { line: 5 }, { found: 1 }],
    [`id,n,d\n${good}b,"2,2024-01-01\n`, 'csv-quote', { line: 5 }],
    [`id,n,d\n${good}b,2x,2024-01-01\n`, 'value-misfit', { line: 5, column: 2 }, { item: 'n', type: 'I' }],
    [`id,n,d\n"x\n\ny",1,2024-02-30\n`, 'value-misfit', { line: 4, column: 3 }, { item: 'd', type: 'D' }],
    [`n,id,d\n1,,2024-01-01\n`, 'value-missing', { line: 2, column: 2 }, { item: 'id' }],
    [`n,id,d\n1,"",2024-01-01\n`, 'value-missing', { line: 2, column: 2 }, { item: 'id' }],
    [`id,n\n${good}`, 'csv-header', { line: 1 }, { missing: ['d'] }],
    [`id,n,d,e\n${good}`, 'csv-header', { line: 1 }, { unknown: ['e'] }],
    [`id,n,d,d\n${good}`, 'csv-header', { line: 1 }, { difference: '2 × d' }],
    [`id n d\n${good}`, 'csv-header', { line: 1 }],
    [`id,n,d\n${good}b,\0,2024-01-01\n`, 'csv-nul', { line: 5 }],
  ];
  for (const [csv, code, at, details] of faults) {
    const error = await failure(ingestHere(ground, items, csv, { limits: { partPlainBytes: 20 } }));
    assert.equal(error.code, code, csv);
    assert.deepEqual(error.at, at, csv);
    if (details !== undefined) assert.deepEqual({ ...error.details, ...details }, error.details);
    assert.doesNotMatch(error.sentence('zh') + error.sentence('en'), /\{|–/);
  }
  const tooLong = await failure(ingestHere(ground, items, `id,n,d\n${'x'.repeat(100)},1,\n`, { limits: { fieldBytes: 50 } }));
  assert.equal(tooLong.code, 'csv-field-too-large');
  const tooLarge = await failure(ingestHere(ground, items, `id,n,d\n${good}`, { limits: { fileBytes: 20 } }));
  assert.equal(tooLarge.code, 'file-too-large');
  await nothingStays(ground);
});

test('a file that is not the announced one is refused after it was read, and nothing stays', async (t) => {
  const ground = await openGround(t);
  const items: Item[] = [item('a', 'I')];
  const csv = 'a\n1\n2\n';
  const announcedSha256 = createHash('sha256').update(csv).digest('hex');
  assert.equal((await failure(ingestHere(ground, items, 'a\n1\n3\n', { announcedSha256 }))).code, 'file-digest-differs');
  await nothingStays(ground);
  assert.equal((await ingestHere(ground, items, csv, { announcedSha256 })).ingested.rows, 2);
});

test('a source that breaks off leaves nothing', async (t) => {
  const ground = await openGround(t);
  async function* cut(): AsyncGenerator<Buffer> {
    for (let i = 0; i < 200; i += 1) yield Buffer.from(i === 0 ? 'a\n' : `${i}\n`.repeat(10_000));
    throw new Error('connection reset');
  }
  await assert.rejects(
    ingestHere(ground, [item('a', 'I')], cut(), { limits: { partPlainBytes: 1_000_000 } }),
    /connection reset/,
  );
  await nothingStays(ground);
});

async function failure(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Refusal, String(error));
  return error;
}

async function nothingStays(ground: Ground): Promise<void> {
  assert.deepEqual(await readdir(ground.store.folder).catch(() => []), []);
}
