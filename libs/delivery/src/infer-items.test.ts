import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetEntrySchema, type Item } from '#contracts';
import { matchHeader } from './csv-head.js';
import { inferItems } from './infer-items.js';
import { chunks } from './version.fixture.js';

const infer = async (csv: string): Promise<Item[]> => (await inferItems(chunks(Buffer.from(csv)))).items.map(({ item }) => item);

const typeOf = async (name: string, values: string[]): Promise<string> => {
  const [item] = await infer(`${name},other\n${values.map((value) => `${value},x`).join('\n')}\n`);
  return `${item?.type}${item?.scale ?? ''}`;
};

test('types come from all values, the last one too', async () => {
  assert.equal(await typeOf('v', ['1', '2', '-3']), 'I');
  assert.equal(await typeOf('v', ['1', '2', '3.25']), 'N2');
  assert.equal(await typeOf('v', ['1', '2', 'x']), 'C');
  assert.equal(await typeOf('v', ['1.5', '2e10']), 'B');
  assert.equal(await typeOf('v', ['2024-01-31', '2024-02-29']), 'D');
  assert.equal(await typeOf('v', ['2024-01-31', '2023-02-29']), 'C');
  assert.equal(await typeOf('v', ['2024-01-31 10:00', '2024-01-31T10:00:00.5']), 'T');
  assert.equal(await typeOf('v', ['true', 'false']), 'L');
  assert.equal(await typeOf('v', ['0', '1']), 'I');
  assert.equal(await typeOf('v', ['a'.repeat(300)]), 'M');
  assert.equal(await typeOf('v', ['', '']), 'C');
});

test('what looks like an identifier stays text', async () => {
  assert.equal(await typeOf('v', ['007', '42']), 'C');
  assert.equal(await typeOf('v', ['1234567890123456', '1']), 'C');
  assert.equal(await typeOf('行政区划代码', ['42', '43']), 'C');
  assert.equal(await typeOf('orderNo', ['42', '43']), 'C');
  assert.equal(await typeOf('user_id', ['42', '43']), 'C');
  assert.equal(await typeOf('邮编', ['430000']), 'C');
  const codes = Array.from({ length: 30 }, (_, i) => String(420100 + i));
  assert.equal(await typeOf('v', codes), 'C');
  assert.equal(await typeOf('v', [...codes, '1']), 'I');
  assert.equal(await typeOf('月号数', ['1', '2']), 'I');
});

test('a column without gaps is required', async () => {
  const [full, gaps, quoted] = await infer('a,b,c\n1,,""\n2,2,x\n');
  assert.deepEqual([full?.required, gaps?.required, quoted?.required], [true, false, false]);
});

test('personal items are marked by name or by their values, with the mask that is usual', async () => {
  const id = '99010119900101123'; // Region 990101 does not exist.
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const check = '10X98765432'.charAt(weights.reduce((sum, weight, i) => sum + weight * Number(id[i]), 0) % 11);
  const items = await infer(
    `身份证号,姓名,手机,出生日期,name,x,面积,单位电话\n${id}${check},张三,13800000000,1990-01-01,张三,${id}${check},80.5,027-1\n`,
  );
  assert.deepEqual(
    items.map(({ name, type, personal, mask }) => [name, type, personal, mask]),
    [
      ['身份证号', 'C', true, { kind: 'keep', first: 6, last: 4 }],
      ['姓名', 'C', true, { kind: 'keep', first: 1, last: 0 }],
      ['手机', 'C', true, { kind: 'keep', first: 3, last: 4 }],
      ['出生日期', 'D', true, { kind: 'year' }],
      ['name', 'C', true, { kind: 'keep', first: 1, last: 0 }],
      ['x', 'C', true, { kind: 'keep', first: 6, last: 4 }],
      ['面积', 'N', false, undefined],
      ['单位电话', 'C', false, undefined],
    ],
  );
  const [village] = await infer('name,code\n多福巷社区,110101001001\n');
  assert.equal(village?.personal, false);
});

test('what is inferred is a valid entry, and every guess has its reason in both languages', async () => {
  const { items, rows } = await inferItems(chunks(Buffer.from('id,数值,日期\n1,2.5,2024-01-01\n2,3,2024-01-02\n')));
  assert.equal(rows, 2);
  assert.ok(datasetEntrySchema.shape.items.safeParse(items.map(({ item }) => item)).success);
  for (const { why } of items) assert.ok(why.zh.length > 0 && why.en.length > 0);
});

test('a header that no item may be called by becomes its title, and its name what of it may be one', async () => {
  const header = ['面积(平方米)', '联系电话/手机', ' Has kids ', '3个月内', '(#)', 'Has_kids', '面积（平方米）', 'x'.repeat(120)];
  const { items } = await inferItems(chunks(Buffer.from(`${header.join(',')}\n${header.map((_, i) => i).join(',')}\n`)));
  assert.deepEqual(
    items.map(({ item }) => [item.name, item.title]),
    [
      ['面积_平方米', '面积(平方米)'],
      ['联系电话_手机', '联系电话/手机'],
      ['Has_kids_2', 'Has kids'],
      ['_3个月内', '3个月内'],
      ['_', '(#)'],
      ['Has_kids', 'Has_kids'],
      ['面积_平方米_2', '面积（平方米）'],
      ['x'.repeat(60), 'x'.repeat(120)],
    ],
  );
  assert.ok(datasetEntrySchema.shape.items.safeParse(items.map(({ item }) => item)).success);
  assert.ok(items[1]?.item.personal, 'what it is called says that it is personal');
  // A file of these headers fits the entry.
  assert.deepEqual(
    matchHeader(
      header,
      items.map(({ item }) => item),
    ).columns.map((column) => column?.item.title),
    header.map((title) => title.trim()),
  );
});

test('what is no CSV, or has a header that no entry can have, is refused', async () => {
  for (const [csv, code] of [
    ['', 'file-empty'],
    ['a,b\n', 'file-empty'],
    ['a,b\n1\n', 'csv-ragged'],
    ['a,a\n1,2\n', 'header-repeats'],
    ['a, a\n1,2\n', 'header-repeats'],
    ['a,\n1,2\n', 'header-unnamed'],
    ['a,6.4\n1,2\n', 'header-is-data'],
    ['a,2024-01-01 \n1,2\n', 'header-is-data'],
    [`a,${'长'.repeat(201)}\n1,2\n`, 'header-unusable'],
    ['a,"x\ny"\n1,2\n', 'header-unusable'],
    ['a,b\n1,"2\n', 'csv-quote'],
  ] as const) {
    await assert.rejects(infer(csv), { code }, csv);
  }
});
