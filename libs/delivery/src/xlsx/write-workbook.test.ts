import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { after, before, describe, test } from 'node:test';
import { writeWorkbook, type Cell } from './write-workbook.js';

const columns = [
  { title: '编号 & <名>', width: 20 },
  { title: 'Count', width: 8 },
];
async function* of(rows: readonly (readonly Cell[])[]): AsyncGenerator<readonly Cell[]> {
  yield* rows;
}

describe('a workbook that is written while its rows come in', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quanlian-xlsx-'));
  });
  after(() => rm(folder, { recursive: true }));

  const python = (script: string, ...given: string[]) => {
    const { stdout, stderr, status } = spawnSync('python3', ['-c', script, ...given], { encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  /** Sheets as a reader of zip and XML that is not ours finds them. */
  const read = (path: string): { name: string; rows: string[][] }[] =>
    JSON.parse(
      python(
        `
import json, sys, zipfile
import xml.etree.ElementTree as E
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
for name in z.namelist(): E.fromstring(z.read(name))
sheets = []
for i, s in enumerate(E.fromstring(z.read('xl/workbook.xml')).iter(n + 'sheet')):
  root = E.fromstring(z.read('xl/worksheets/sheet%d.xml' % (i + 1)))
  assert root.find('.//' + n + 'pane').get('state') == 'frozen'
  rows = [[(c.find('.//' + n + 't') if c.get('t') == 'inlineStr' else c.find(n + 'v')).text for c in r] for r in root.iter(n + 'row')]
  assert not list(root.iter(n + 'f'))
  sheets.append({'name': s.get('name'), 'rows': rows})
print(json.dumps(sheets))`,
        path,
      ),
    ) as { name: string; rows: string[][] }[];
  const write = async (name: string, rows: AsyncIterable<readonly Cell[]>, rowsAtMost?: number) => {
    const path = join(folder, name);
    await pipeline(writeWorkbook({ name: '共享留痕', columns, rows }, rowsAtMost), createWriteStream(path));
    return path;
  };

  test('text stays text: long numbers, formulas, markup, codes and what XML cannot hold', async () => {
    const texts = [
      '110101199001011234',
      '=1+1',
      '+86',
      '-1',
      '@x',
      "'",
      '<&>"',
      '_x0041_',
      ' 两端 ',
      '一\n二',
      '\u0000\u001b',
      '\ud800',
    ];
    const path = await write('text.xlsx', of(texts.map((text, i) => [text, i])));
    const [sheet] = read(path);
    assert.deepEqual(sheet?.rows[0], ['编号 & <名>', 'Count']);
    const expected = texts.map((text) =>
      // oxlint-disable-next-line no-control-regex -- characters that XML has no way to hold
      text === '_x0041_' ? '_x005F_x0041_' : text.replaceAll(/[\u0000\u001b]|\p{Surrogate}/gu, '\ufffd'),
    );
    assert.deepEqual(
      sheet?.rows.slice(1),
      expected.map((text, i) => [text, String(i)]),
    );
    const long = read(await write('long.xlsx', of([['字'.repeat(40_000), 1]])));
    assert.equal(long[0]?.rows[1]?.[0]?.length, 32_767);
  });

  test('what does not fit one sheet goes on in the next, each with its header; no row at all is a header alone', async () => {
    const rows = Array.from({ length: 7 }, (_, i) => [`row ${i}`, i] as const);
    const sheets = read(await write('split.xlsx', of(rows), 4));
    assert.deepEqual(
      sheets.map(({ name, rows: found }) => [name, found.length]),
      [
        ['共享留痕', 4],
        ['共享留痕 2', 4],
        ['共享留痕 3', 2],
      ],
    );
    assert.equal(read(await write('even.xlsx', of(rows.slice(0, 6)), 4)).length, 2);
    assert.deepEqual(read(await write('none.xlsx', of([])))[0]?.rows.length, 1);
  });

  test('memory does not grow with the rows', async () => {
    async function* many() {
      for (let i = 0; i < 60_000; i++) yield [`${i}`.repeat(20), i];
    }
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    await write('many.xlsx', many());
    clearInterval(watch);
    assert.ok(most - before < 100 * 1024 * 1024, `grew by ${Math.round((most - before) / 1024 / 1024)} MiB`);
  });

  test('rows that fail leave no file that looks whole', async () => {
    async function* failing() {
      yield ['one', 1];
      throw new Error('cut');
    }
    const out = writeWorkbook({ name: 'x', columns, rows: failing() });
    out.resume();
    await assert.rejects(finished(out), /cut/);
  });
});
