import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundKind, Item, Problem, Refusal } from '#contracts';
import { chunks, ingestHere, item, openGround, type Ground } from '../version.fixture.js';
import { handmadeWorkbook, sheetXml } from './forms.fixture.js';
import type { StatedForm } from './form.js';

const items: Item[] = [
  item('name', 'C', { title: '姓名', required: true }),
  item('idNumber', 'C', { title: '证件号码' }),
  item('born', 'D', { title: '出生日期' }),
  item('amount', 'Y', { title: '金额' }),
];
const dates = { styles: '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>' };

async function outcome(
  ground: Ground,
  file: Buffer,
  form: StatedForm = {},
): Promise<string[] | Awaited<ReturnType<typeof ingestHere>>['ingested']> {
  try {
    return (await ingestHere(ground, items, chunks(file), { form })).ingested;
  } catch (error) {
    const { code, faults = [], at } = error as Refusal;
    const place = (one: { code: string; at?: Problem['at'] | undefined }) =>
      `${one.code} ${one.at?.line ?? ''}:${one.at?.column ?? ''}`;
    return [place({ code, at }), ...faults.map(place)];
  }
}

const table = [
  ['姓名', '证件号码', '出生日期', '金额'],
  ['张三', '110101199001011237', { xml: '<c s="1"><v>32874</v></c>' }, 12.5],
  ['李四', undefined, undefined, undefined],
] as const;

test('What stands around a table is named by row and column, and left out only when the person says so', async (t) => {
  const ground = await openGround(t);
  const plain = await outcome(ground, await handmadeWorkbook([{ name: '表', xml: sheetXml(table) }], dates));
  assert.ok(!Array.isArray(plain), JSON.stringify(plain));
  assert.equal(plain.rows, 2);
  const [header, first, second] = table;
  const blank: readonly undefined[] = [];
  const cases: Record<
    string,
    { xml: string; found: string[]; skip: FoundKind[]; more?: readonly { name: string; state?: string; xml: string }[] }
  > = {
    'title rows': {
      xml: sheetXml([['2024年度发放名册'], [undefined, '单位：元'], ...table]),
      found: ['found-title 1:1', 'found-title 2:2'],
      skip: ['title'],
    },
    footer: {
      xml: sheetXml([...table, blank, ['填表人：王五', undefined, '审核人：赵六'], ['注：本表一式两份']]),
      found: ['found-footer 5:1', 'found-footer 6:1'],
      skip: ['footer'],
    },
    totals: { xml: sheetXml([...table, ['合计', undefined, undefined, 12.5]]), found: ['found-footer 4:1'], skip: ['footer'] },
    'merged header': {
      xml: sheetXml([['姓名', '基本情况', undefined, '金额'], [undefined, '证件号码', '出生日期'], first, second]),
      found: ['found-merged-header 1:1'],
      skip: ['merged-header'],
    },
    'note at the side': {
      xml: sheetXml([header, [...first, undefined, '核对过'], second]),
      found: ['found-side-note 2:6'],
      skip: ['side-note'],
    },
    'column of numbers in front': {
      xml: sheetXml([
        ['序号', ...header],
        [1, ...first],
        [2, ...second],
      ]),
      found: ['found-extra-column 1:1'],
      skip: ['extra-column'],
    },
    'hidden sheet': {
      xml: sheetXml(table),
      more: [{ name: '底稿', state: 'hidden', xml: sheetXml(table) }],
      found: ['found-hidden-sheet :'],
      skip: ['hidden-sheet'],
    },
    'hidden column': {
      xml: `<cols><col min="2" max="2" hidden="1"/></cols>${sheetXml(table)}`,
      found: ['found-hidden-column 1:2'],
      skip: ['hidden-column'],
    },
    'hidden row': {
      xml: sheetXml(table).replace('<row r="3"', '<row r="3" hidden="1"'),
      found: ['found-hidden-row 3:'],
      skip: ['hidden-row'],
    },
    formula: {
      xml: sheetXml([
        header,
        ['张三', '110101199001011237', { xml: '<c s="1"><v>32874</v></c>' }, { xml: '<c><f>10+2.5</f><v>12.5</v></c>' }],
        second,
      ]),
      found: ['found-formula 2:4'],
      skip: ['formula'],
    },
    'date as a number': {
      xml: sheetXml([header, ['张三', '110101199001011237', 32874, 12.5], second]),
      found: ['found-date-number 2:3'],
      skip: ['date-number'],
    },
    everything: {
      xml: sheetXml([['名册'], header, [...first, '旁注'], second, ['制表：王五']]),
      found: ['found-title 1:1', 'found-side-note 3:5', 'found-footer 5:1'],
      skip: ['title', 'side-note', 'footer'],
    },
  };
  for (const [name, { xml, found, skip, more = [] }] of Object.entries(cases)) {
    const file = await handmadeWorkbook([{ name: '表', xml }, ...more], dates);
    const refused = await outcome(ground, file);
    assert.ok(Array.isArray(refused), name);
    assert.match(refused[0] ?? '', /^sheet-found/, name);
    assert.deepEqual(refused.slice(1), found, name);
    const taken = await outcome(ground, file, { skip });
    assert.ok(!Array.isArray(taken), `${name}: ${JSON.stringify(taken)}`);
    assert.equal(taken.contentDigest, plain.contentDigest, name);
    for (const kind of skip)
      assert.ok(
        taken.detected.some(({ what, value }) => what === 'skipped' && value.startsWith(kind)),
        name,
      );
    if (skip.length > 1) assert.ok(Array.isArray(await outcome(ground, file, { skip: skip.slice(1) })), name);
  }
});

test('A sheet and its header row can be said', async (t) => {
  const ground = await openGround(t);
  const file = await handmadeWorkbook(
    [
      { name: '说明', xml: sheetXml([['请看第二张表']]) },
      { name: '名册', xml: sheetXml([['名册'], ...table]) },
    ],
    dates,
  );
  const wanted = await outcome(ground, await handmadeWorkbook([{ name: '表', xml: sheetXml(table) }], dates));
  for (const form of [
    { sheet: '名册', headerRow: 2 },
    { sheet: '2', skip: ['title'] as const },
  ]) {
    const taken = await outcome(ground, file, form);
    assert.ok(!Array.isArray(taken) && !Array.isArray(wanted), JSON.stringify(taken));
    assert.equal(taken.contentDigest, wanted.contentDigest);
  }
  assert.deepEqual(await outcome(ground, file, { sheet: '没有' }), ['sheet-unknown :']);
  assert.deepEqual(((await outcome(ground, file)) as string[])[0], 'csv-header 1:');
});

test('A cell that cannot be taken is named with what to do', async (t) => {
  const ground = await openGround(t);
  const [header] = table;
  const cases: [string, string][] = [
    ['<c><v>1.1010119900101124E+17</v></c>', 'cell-number-cut 2:2'],
    ['<c t="e"><v>#N/A</v></c>', 'cell-error 2:2'],
    ['<c><f>A1</f></c>', 'cell-no-result 2:2'],
  ];
  for (const [xml, fault] of cases) {
    const file = await handmadeWorkbook([{ name: '表', xml: sheetXml([header, ['张三', { xml }, undefined, 1]]) }], dates);
    assert.deepEqual(await outcome(ground, file, { skip: ['formula'] }), [fault]);
  }
});
