import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Item } from '#contracts';
import { chunks, ingestHere, item, openGround, type Ground } from '../version.fixture.js';
import { encoded, handmadeWorkbook, sheetXml, workbookOf, zipped, zippedAsStream } from './forms.fixture.js';
import type { StatedForm } from './form.js';

const names = ['code', 'name', 'streetCode', 'provinceCode', 'cityCode', 'areaCode'];
const items: Item[] = names.map((name) => item(name, 'C'));

/** The country's villages where `QUANLIAN_VILLAGES` names their file; otherwise as many made up. Four-byte characters of GB18030 among them either way. */
function villages(rowsMost: number): string[][] {
  const path = process.env['QUANLIAN_VILLAGES'];
  const made = Array.from({ length: rowsMost }, (_, i) => [
    `1101010${100_000 + i}`,
    `𫭟村"${i}", ${'䶮㑇'.repeat(i % 5)}`,
    '110101001',
    '11',
    '1101',
    '110101',
  ]);
  if (path === undefined) return made;
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n').slice(1);
  const isRare = (line: string) => /[\u3400-\u4dbf]|[\u{20000}-\u{3ffff}]/u.test(line);
  const chosen = [...lines.filter(isRare).slice(0, 200), ...lines.slice(0, rowsMost)];
  return [...chosen.map((line) => line.split(',').map((field) => field.replaceAll('"', ''))), ...made.slice(0, 50)];
}

const rows = villages(20_000);
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const csv = (delimiter = ',', lineEnd = '\n') =>
  [names, ...rows].map((row) => row.map(quoted).join(delimiter) + lineEnd).join('');

async function published(ground: Ground, file: Buffer, form: StatedForm = {}, its = items) {
  const { ingested } = await ingestHere(ground, its, chunks(file, 60_000), { form });
  return ingested;
}

async function parquet(t: TestContext, ground: Ground): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  t.after(() => instance.closeSync());
  const path = join(ground.store.folder, '..', 'villages.parquet');
  const source = `${path}.jsonl`;
  const { writeFile } = await import('node:fs/promises');
  await writeFile(source, jsonLines());
  const columns = names.map((name) => `'${name}': 'VARCHAR'`).join(', ');
  await connection.run(
    `COPY (SELECT * FROM read_json('${source}', format = 'newline_delimited', columns = {${columns}})) TO '${path}' (FORMAT parquet)`,
  );
  return readFileSync(path);
}

const jsonLines = () =>
  rows.map((row) => JSON.stringify(Object.fromEntries(row.map((value, i) => [names[i], value])))).join('\n');

test('The villages have one content digest in every form', async (t) => {
  const ground = await openGround(t);
  const plain = csv();
  const wanted = await published(ground, Buffer.from(plain));
  assert.equal(wanted.rows, rows.length);
  const shared = [...new Set(rows.flat())];
  const place = new Map(shared.map((text, i) => [text, i]));
  const escaped = (text: string) => `<t xml:space="preserve">${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</t>`;
  const sharedSheet = sheetXml([
    names,
    ...rows.map((row) => row.map((text) => ({ xml: `<c t="s"><v>${place.get(text)}</v></c>` }))),
  ]);
  const forms: Record<string, Buffer | Promise<Buffer>> = {
    'CSV, CRLF': Buffer.from(csv(',', '\r\n')),
    'CSV, byte order mark': Buffer.from(`\ufeff${plain}`),
    tabs: Buffer.from(csv('\t')),
    semicolons: Buffer.from(csv(';', '\r\n')),
    pipes: Buffer.from(csv('|')),
    GB18030: encoded(plain, 'GB18030'),
    'UTF-16 LE, mark': encoded(`\ufeff${plain}`, 'UTF-16LE'),
    'UTF-16 LE': encoded(plain, 'UTF-16LE'),
    'UTF-16 BE, mark, tabs': encoded(`\ufeff${csv('\t', '\r\n')}`, 'UTF-16BE'),
    gzip: gzipSync(plain),
    'gzip in two members': Buffer.concat([gzipSync(plain.slice(0, 100_000)), gzipSync(plain.slice(100_000))]),
    'gzip of GB18030': gzipSync(encoded(plain, 'GB18030')),
    ZIP: zipped({ 'villages.csv': plain }),
    'ZIP, stored': zipped({ 'villages.csv': plain }, { compress: false }),
    'ZIP, written as a stream': zippedAsStream('villages.csv', Buffer.from(plain)),
    'ZIP of GB18030': zipped({ 'villages.csv': encoded(plain, 'GB18030') }),
    'JSON lines': Buffer.from(jsonLines()),
    'JSON lines, gzip': gzipSync(jsonLines()),
    Parquet: parquet(t, ground),
    'XLSX, texts inline': workbookOf(names, rows),
    'XLSX, texts shared': handmadeWorkbook([{ name: '行政村', xml: sharedSheet }], { strings: shared.map(escaped) }),
  };
  for (const [name, file] of Object.entries(forms)) {
    const { contentDigest, detected } = await published(ground, await file);
    assert.equal(contentDigest, wanted.contentDigest, name);
    assert.ok(detected.length > 0 && detected.every(({ why }) => why.zh !== '' && why.en !== ''), name);
  }
});

test('What was found out of a file is told with its reason, and can be overruled', async (t) => {
  const ground = await openGround(t);
  const its = [item('a', 'C'), item('b', 'C')];
  const found = async (file: Buffer, form: StatedForm = {}) =>
    Object.fromEntries(
      (await published(ground, file, form, its)).detected.map(({ what, value, isStated }) => [
        what,
        `${value}${isStated ? ' said' : ''}`,
      ]),
    );
  assert.deepEqual(await found(encoded('a;b\n张三;一,二\n', 'GB18030')), {
    format: 'csv',
    delimiter: 'semicolon',
    encoding: 'gb18030',
  });
  assert.deepEqual(await found(Buffer.from('a,b\n1;2,x\n')), { format: 'csv', delimiter: 'comma' });
  assert.deepEqual(await found(gzipSync('{"a":"x","b":null}\n')), { packing: 'gzip', format: 'jsonl' });
  // Two characters of GB18030 that are valid UTF-8 as well: nobody can know but who wrote them.
  const both = Buffer.concat([Buffer.from('a,b\n'), Buffer.from('c2a1c3a9', 'hex'), Buffer.from(',1\n')]);
  assert.equal((await found(both))['encoding'], 'utf-8');
  assert.equal((await found(both, { encoding: 'gb18030' }))['encoding'], 'gb18030 said');
  const said = await published(ground, both, { encoding: 'gb18030' }, its);
  assert.equal(said.contentDigest, (await published(ground, Buffer.from('a,b\n隆茅,1\n'), {}, its)).contentDigest);
});

test('Values are the same whatever form they come in', async (t) => {
  const ground = await openGround(t);
  const its = [
    item('text', 'C'),
    item('n', 'N', { scale: 2 }),
    item('i', 'I'),
    item('d', 'D'),
    item('t', 'T'),
    item('l', 'L'),
    item('f', 'B'),
  ];
  const header = its.map(({ name }) => name);
  const wanted = await published(
    ground,
    Buffer.from(
      `${header.join(',')}\n"x ""y""\nz",1.5,9007199254740993,2024-02-29,2024-02-29 13:45:10,true,0.1\n,,,,,,\n0012,-3,7,1899-12-31,2024-02-29,false,1e300\n`.replace(
        '2024-02-29,false',
        '2024-02-29 00:00:00,false',
      ),
    ),
    {},
    its,
  );
  const lines = Buffer.from(
    `${JSON.stringify({ text: 'x "y"\nz', n: 1.5 }).replace('}', ',"i":9007199254740993,"d":"2024-02-29","t":"2024-02-29T13:45:10","l":true,"f":1e-1}')}\n\n{}\n{"f":1E300,"l":false,"t":"2024-02-29 00:00","d":"1899-12-31","i":7,"n":-3.0,"text":"0012"}`,
  );
  assert.equal((await published(ground, lines, {}, its)).contentDigest, wanted.contentDigest);
  const styles =
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="165" formatCode="0000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="165"/></cellXfs>';
  const cells = (xml: readonly (string | undefined)[]) => xml.map((one) => (one === undefined ? undefined : { xml: one }));
  const sheet = sheetXml([
    header,
    cells([
      '<c t="s"><v>0</v></c>',
      '<c><v>1.5</v></c>',
      '<c t="s"><v>1</v></c>',
      '<c s="1"><v>45351</v></c>',
      '<c s="2"><v>45351.573032407</v></c>',
      '<c t="b"><v>1</v></c>',
      '<c><v>0.10000000000000001</v></c>',
    ]),
    cells([
      '<c s="3"><v>12</v></c>',
      '<c><v>-3</v></c>',
      '<c><v>7</v></c>',
      '<c t="inlineStr"><is><t>1899-12-31</t></is></c>',
      '<c s="2"><v>45351</v></c>',
      '<c t="b"><v>0</v></c>',
      '<c><v>1E+300</v></c>',
    ]),
  ]);
  const strings = ['<r><t>x </t></r><r><t>"y"_x000A_z</t></r><rPh sb="0" eb="1"><t>ruby</t></rPh>', '<t>9007199254740993</t>'];
  const workbook = await handmadeWorkbook([{ name: 'a', xml: sheet }], { strings, styles });
  // A sheet has no row of missing values: that is a blank row.
  const without = await published(
    ground,
    Buffer.from(
      `${header.join(',')}\n"x ""y""\nz",1.5,9007199254740993,2024-02-29,2024-02-29 13:45:10,true,0.1\n0012,-3,7,1899-12-31,2024-02-29 00:00,false,1e300\n`,
    ),
    {},
    its,
  );
  assert.equal((await published(ground, workbook, {}, its)).contentDigest, without.contentDigest);
});
