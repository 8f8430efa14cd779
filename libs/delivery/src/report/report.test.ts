import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Item, ReportedItem } from '#contracts';
import type { StoredVersion, VersionFacts } from '../job.js';
import type { DeliveryLimits } from '../limits.js';
import { openMemoryFolder } from '../memory-folder.js';
import { ingestHere, item, openGround, type Ground } from '../version.fixture.js';
import { reportVersion } from './report-version.js';

const items: readonly Item[] = [
  item('code', 'C', { required: true, key: true }),
  item('name', 'C'),
  item('people', 'I'),
  item('income', 'Y', { scale: 2, personal: true }),
  item('since', 'D'),
];
const ROWS = 20_000;
type Row = [code: string, name: string, people: string, income: string, since: string];
const rowsOf = (): Row[] =>
  Array.from({ length: ROWS }, (_, i) => [
    `9901${String(i).padStart(8, '0')}`,
    i % 50 === 0 ? '' : `${i % 97}村`,
    i % 25 === 0 ? '' : String(i % 1000 === 1 ? 1_000_000 + i : 500 + (i % 200)),
    i % 2000 === 7 ? '999999.00' : `${(i % 300) + 100}.50`,
    i === 4321 ? '1000-01-01' : `20${String(10 + (i % 15))}-06-1${i % 9}`,
  ]);
const csvOf = (rows: readonly Row[], names: readonly string[] = items.map(({ name }) => name)): string =>
  `${names.join(',')}\n${rows.map((row) => row.slice(0, names.length).join(',')).join('\n')}\n`;

// Some parts each, and several turns.
const small: Partial<DeliveryLimits> = { partPlainBytes: 500_000, compareBytes: 500_000 };

async function report(ground: Ground, version: StoredVersion, before?: StoredVersion, limits = small): Promise<VersionFacts> {
  const folder = await openMemoryFolder(ground.memoryFolder, 1);
  const job = { store: ground.store, memoryFolder: ground.memoryFolder, version, limits, ...(before ? { before } : {}) };
  try {
    return await reportVersion(job, folder.path);
  } finally {
    await folder.remove();
  }
}

const publish = async (ground: Ground, rows: readonly Row[], of: readonly Item[] = items) =>
  (
    await ingestHere(
      ground,
      of,
      csvOf(
        rows,
        of.map(({ name }) => name),
      ),
      { limits: small },
    )
  ).version;

const itemIn = (facts: VersionFacts, name: string): ReportedItem => facts.items.find((one) => one.name === name) as ReportedItem;

/** Quartiles as everybody learns them: linear between neighbours. */
function fencesOf(values: readonly number[]): [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const quartile = (q: number): number => {
    const at = q * (sorted.length - 1);
    const low = sorted[Math.floor(at)] as number;
    return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] as number) - low);
  };
  const [first, third] = [quartile(0.25), quartile(0.75)];
  return [first - 1.5 * (third - first), third + 1.5 * (third - first)];
}

test('acceptance 5: a report says what a plain count over the rows says, and nothing of what is personal', async (t: TestContext) => {
  const ground = await openGround(t);
  const rows = rowsOf();
  const facts = await report(ground, await publish(ground, rows));
  const column = (i: number) => rows.map((row) => row[i] as string).filter((value) => value !== '');
  assert.equal(facts.rows, ROWS);
  assert.deepEqual(facts.duplicates, { of: 'key', count: 0 });
  assert.equal(facts.changes, undefined);
  for (const [i, { name }] of items.entries()) {
    const told = itemIn(facts, name);
    assert.equal(told.missing, ROWS - column(i).length, name);
    assert.deepEqual(told.distinct, { count: new Set(column(i)).size, exact: true }, name);
  }
  const lengths = column(1).map((value) => value.length);
  assert.deepEqual(itemIn(facts, 'name').lengths, { shortest: Math.min(...lengths), longest: Math.max(...lengths) });
  assert.equal(itemIn(facts, 'name').outliers, undefined);

  const people = itemIn(facts, 'people');
  const numbers = column(2).map(Number);
  assert.deepEqual(people.range, { min: String(Math.min(...numbers)), max: String(Math.max(...numbers)) });
  const [low, high] = fencesOf(numbers);
  const isOutside = (value: string) => value !== '' && (Number(value) < low || Number(value) > high);
  const outside = rows.flatMap((row, i) => (isOutside(row[2]) ? [i + 1] : []));
  assert.deepEqual(people.outliers, {
    count: outside.length,
    sampled: false,
    fences: { low: String(low), high: String(high) },
    rows: outside.slice(0, 5),
  });
  assert.deepEqual(itemIn(facts, 'since').outliers?.rows, [4322]);
  assert.equal(itemIn(facts, 'since').range?.min, '1000-01-01');

  const income = itemIn(facts, 'income');
  assert.deepEqual(income.outliers, { count: 10, sampled: false });
  assert.deepEqual(Object.keys(income).toSorted(), ['distinct', 'missing', 'name', 'outliers', 'personal', 'title', 'type']);
});

test('against the version before it counts rows by key, and the rows of each item, as a plain comparison does', async (t) => {
  const ground = await openGround(t);
  const was = rowsOf();
  const now = rowsOf();
  for (const [i, row] of now.entries()) {
    if (i % 200 === 3) row[1] += '新';
    if (i % 400 === 3) row[2] = '7';
    if (i % 500 === 5) row[3] = '1.00';
  }
  const kept = [
    ...now.filter((_, i) => i % 100 !== 50).toReversed(),
    ['990200000000', '新', '1', '2', '2026-01-01'] satisfies Row,
  ];
  const facts = await report(ground, await publish(ground, kept), await publish(ground, was));
  const before = new Map(was.map((row) => [row[0], row]));
  const after = new Set(kept.map(([code]) => code));
  const pairs = kept.flatMap((row) => {
    const old = before.get(row[0]);
    return old === undefined ? [] : [[old, row] as const];
  });
  assert.deepEqual(facts.changes, {
    added: kept.length - pairs.length,
    changed: pairs.filter(([old, row]) => old.join() !== row.join()).length,
    removed: was.filter(([code]) => !after.has(code)).length,
  });
  const plain = items.map((_, i) => pairs.filter(([old, row]) => old[i] !== row[i]).length);
  assert.deepEqual(
    facts.items.map(({ changed }) => changed),
    plain,
  );
  assert.ok(plain[1] === 100 && plain[2] === 50 && plain[3] === 40);
});

test('without a key it counts whole rows that repeat, and says why there is no comparison', async (t) => {
  const ground = await openGround(t);
  const keyless = items.slice(1, 4).map(({ key: _key, ...rest }) => rest);
  const rows = rowsOf().map((row) => row.slice(1) as unknown as Row);
  const version = await publish(ground, rows, keyless);
  const facts = await report(ground, version, version);
  const different = new Set(rows.map((row) => row.slice(0, 3).join())).size;
  assert.deepEqual(facts.duplicates, { of: 'row', count: ROWS - different });
  assert.ok(different < ROWS);
  assert.equal(facts.notCompared, 'changes-no-key');
  const other = await publish(ground, rowsOf());
  assert.equal((await report(ground, other, version)).notCompared, 'changes-items-differ');
});

test('beyond what is kept the number of different values is an estimate, and says so', async (t) => {
  const ground = await openGround(t);
  const two = [item('n', 'I'), item('half', 'I')];
  const rows = Array.from({ length: 150_000 }, (_, i) => `${i},${i % 75_000}`);
  const { version } = await ingestHere(ground, two, `n,half\n${rows.join('\n')}\n`, { limits: { partPlainBytes: 800_000 } });
  const facts = await report(ground, version, undefined, {});
  for (const [i, real] of [150_000, 75_000].entries()) {
    const { count = 0, exact } = facts.items[i]?.distinct ?? {};
    assert.equal(exact, false);
    assert.ok(Math.abs(count - real) < real * 0.02, `${count}`);
  }
  assert.deepEqual(facts.duplicates, { of: 'row', count: 0 });
});
