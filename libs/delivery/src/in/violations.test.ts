import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { Refusal } from '#contracts';
import { ageDecryptor, generateAgeIdentity, randomId } from '#crypto';
import { openPayloadStore } from '../payload-place.js';
import { ingestHere, item, openGround } from '../version.fixture.js';
import { openWorkbook } from './xlsx/workbook.js';
import { sheetRows } from './xlsx/sheet-rows.js';
import { defaultLimits } from '../limits.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const items = [
  item('id', 'C', { required: true, key: true, rules: { pattern: String.raw`\d{4}` } }),
  item('sex', 'C', { rules: { oneOf: ['男', '女'] } }),
  item('age', 'I', { rules: { min: '0', max: '150' } }),
  item('born', 'D'),
];
const bad = [
  '0001,男,30,1990-01-01',
  '0001,女,31,1990-01-01',
  '002,女,31,1990-01-01',
  '0003,未知,151,1990/1/1',
  ',男,1,',
  '0005,男,x,,',
  '0006,女,150,2000-02-29',
];
const csv = (lines: readonly string[]) => `id,sex,age,born\n${lines.join('\n')}\n`;

test('Every fault of every row is told, with its place and the shape of the value, and nothing stays', async (t) => {
  const ground = await openGround(t);
  const refusal = (await ingestHere(ground, items, csv(bad)).then(
    () => assert.fail(),
    (error: unknown) => error,
  )) as Refusal;
  assert.equal(refusal.code, 'rows-faulty');
  const told = refusal.faults?.map(
    ({ code, at, details }) => `${code} ${at?.line}:${at?.column ?? ''} ${String(details['shape'] ?? '')}`,
  );
  assert.deepEqual(told, [
    'key-repeated 3: ',
    'value-outside-rule 4:1 999',
    'value-outside-rule 5:2 字字',
    'value-outside-rule 5:3 999',
    'value-misfit 5:4 9999/9/9',
    'value-missing 6:1 ',
    'csv-ragged 7: ',
  ]);
  assert.equal(refusal.violations?.totals.length, 7);
  assert.deepEqual(refusal.violations?.totals.slice(0, 2), [
    { code: 'key-repeated', count: 1 },
    { code: 'value-outside-rule', item: 'id', count: 1 },
  ]);
  assert.equal(refusal.violations?.rows, 5);
  assert.deepEqual(await readdir(ground.store.folder).catch(() => []), []);
});

test('A hundred are named and all are counted; the others are published when the publisher says so', async (t) => {
  const ground = await openGround(t);
  const many = Array.from({ length: 3000 }, (_, i) => `${1000 + i},男,${i % 3 === 0 ? 'x' : '1'},`);
  const key = await generateAgeIdentity();
  const faultyObject = { name: randomId(), recipient: key.recipient };
  const refused = (await ingestHere(ground, items, csv(many), { faultyObject }).then(
    () => assert.fail(),
    (error: unknown) => error,
  )) as Refusal;
  assert.equal(refused.faults?.length, 100);
  assert.deepEqual(refused.violations?.totals, [{ code: 'value-misfit', item: 'age', count: 1000 }]);
  const other = { name: randomId(), recipient: key.recipient };
  const { ingested } = await ingestHere(ground, items, csv(many), {
    leaveOutFaulty: true,
    faultyObject: other,
    limits: { partPlainBytes: 4000 },
  });
  const clean = await ingestHere(ground, items, csv(many.filter((line) => !line.includes('x'))));
  assert.equal(ingested.rows, 2000);
  assert.equal(ingested.leftOut?.rows, 1000);
  assert.equal(ingested.contentDigest, clean.ingested.contentDigest);
  // The rows that do not fit, as whoever published them gets them.
  const store = openPayloadStore(ground.store);
  const workbook = await buffer(store.read(other.name).pipe(await ageDecryptor([key.identity])));
  const path = join(ground.folder, 'faulty.xlsx');
  await writeFile(path, workbook);
  const opened = await openWorkbook(path, defaultLimits, 1e8);
  const rows = [];
  for await (const some of sheetRows(opened, opened.sheets[0]?.part ?? '', new Set())) rows.push(...some);
  assert.equal(rows.length, 1001);
  assert.deepEqual(rows[1]?.texts.slice(3, 6), ['1000', '男', 'x']);
  assert.equal(rows[1]?.texts[0], '2');
});

test('Keys are told apart among many, whatever their order', async (t) => {
  const ground = await openGround(t);
  const keyed = [item('a', 'C', { required: true, key: true }), item('b', 'I', { required: true, key: true })];
  const lines = Array.from({ length: 150_000 }, (_, i) => `k${(i * 7919) % 100_003},${i}`);
  const { ingested } = await ingestHere(ground, keyed, `a,b\n${lines.join('\n')}\n`);
  assert.equal(ingested.rows, lines.length);
  const refused = (await ingestHere(ground, keyed, `a,b\n${lines.join('\n')}\n${lines[77_000]}\n`).then(
    () => assert.fail(),
    (error: unknown) => error,
  )) as Refusal;
  assert.deepEqual([refused.code, refused.at?.line, refused.details['first']], ['key-repeated', 150_002, 77_002]);
  const few = ingestHere(ground, keyed, `a,b\n${lines.join('\n')}\n`, { limits: { keyRows: 1000 } });
  await assert.rejects(few, { code: 'key-rows-too-many' });
});
