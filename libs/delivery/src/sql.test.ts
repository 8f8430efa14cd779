import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, after, test } from 'node:test';
import type { RowScope, Transformation } from '#contracts';
import { compileSelection } from './leaving-sql.js';
import { defaultLimits } from './limits.js';
import { openMemoryFolder, defaultMemoryFolder, type MemoryFolder } from './memory-folder.js';
import { openSandbox, SandboxError, type Sandbox } from './sandbox.js';
import { compileScope } from './scope-sql.js';
import { quoteIdentifier, quoteLiteral } from './sql.js';
import { item } from './version.fixture.js';

const items = [
  item('code', 'C'),
  item('n', 'I'),
  item('amount', 'N', { scale: 2 }),
  item('day', 'D'),
  item('at', 'T'),
  item('yes', 'L'),
  item('x', 'F'),
];
const TABLE = `(VALUES
  (1, '42A', 5, 1.50, DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00', true, 0.5),
  (2, '', NULL, -1.00, NULL, NULL, false, NULL),
  (3, NULL, -7, NULL, DATE '2023-12-31', NULL, NULL, -2.5),
  (4, 'ｚ', 9, 1.00, DATE '2024-02-01', TIMESTAMP '2024-01-31 10:00:00.5', true, 1e300),
  (5, '𠀀', 10, 99.99, DATE '2024-02-01', TIMESTAMP '2024-02-01 00:00:00', false, 0)
) t(id, c0, c1, c2, c3, c4, c5, c6)`;

let folder: MemoryFolder;
let sandbox: Sandbox;
before(async () => {
  folder = await openMemoryFolder(defaultMemoryFolder(), 1);
  sandbox = await openSandbox(folder.path, defaultLimits);
});
after(async () => {
  sandbox.close();
  await folder.remove();
});

async function idsIn(rows: RowScope): Promise<number[]> {
  const { sql, parameters } = compileScope(rows, items);
  return (await sandbox.run(`SELECT id FROM ${TABLE} WHERE ${sql} ORDER BY id`, parameters)).map(([id]) => Number(id));
}

test('a scope compares by type, and what is missing or empty is neither in nor out', async () => {
  const is = (name: string, value: string): RowScope => ({ op: '=', item: name, value });
  const not = (of: RowScope): RowScope => ({ op: 'not', of });
  const between = (name: string, low: string, high: string): RowScope => ({ op: 'between', item: name, low, high });
  const cases: [RowScope, number[]][] = [
    [{ op: 'all' }, [1, 2, 3, 4, 5]],
    [not({ op: 'all' }), []],
    [is('code', '42A'), [1]],
    [not(is('code', '42A')), [4, 5]],
    [not(not(is('code', '42A'))), [1]],
    [not({ op: 'prefix', item: 'code', value: '42' }), [4, 5]],
    [not({ op: 'in', item: 'code', values: ['42A', '𠀀'] }), [4]],
    [between('code', 'ｚ', '𠀁'), [4, 5]],
    [not(between('code', 'a', 'b')), [1, 4, 5]],
    [between('n', '9', '10'), [4, 5]],
    [is('n', '-7'), [3]],
    [is('amount', '1.5'), [1]],
    [{ op: 'in', item: 'amount', values: ['1', '99.99'] }, [4, 5]],
    [between('day', '2024-01-01', '2024-01-31'), [1]],
    [is('at', '2024-01-31T10:00'), [1]],
    [between('at', '2024-01-31 10:00:00.000001', '2024-02-01 00:00'), [4, 5]],
    [is('yes', '0'), [2, 5]],
    [not(is('yes', 'true')), [2, 5]],
    [between('x', '-3', '0.5'), [1, 3, 5]],
    [{ op: 'and', of: [is('yes', '1'), not(is('n', '5'))] }, [4]],
    [{ op: 'or', of: [is('n', '5'), { op: 'and', of: [is('yes', 'false'), is('amount', '-1')] }] }, [1, 2]],
  ];
  for (const [rows, ids] of cases) assert.deepEqual(await idsIn(rows), ids, JSON.stringify(rows));
});

test('a scope that does not fit its items is refused', () => {
  const refused = (rows: RowScope): unknown => {
    try {
      compileScope(rows, items);
      return 'compiled';
    } catch (error) {
      return (error as { code: unknown }).code;
    }
  };
  assert.equal(refused({ op: '=', item: 'c0', value: '1' }), 'item-unknown');
  assert.equal(refused({ op: '=', item: 'n', value: '1; DROP TABLE t' }), 'scope-bad-value');
  assert.equal(refused({ op: 'prefix', item: 'n', value: '1' }), 'scope-bad-value');
  assert.equal(refused({ op: '=', item: 'code', value: '' }), 'scope-bad-value');
  assert.equal(refused({ op: '=', item: 'amount', value: '1.555' }), 'scope-bad-value');
  let deep: RowScope = { op: 'all' };
  for (let i = 0; i < 5000; i += 1) deep = { op: 'not', of: deep };
  assert.equal(refused(deep), 'scope-too-large');
  const values = Array.from({ length: 1000 }, (_, i) => String(i));
  const list: RowScope = { op: 'in', item: 'n', values };
  assert.equal(refused({ op: 'or', of: [list, list, list, list, list] }), 'scope-too-large');
});

test('transformations, each on ordinary and on awkward values', async () => {
  const key = Buffer.alloc(32, 5);
  const hmac = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const apply = async (type: Parameters<typeof item>[1], transformation: Transformation, value: string): Promise<unknown> => {
    const one = item('v', type, type === 'N' ? { scale: 2 } : {});
    const { columns, parameters } = compileSelection(
      [one],
      { items: ['v'], rows: { op: 'all' }, transformations: [{ item: 'v', transformation }] },
      key,
      defaultLimits,
    );
    const sql = columns[0]?.sql ?? '';
    return (await sandbox.run(`SELECT CAST(${sql} AS VARCHAR) FROM (SELECT ${value} AS c0)`, parameters))[0]?.[0];
  };
  const keep = (first: number, last: number): Transformation => ({ kind: 'keep', first, last });
  const band = (width: number): Transformation => ({ kind: 'band', width });
  const cases: [Parameters<typeof item>[1], Transformation, string, string | null][] = [
    ['C', keep(6, 4), `'990101199001011234'`, '990101********1234'],
    ['C', keep(1, 0), `'张三丰'`, '张**'],
    ['C', keep(1, 0), `'张'`, '*'],
    ['C', keep(2, 2), `'abcd'`, '****'],
    ['C', keep(0, 1), `'𠀀𠀁'`, '*𠀁'],
    ['C', keep(0, 0), `'abc'`, '***'],
    ['C', keep(1, 1), `''`, null],
    ['C', keep(1, 1), 'NULL', null],
    ['C', { kind: 'prefix', length: 4 }, `'420102'`, '4201'],
    ['C', { kind: 'prefix', length: 4 }, `'42'`, '42'],
    ['D', { kind: 'year' }, `DATE '0099-01-31'`, '0099'],
    ['T', { kind: 'year' }, `TIMESTAMP '2024-12-31 23:59:59.9'`, '2024'],
    ['T', { kind: 'year' }, 'NULL::TIMESTAMP', null],
    ['I', band(10), '19::BIGINT', '10'],
    ['I', band(10), '-1::BIGINT', '-10'],
    ['I', band(10), '-20::BIGINT', '-20'],
    ['I', band(1_000_000_000), '9223372036854775807::BIGINT', '9223372036000000000'],
    ['I', band(10), `'-9223372036854775808'::BIGINT`, null],
    ['N', band(5), '-0.01::DECIMAL(38,2)', '-5.00'],
    ['N', band(5), '-5.00::DECIMAL(38,2)', '-5.00'],
    ['N', band(5), '14.99::DECIMAL(38,2)', '10.00'],
    ['N', band(7), `${'9'.repeat(36)}.99::DECIMAL(38,2)`, `${10n ** 36n - 1n - ((10n ** 36n - 1n) % 7n)}.00`],
    ['N', band(1_000_000_000), `-${'9'.repeat(36)}.99::DECIMAL(38,2)`, null],
    ['B', band(3), '-0.5::DOUBLE', '-3.0'],
    ['F', band(6), `'-1.7976931348623157e308'::DOUBLE`, null],
    ['C', { kind: 'pseudonym' }, `'身份证 42'`, hmac('身份证 42')],
    ['C', { kind: 'pseudonym' }, `''`, null],
    ['I', { kind: 'pseudonym' }, '-42::BIGINT', hmac('-42')],
    ['D', { kind: 'pseudonym' }, `DATE '2024-01-31'`, hmac('2024-01-31')],
  ];
  for (const [type, transformation, value, expected] of cases) {
    assert.equal(await apply(type, transformation, value), expected, `${JSON.stringify(transformation)} ${value}`);
  }
});

test('a transformation that does not fit its item is refused', () => {
  const choose = (transformation: Transformation, name: string): unknown =>
    compileSelection(
      items,
      { items: [name], rows: { op: 'all' }, transformations: [{ item: name, transformation }] },
      undefined,
      defaultLimits,
    );
  assert.throws(() => choose({ kind: 'keep', first: 1, last: 1 }, 'n'), { code: 'transformation-not-possible' });
  assert.throws(() => choose({ kind: 'year' }, 'code'), { code: 'transformation-not-possible' });
  assert.throws(() => choose({ kind: 'pseudonym' }, 'amount'), { code: 'transformation-not-possible' });
  assert.throws(() => choose({ kind: 'pseudonym' }, 'code'), /needs its key/);
});

test('the sandbox opens nothing outside of its folder, installs nothing, and nobody changes that', async () => {
  for (const sql of [
    `SELECT * FROM read_csv('/etc/passwd')`,
    `SELECT * FROM read_text('${folder.path}/../../../etc/passwd')`,
    `COPY (SELECT 1) TO '/tmp/quanlian-escaped.csv'`,
    `ATTACH '/tmp/quanlian-escaped.db'`,
    'SET enable_external_access = true',
    `SET temp_directory = '/tmp'`,
    'INSTALL httpfs',
  ]) {
    await assert.rejects(sandbox.run(sql), SandboxError, sql);
  }
  await sandbox.copy(`COPY (SELECT 1) TO ${quoteLiteral(`${folder.path}/inside.csv`)}`);
});

test('an error of the sandbox does not repeat data', async () => {
  await assert.rejects(sandbox.run(`SELECT CAST('张三 990101' AS BIGINT)`), (error: Error) => {
    assert.doesNotMatch(error.message, /张三|990101/);
    return error instanceof SandboxError;
  });
});

test('quoting keeps every name and text what it is', async () => {
  const awkward = `a"b'c;--\\ 中`;
  const [[text] = []] = await sandbox.run(
    `SELECT ${quoteIdentifier(awkward)} FROM (SELECT ${quoteLiteral(awkward)} AS ${quoteIdentifier(awkward)})`,
  );
  assert.equal(text, awkward);
  assert.throws(() => quoteIdentifier('a\0'), /NUL/);
  assert.throws(() => quoteLiteral('a\0'), /NUL/);
});
