import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item, Refusal } from '#contracts';
import { checkCsv } from './check-csv.js';
import { matchHeader, readCsvHead } from './csv-head.js';
import { everyKind, everyKindCsv, ingestHere, item, openGround } from './version.fixture.js';

async function* pieces(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const inOrder = (items: readonly Item[]) => items.map((_, i) => i);
const said = ({ code, details, at }: Refusal) => ({ code, details, at });

test('the check of a file names first what an ingest refuses it for', async (t) => {
  const ground = await openGround(t);
  const [header, ...lines] = everyKindCsv.split('\n');
  const files = [
    everyKindCsv,
    `${header}\n`,
    `${header}\n${lines[0]}\n${lines[0]},1\n`,
    `${header}\n${lines[0]}\n,,,,,,,\n`,
    `${header}\n${lines[0]?.replace('1990-01-31', '1990-02-31')}\n`,
    `${header}\n${lines[0]?.replace('12.5', '"12""5"')}\n`,
    `${header}\n${lines[0]?.replace('42', '9223372036854775808')}\n`,
    `${header}\n${lines[0]}\nx,"y`,
    `${header}\n${lines[0]}\nx\0,y\n`,
  ];
  for (const file of files) {
    const refused = await ingestHere(ground, everyKind, file).then(
      () => undefined,
      (error: unknown) => error as Refusal,
    );
    const { faults, rows } = await checkCsv(everyKind, inOrder(everyKind), pieces(file));
    assert.deepEqual(faults.slice(0, 1).map(said), refused === undefined ? [] : [said(refused)], file);
    assert.equal(refused === undefined, file === everyKindCsv, file);
    if (refused === undefined) assert.equal(rows, 4);
  }
});

test('the check names every fault, goes on after a wrong value, and stops at the most it may name', async () => {
  const items = [item('a', 'C', { required: true }), item('n', 'I'), item('d', 'D')];
  const file = 'd,a,n\n2026-01-01,x,1\n2026-13-01,"x\ny",zwölf\n2026-01-01,,3\n,x\n';
  const columns = [1, 2, 0];
  const { faults, rows, isCut } = await checkCsv(items, columns, pieces(file));
  assert.deepEqual(
    faults.map(({ code, at }) => [code, at?.line, at?.column]),
    [
      ['value-misfit', 4, 3],
      ['value-misfit', 3, 1],
      ['value-missing', 5, 2],
      ['csv-ragged', 6, undefined],
    ],
  );
  assert.deepEqual([rows, isCut], [4, false]);
  const cut = await checkCsv(items, columns, pieces(file), { faultsMax: 2 });
  assert.deepEqual([cut.faults.length, cut.isCut], [2, true]);
});

test('the head of a file is read from its beginning, wherever that is cut', () => {
  const text = '\ufeff姓名,备注\n张三,"两\n行"\n李四,x\n';
  const bytes = Buffer.from(text);
  for (let length = bytes.indexOf('\n') + 1; length <= bytes.length; length += 1) {
    const { header, headerBytes, rows } = readCsvHead(bytes.subarray(0, length), length === bytes.length);
    assert.equal(headerBytes, bytes.indexOf('\n') + 1);
    assert.deepEqual(header, ['姓名', '备注']);
    const whole = [
      ['张三', '两\n行'],
      ['李四', 'x'],
    ];
    assert.deepEqual(rows, whole.slice(0, rows.length));
  }
  assert.equal(readCsvHead(bytes, true).rows.length, 2);
  assert.throws(() => readCsvHead(Buffer.from('\xd0\xd5\n', 'latin1'), false), { code: 'csv-not-utf8' });
  assert.throws(() => readCsvHead(Buffer.from(''), true), { code: 'file-empty' });
});

test('a header is laid beside the items by name, then by title', () => {
  const items = [
    item('code', 'C', { title: '代码' }),
    item('name', 'C', { title: '名称' }),
    item('size', 'I', { title: '面积' }),
  ];
  const match = matchHeader(['name', ' 代码 ', 'other', 'name'], items);
  assert.deepEqual(
    match.columns.map((column) => column && [column.item.name, column.by]),
    [['name', 'name'], ['code', 'title'], undefined, ['name', 'name']],
  );
  assert.deepEqual(
    match.missing.map(({ name }) => name),
    ['size'],
  );
  assert.deepEqual([match.unknown, match.repeated], [['other'], ['name']]);
});
