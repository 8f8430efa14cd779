import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunks, openGround } from '../version.fixture.js';
import { encoded, handmadeWorkbook, sheetXml } from './forms.fixture.js';
import { inferAnyItems } from './infer-any.js';

test('Items are inferred from any form, and what stands around a table is no item', async (t) => {
  const ground = await openGround(t);
  const rows = Array.from({ length: 30 }, (_, i) => ['张三', `1101011990010112${10 + i}`, '1990-01-01', String(i)]);
  const header = ['姓名', '证件号码', '出生日期', '次数'];
  const csv = [header, ...rows].map((row) => row.join('\t')).join('\n');
  const sheet = sheetXml([['2024年名册'], [], header, ...rows, ['填表人：王五']]);
  const files: Record<string, Buffer> = {
    'GB18030 by tabs': encoded(csv, 'GB18030'),
    XLSX: await handmadeWorkbook([{ name: '名册', xml: sheet }]),
    'JSON lines': Buffer.from(
      rows.map((row) => JSON.stringify(Object.fromEntries(row.map((value, i) => [header[i], value])))).join('\n'),
    ),
  };
  for (const [name, file] of Object.entries(files)) {
    const inferred = await inferAnyItems(chunks(file), {}, ground.folder);
    assert.equal(inferred.rows, 30, name);
    const items = inferred.items.map(({ item }) => `${item.name} ${item.type} ${item.personal}`);
    assert.deepEqual(items, ['姓名 C true', '证件号码 C true', '出生日期 D true', '次数 I false'], name);
  }
});
