// The reference and the engine that really selects rows must say the same of every row and every value. DuckDB's SQL is three-valued
// by itself, so it is an outside judge of `evaluateScope` too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import fc from 'fast-check';
import type { Item } from '#contracts';
import { canonicalValue, canTransform, compileScope, compileTransformation, pseudonymParameters, valueKind } from '#delivery';
import { checkScope, evaluateScope, grantedScopeLimits } from './row-scope.js';
import { keysByList, rowRecord, rowScope, transformation, variedItems } from './samples/arbitrary.js';
import { idOf } from './samples/sample-share.js';
import { applyTransformation, checkTransformation } from './transformation.js';

const columnTypes = {
  text: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  boolean: 'BOOLEAN',
  double: 'DOUBLE',
  integer: 'BIGINT',
} as const;
const columnType = (item: Item): string => {
  const kind = valueKind(item);
  return kind === 'decimal' ? `DECIMAL(38,${item.scale ?? (item.type === 'Y' ? 2 : 0)})` : columnTypes[kind];
};

let instance: DuckDBInstance;
let connection: DuckDBConnection;
before(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
after(() => {
  connection.closeSync();
  instance.closeSync();
});

async function run(sql: string, parameters: Readonly<Record<string, string | Uint8Array>> = {}): Promise<DuckDBValue[][]> {
  const prepared = await connection.prepare(sql);
  for (const [name, value] of Object.entries(parameters)) {
    const index = prepared.parameterIndex(name);
    if (typeof value === 'string') prepared.bindVarchar(index, value);
    else prepared.bindBlob(index, value);
  }
  return (await prepared.run()).getRows();
}

test('DuckDB and the reference choose the same rows', async () => {
  const columns = variedItems.map((item, i) => `c${i} ${columnType(item)}`);
  await run(`CREATE TABLE rows (id INTEGER, ${columns.join(', ')})`);
  const records = fc.sample(rowRecord, 300);
  const values = variedItems.map((item, i) => `CAST($v${i} AS ${columnType(item)})`);
  for (const [id, record] of records.entries()) {
    const parameters = variedItems.flatMap((item, i) => {
      const text = record[item.name];
      return text === undefined ? [] : [[`v${i}`, canonicalValue(item, text) ?? ''] as const];
    });
    const given = new Map(parameters);
    const row = values.map((value, i) => (given.has(`v${i}`) ? value : 'NULL'));
    await run(`INSERT INTO rows VALUES (${[id, ...row].join(', ')})`, Object.fromEntries(given));
  }
  let compared = 0;
  const tables = new Map<string, string>();
  for (const [list, keys] of keysByList) {
    const item = variedItems.find(({ name }) => [`list ${name}`, `other list ${name}`].some((of) => idOf(of) === list)) as Item;
    tables.set(list, `list_${tables.size}`);
    await run(`CREATE TABLE ${tables.get(list)} (k ${columnType(item)})`);
    for (const key of keys) {
      await run(`INSERT INTO ${tables.get(list)} VALUES (CAST($key AS ${columnType(item)}))`, {
        key: canonicalValue(item, key) ?? '',
      });
    }
  }
  for (const rows of fc.sample(rowScope, 600)) {
    if (checkScope(rows, variedItems, grantedScopeLimits)) continue;
    compared += 1;
    const { sql, parameters } = compileScope(rows, variedItems, undefined, tables);
    const found = await run(`SELECT id FROM rows WHERE ${sql} ORDER BY id`, parameters);
    const expected = records.flatMap((record, id) => (evaluateScope(rows, record, variedItems, keysByList) === true ? [id] : []));
    assert.deepEqual(found.flat(), expected, JSON.stringify(rows));
  }
  assert.ok(compared > 200, `only ${compared} scopes`);
});

test('DuckDB and the reference mask alike', async () => {
  const valuesByType: Partial<Record<Item['type'], readonly string[]>> = {
    C: ['a', 'abcdef', '身份证1234567', '𠀀明', '420106', ''],
    I: ['-37', '0', '12', '9223372036854775807', '-9223372036854775808'],
    N: ['-0.1', '12.5', '999999', '0.0'],
    Y: ['4999.99', '-0.01'],
    B: ['12.5', '-0.5', '0'],
    D: ['1990-03-07', '0001-01-01'],
    T: ['1990-03-07 00:00', '1989-12-31T17:00Z'],
    L: ['true'],
  };
  const key = Buffer.alloc(32, 9);
  let compared = 0;
  for (const each of fc.sample(transformation, 80)) {
    for (const [type, values] of Object.entries(valuesByType) as [Item['type'], readonly string[]][]) {
      const item: Item = { name: 'x', title: 'x', type, required: false, personal: false, ...(type === 'N' ? { scale: 1 } : {}) };
      if (checkTransformation(item, each)) continue;
      // What may be granted must be possible to deliver.
      assert.ok(canTransform(item, each), `${type} ${each.kind}`);
      const { sql } = compileTransformation(item, each, 'c0');
      for (const value of values) {
        compared += 1;
        const parameters = {
          value: canonicalValue(item, value) ?? '',
          ...(each.kind === 'pseudonym' ? pseudonymParameters(key) : {}),
        };
        const [row] = await run(
          `SELECT CAST(${sql} AS VARCHAR) FROM (SELECT CAST($value AS ${columnType(item)}) AS c0)`,
          parameters,
        );
        const found = row?.[0] ?? undefined;
        const expected = applyTransformation(each, item, value, key);
        // A double's text is the engine's own; its value is compared.
        const same = type === 'B' && each.kind === 'band' ? Number(found) === Number(expected) : found === expected;
        assert.ok(same, JSON.stringify({ type, each, value, found, expected }));
      }
    }
  }
  assert.ok(compared > 200, `only ${compared} values`);
});
