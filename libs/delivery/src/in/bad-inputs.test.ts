import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Item, Refusal, RefusalCode } from '#contracts';
import { generateAgeIdentity, randomId } from '#crypto';
import { runIngest } from '../run-job.js';
import { chunks, item, openGround, type Ground } from '../version.fixture.js';
import { encoded, handmadeWorkbook, sheetXml, zipped } from './forms.fixture.js';

const items: Item[] = [item('name', 'C'), item('village', 'C')];
const MiB = 1024 * 1024;
/** What one job may take, far from what the worst of these files would need if it were believed. */
const memoryMiB = 700;

const lines = (count: number) => Array.from({ length: count }, (_, i) => `张三${i},东厂社区\n`).join('');
const csv = (rest: string) => `name,village\n${rest}`;
const cut = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length * 0.6));
const table = sheetXml([
  ['name', 'village'],
  ...Array.from({ length: 2000 }, (_, i) => [`张三${(i * 7919) % 1000}`, '东厂'] as const),
]);
const patched = (bytes: Buffer, from: string, to: string) => Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');

async function parquetFile(t: TestContext, ground: Ground): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:');
  t.after(() => instance.closeSync());
  const path = join(ground.store.folder, '..', 'a.parquet');
  await (
    await instance.connect()
  ).run(`COPY (SELECT 'x' || i AS name, md5(i::VARCHAR) AS village FROM range(50000) r(i)) TO '${path}' (FORMAT parquet)`);
  return readFileSync(path);
}

/** A compound file (MS-CFB) as far as its first bytes and the name of a stream go. */
function compound(stream: string): Buffer {
  const bytes = Buffer.alloc(8192);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  bytes.write(stream, 4096, 'utf16le');
  return bytes;
}

async function* long(head: string, piece: string, times: number, tail = ''): AsyncGenerator<Uint8Array> {
  yield Buffer.from(head);
  const bytes = Buffer.from(piece);
  for (let i = 0; i < times; i += 1) yield bytes;
  yield Buffer.from(tail);
}

/** Rows that are all the same: deflate brings them to a thousandth. */
const flood = Buffer.concat([Buffer.from(csv('')), Buffer.alloc(24 * MiB, '1,1\n')]);

type Case = readonly [file: string, code: RefusalCode, source: Buffer | AsyncIterable<Uint8Array>, place?: string];

async function cases(t: TestContext, ground: Ground): Promise<Case[]> {
  const workbook = await handmadeWorkbook([{ name: 'a', xml: table }]);
  const parquet = await parquetFile(t, ground);
  const twoFiles = await zipped({ 'a.csv': csv(lines(10)), 'b.csv': csv(lines(10)) });
  const one = await zipped({ 'villages.csv': csv(lines(5000)) });
  return [
    [
      'mixed.csv: GB18030 after UTF-8',
      'encoding-mixed',
      Buffer.concat([Buffer.from(csv(lines(3000))), encoded('李四,银闸社区\n', 'GB18030')]),
      '3002:',
    ],
    [
      'mixed.csv: UTF-8 after GB18030',
      'encoding-mixed',
      Buffer.concat([encoded(csv(lines(3000)), 'GB18030'), Buffer.from('李四,银闸社区居委会\n')]),
      '3002:',
    ],
    [
      'broken.csv: neither',
      'csv-not-utf8',
      Buffer.concat([Buffer.from(csv(lines(5))), Buffer.from([0x61, 0xff, 0x2c, 0x0a])]),
      '7:',
    ],
    ['half.csv: UTF-16 of odd length', 'encoding-malformed', encoded(`\ufeff${csv(lines(3))}`, 'UTF-16LE').subarray(0, -1)],
    ['bomb.csv.gz', 'unpack-bomb', gzipSync(flood)],
    ['bomb.zip', 'unpack-bomb', await zipped({ 'a.csv': flood })],
    [
      'bomb.xlsx',
      'unpack-bomb',
      await handmadeWorkbook([{ name: 'a', xml: `<sheetData>${'<x/>'.repeat(6_000_000)}</sheetData>` }]),
    ],
    ['truncated.parquet', 'parquet-damaged', cut(parquet)],
    [
      'garbled.parquet',
      'parquet-damaged',
      Buffer.concat([parquet.subarray(0, 1000), Buffer.alloc(20_000, 7), parquet.subarray(21_000)]),
    ],
    ['truncated.xlsx', 'workbook-damaged', cut(workbook)],
    ['truncated.csv.gz', 'unpack-damaged', cut(gzipSync(csv(lines(50_000))))],
    ['truncated.zip', 'unpack-damaged', cut(one)],
    ['twice.csv', 'csv-header', Buffer.from('name,village,village\na,b,c\n'), '1:'],
    ['empty-name.csv', 'csv-header', Buffer.from('name,\na,b\n'), '1:'],
    [
      'columns.csv: 10,000',
      'csv-header',
      Buffer.from(`${Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(',')}\n${'1,'.repeat(9_999)}1\n`),
      '1:',
    ],
    ['cell.csv: 100 MB', 'csv-field-too-large', long('name,village\na,"', 'x'.repeat(MiB), 100, '"\n'), '2:'],
    ['cell.jsonl: 100 MB', 'csv-field-too-large', long('{"name":"', 'x'.repeat(MiB), 100, '"}\n'), '1:'],
    [
      'cell.xlsx: 20 MB',
      'workbook-cell-too-large',
      await handmadeWorkbook([
        { name: 'a', xml: `<sheetData><row><c t="inlineStr"><is><t>${randomText(20 * MiB)}</t></is></c></row></sheetData>` },
      ]),
    ],
    ['nul.csv', 'csv-nul', Buffer.from(csv(`${lines(3)}a\0,b\n`)), '5:'],
    ['formula.csv: =cmd|…', 'value-starts-program', Buffer.from(csv(`${lines(3)}=cmd|'/c calc'!A0,b\n`)), '5:1'],
    [
      'formula.xlsx: =cmd|…',
      'sheet-found',
      await handmadeWorkbook([
        {
          name: 'a',
          xml: sheetXml([
            ['name', 'village'],
            [{ xml: "<c><f>cmd|'/c calc'!A0</f><v>0</v></c>" }, 'b'],
          ]),
        },
      ]),
      '2:1',
    ],
    ['two.zip', 'zip-several', twoFiles],
    ['nothing.zip', 'file-empty', await zipped({})],
    ['path.zip: ../', 'zip-name', patched(one, 'villages.csv', '../lages.csv')],
    ['absolute.zip', 'zip-name', patched(one, 'villages.csv', '/illages.csv')],
    ['password.zip', 'zip-encrypted', Buffer.from(one).fill(1, 6, 7)],
    ['twice.zip.gz', 'packed-twice', gzipSync(one)],
    [
      'entities.xlsx: a document type',
      'workbook-damaged',
      await handmadeWorkbook([{ name: 'a', xml: `<!DOCTYPE x [<!ENTITY a "b">]>${table}` }]),
    ],
    ['old.xls', 'workbook-old', compound('Workbook')],
    ['password.xlsx', 'workbook-encrypted', compound('EncryptedPackage')],
    ['nested.jsonl', 'json-nested', Buffer.from('{"name":"a","village":"b"}\n{"name":{"a":1}}\n'), '2:'],
    ['cut.jsonl', 'json-line', Buffer.from('{"name":"a","village":"b"}\n{"name":"a"'), '2:12'],
    ['half-character.jsonl', 'text-not-unicode', Buffer.from(String.raw`{"name":"\ud800"}`), '1:1'],
  ];
}

/** Text that hardly packs, so that it is the cell's size that is too much. */
function randomText(length: number): string {
  const letters = Array.from({ length: 64 * 1024 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('');
  return letters.repeat(Math.ceil(length / letters.length)).slice(0, length);
}

/** The most memory that a process has had, in MiB, asked for while it runs. */
function watchPeak(): { readonly onStart: (pid: number) => void; stop(): number } {
  let peak = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = async (pid: number): Promise<void> => {
    const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  };
  return {
    onStart: (pid) => void (timer = setInterval(() => void look(pid), 25)),
    stop() {
      clearInterval(timer);
      return Math.round(peak);
    },
  };
}

test('Every bad file is refused with its code and place, within bounded memory, and the store is as it was', async (t) => {
  const ground = await openGround(t);
  const { recipient } = await generateAgeIdentity();
  const good = { store: ground.store, memoryFolder: ground.memoryFolder, items, recipient, partsPrefix: randomId() };
  await runIngest(good, chunks(Buffer.from(csv(lines(10)))));
  const before = (await readdir(ground.store.folder)).toSorted();
  const told: string[] = [];
  const wrong: string[] = [];
  for (const [file, code, source, place] of await cases(t, ground)) {
    const watch = watchPeak();
    const begun = performance.now();
    const job = { ...good, partsPrefix: randomId() };
    const pieces = Buffer.isBuffer(source) ? chunks(source) : source;
    const refusal = (await runIngest(job, pieces, { onStart: watch.onStart }).then(
      () => undefined,
      (error: unknown) => error,
    )) as Refusal | undefined;
    const peakMiB = watch.stop();
    const at = refusal?.at === undefined ? '' : `${refusal.at.line ?? ''}:${refusal.at.column ?? ''}`;
    told.push(
      [
        file,
        refusal?.code,
        at,
        refusal?.sentence('zh'),
        `${peakMiB} MiB`,
        `${((performance.now() - begun) / 1000).toFixed(1)} s`,
      ].join(' | '),
    );
    const sentences = `${refusal?.sentence('zh')}${refusal?.sentence('en')}`;
    if (refusal?.code !== code || (place !== undefined && at !== place)) wrong.push(`${file}: ${refusal?.code} ${at}`);
    if (/\{|–/.test(sentences) || peakMiB >= memoryMiB) wrong.push(`${file}: ${peakMiB} MiB, ${sentences}`);
    assert.deepEqual((await readdir(ground.store.folder)).toSorted(), before, file);
  }
  t.diagnostic(`\n${told.join('\n')}`);
  if (process.env['QUANLIAN_BAD_INPUTS']) await writeFile(process.env['QUANLIAN_BAD_INPUTS'], `${told.join('\n')}\n`);
  assert.deepEqual(wrong, []);
});
