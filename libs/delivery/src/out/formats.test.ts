import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { rowCounter } from '../row-counter.js';
import { deliver } from '../deliver.fixture.js';
import { everyKind, everyKindCsv, ingestHere, item, openGround } from '../version.fixture.js';
import { workbookOfLines } from './workbook-of-lines.js';

// What a spreadsheet would change if it could: numbers that are names, formulas, what looks like a code, characters that XML has not.
const tricky = [
  '420102199001011234',
  '007',
  '1E5',
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '=cmd|calc',
  '权链 𠀀 é',
  ' lead',
  'a<b&c>"d"',
  '_x0041_x0042_',
  'a\tb',
  'line\nbreak',
  'line\r\nbreak',
  'bell\x07',
  '\ufffe',
  "'quoted",
];
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const trickyItems = [item('idNumber', 'C', { title: '公民身份号码' }), item('n', 'I', { title: '序号' })];
const trickyCsv = `idNumber,n\n${tricky.map((text, i) => `${quoted(text)},${i}`).join('\n')}\n`;

/** Rows of every sheet as a reader that is not ours finds them: [type of the cell, value]. */
function sheetsOf(path: string): { name: string; rows: [string, string | null][][] }[] {
  const script = `
import json, sys, zipfile, re
import xml.etree.ElementTree as E
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
decode = lambda t: re.sub('_x([0-9A-Fa-f]{4})_', lambda m: chr(int(m.group(1), 16)), t or '')
def cell(c):
  if c.get('t') == 'inlineStr': return ['text', decode(c.find('.//' + n + 't').text)]
  v = c.find(n + 'v'); return [c.get('t') or 'n', None if v is None else v.text]
out = []
for i, s in enumerate(E.fromstring(z.read('xl/workbook.xml')).iter(n + 'sheet')):
  root = E.fromstring(z.read('xl/worksheets/sheet%d.xml' % (i + 1))); assert not list(root.iter(n + 'f'))
  out.append({'name': s.get('name'), 'rows': [[cell(c) for c in r] for r in root.iter(n + 'row')]})
print(json.dumps(out))`;
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script, path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as ReturnType<typeof sheetsOf>;
}

test('a workbook keeps every text as it is, under the titles of the entry, and says how many rows it has', async (t) => {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, trickyItems, trickyCsv);
  const { plaintext, rows } = await deliver(ground, version, { format: 'xlsx' });
  const path = join(ground.folder, 'delivered.xlsx');
  await writeFile(path, plaintext);
  const [sheet] = sheetsOf(path);
  assert.deepEqual(
    sheet?.rows[0]?.map(([, title]) => title),
    ['公民身份号码', '序号'],
  );
  assert.deepEqual(
    sheet?.rows.slice(1),
    tricky.map((text, i) => [
      ['text', text],
      ['n', String(i)],
    ]),
  );
  assert.equal(rows, tricky.length);
  const counter = rowCounter('xlsx');
  for (let at = 0; at < plaintext.length; at += 100) counter.push(plaintext.subarray(at, at + 100));
  assert.equal(counter.rows(), tricky.length);
});

test('a workbook has numbers as far as a spreadsheet keeps their digits, and text beyond', async (t) => {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, everyKind, everyKindCsv);
  const { plaintext } = await deliver(ground, version, { format: 'xlsx' });
  const path = join(ground.folder, 'delivered.xlsx');
  await writeFile(path, plaintext);
  const [, first, second, third] = sheetsOf(path)[0]?.rows ?? [];
  assert.deepEqual(first, [
    ['text', '001'],
    ['text', '张三'],
    ['n', '12.50'],
    ['text', '1990-01-31'],
    ['text', '2024-05-06 07:08:09'],
    ['b', '1'],
    ['n', '0.1'],
    ['n', '42'],
  ]);
  assert.deepEqual(second?.slice(5), [
    ['b', '0'],
    ['n', '1e+300'],
    ['text', '-9223372036854775808'],
  ]);
  assert.deepEqual(
    third?.slice(2),
    Array.from({ length: 6 }, () => ['n', null]),
  );
});

test('rows go on in the next sheet, whatever pieces they come in', async (t) => {
  const ground = await openGround(t);
  const lines = Array.from({ length: 25 }, (_, i) => `<row><c><v>${i}</v></c></row>\n`).join('');
  for (const pieceBytes of [7, 100, 10_000]) {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < lines.length; at += pieceBytes) yield Buffer.from(lines.slice(at, at + pieceBytes));
    }
    const out: Buffer[] = [];
    for await (const bytes of workbookOfLines(pieces(), [item('n', 'I')], 11)) out.push(bytes as Buffer);
    const path = join(ground.folder, `sheets-${pieceBytes}.xlsx`);
    await writeFile(path, Buffer.concat(out));
    const sheets = sheetsOf(path);
    assert.deepEqual(
      sheets.map(({ name, rows }) => [name, rows.length - 1]),
      [
        ['数据', 10],
        ['数据 2', 10],
        ['数据 3', 5],
      ],
    );
    assert.deepEqual(
      sheets.flatMap(({ rows }) => rows.slice(1).map((row) => row[0]?.[1])),
      Array.from({ length: 25 }, (_, i) => String(i)),
    );
  }
});

test('what no cell holds is refused, and so are rows beyond five million, before any is read', async (t) => {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, [item('text', 'C')], `text\n${'长'.repeat(32_767)}\n`);
  assert.equal((await deliver(ground, version, { format: 'xlsx' })).rows, 1);
  const { version: longer } = await ingestHere(ground, [item('text', 'C')], `text\n${'\u{20000}'.repeat(16_384)}\n`);
  await assert.rejects(deliver(ground, longer, { format: 'xlsx' }), { code: 'cell-too-long' });
  assert.equal((await deliver(ground, longer)).rows, 1);
  const many = { ...version, parts: version.parts.map((part) => ({ ...part, rows: 5_000_001 })) };
  await assert.rejects(deliver(ground, many, { format: 'xlsx' }), { code: 'workbook-too-long' });
});

test('CSV in GB18030 says what CSV for spreadsheets says, in its own bytes', async (t) => {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, trickyItems, trickyCsv);
  const utf8 = await deliver(ground, version, { format: 'csv-bom' });
  const gb = await deliver(ground, version, { format: 'csv-gb18030' });
  assert.equal(new TextDecoder('gb18030', { fatal: true }).decode(gb.plaintext), utf8.plaintext.toString().replace('\ufeff', ''));
  const counter = rowCounter('csv-gb18030');
  counter.push(gb.plaintext);
  assert.equal(counter.rows(), tricky.length);
});

// Too large to be installed for a test: it runs wherever it is. Where it is not and nothing may be skipped, `npm test` says at its
// beginning that this is left out.
const soffice = spawnSync('sh', ['-c', 'command -v soffice']).status === 0;
if (soffice || process.env['CI'] !== 'true')
  test(
    'LibreOffice finds identifiers and Chinese in a workbook as they are',
    { skip: soffice ? false : 'libreoffice-calc is not installed' },
    async (t) => {
      const ground = await openGround(t);
      const { version } = await ingestHere(ground, trickyItems, trickyCsv);
      const path = join(ground.folder, 'delivered.xlsx');
      await writeFile(path, (await deliver(ground, version, { format: 'xlsx' })).plaintext);
      const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1';
      const { status, stderr } = spawnSync(
        'soffice',
        [
          `-env:UserInstallation=file://${ground.folder}/profile`,
          '--headless',
          '--convert-to',
          filter,
          '--outdir',
          ground.folder,
          path,
        ],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
      const csv = await readFile(join(ground.folder, 'delivered-数据.csv'), 'utf8');
      for (const text of tricky.filter((one) => !['\r', '\x07', '\ufffe'].some((odd) => one.includes(odd))))
        assert.ok(csv.includes(text.replaceAll('"', '""')), text);
    },
  );
