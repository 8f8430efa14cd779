import { rowScopeSchema, type RowScope } from '#contracts';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScope } from './parse.js';
import { printScope } from './print.js';
import { ScopeFault } from './words.js';

test('a row scope is read with the usual strength of its words', () => {
  assert.deepEqual(parseScope('provinceCode = 42 and streetCode prefix 4201 and not (code in (1,2))'), {
    op: 'and',
    of: [
      { op: '=', item: 'provinceCode', value: '42' },
      { op: 'prefix', item: 'streetCode', value: '4201' },
      { op: 'not', of: { op: 'in', item: 'code', values: ['1', '2'] } },
    ],
  });
  assert.deepEqual(parseScope('a = 1 or b = 2 AND c between 2020-01-01 and 2020-12-31'), {
    op: 'or',
    of: [
      { op: '=', item: 'a', value: '1' },
      {
        op: 'and',
        of: [
          { op: '=', item: 'b', value: '2' },
          { op: 'between', item: 'c', low: '2020-01-01', high: '2020-12-31' },
        ],
      },
    ],
  });
  assert.deepEqual(parseScope('all'), { op: 'all' });
});

test('negations read as people say them', () => {
  assert.deepEqual(parseScope('a != 1'), parseScope('not a = 1'));
  assert.deepEqual(parseScope('a not in (1)'), parseScope('not a in (1)'));
  assert.deepEqual(parseScope('a not between 1 and 2'), parseScope('not (a between 1 and 2)'));
});

test('full-width signs and quotes of a Chinese keyboard are understood', () => {
  assert.deepEqual(parseScope('区划 in （420100，420200、420300） and 名称 ＝ “东 湖”'), {
    op: 'and',
    of: [
      { op: 'in', item: '区划', values: ['420100', '420200', '420300'] },
      { op: '=', item: '名称', value: '东 湖' },
    ],
  });
});

test('a fault names its column', () => {
  const columnOf = (text: string): number => {
    try {
      parseScope(text);
    } catch (error) {
      if (error instanceof ScopeFault) return error.column;
      throw error;
    }
    return 0;
  };
  assert.equal(columnOf('a ='), 4);
  assert.equal(columnOf('a = 1 b = 2'), 7);
  assert.equal(columnOf('a in (1, 2'), 11);
  assert.equal(columnOf("名 = 'x"), 5);
  assert.equal(columnOf('a between 1 or 2'), 13);
  assert.equal(columnOf('and = 1'), 1);
  assert.equal(columnOf('a = or'), 5);
  assert.equal(columnOf(''), 1);
  assert.equal(columnOf('a ! 1'), 3);
  assert.equal(columnOf(`${'('.repeat(100)}a = 1${')'.repeat(100)}`), 42);
});

const name = fc.oneof(
  fc.stringMatching(/^[\p{L}_][A-Za-z0-9_.-]{0,8}$/u),
  fc.constantFrom('and', 'OR', 'not', 'all', 'in', '区划', 'prefix', 'between'),
);
const value = fc.oneof(
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom('', "''", 'and', '“', '’', ' ', '=', '（'),
);
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true });
const scopes = fc.letrec<{ scope: RowScope }>((tie) => ({
  scope: fc.oneof(
    { maxDepth: 4 },
    record({ op: fc.constant('=' as const), item: name, value }),
    record({ op: fc.constant('in' as const), item: name, values: fc.array(value, { minLength: 1, maxLength: 4 }) }),
    record({ op: fc.constant('between' as const), item: name, low: value, high: value }),
    record({ op: fc.constant('prefix' as const), item: name, value: value.filter((text) => text !== '') }),
    record({
      op: fc.constant('key-list' as const),
      item: name,
      list: fc.stringMatching(/^[0-9a-f]{32}$/),
      commitment: fc.stringMatching(/^[0-9a-f]{64}$/),
      count: fc.integer({ min: 1, max: 1_000_000 }),
    }),
    fc.constant({ op: 'all' as const }),
    record({ op: fc.constantFrom('and' as const, 'or' as const), of: fc.array(tie('scope'), { minLength: 1, maxLength: 3 }) }),
    record({ op: fc.constant('not' as const), of: tie('scope') }),
  ),
})).scope;

/** Lists of one condition have no spelling of their own; their condition stands for them. */
function withoutLonely(scope: RowScope): RowScope {
  if (scope.op === 'not') return { op: 'not', of: withoutLonely(scope.of) };
  if (scope.op !== 'and' && scope.op !== 'or') return scope;
  const of = scope.of.map(withoutLonely);
  return of.length === 1 ? (of[0] as RowScope) : { op: scope.op, of };
}

test('what is printed reads back as the same scope', () => {
  fc.assert(
    fc.property(scopes, (scope) => {
      assert.deepEqual(parseScope(printScope(scope)), withoutLonely(scope));
    }),
    { numRuns: 500 },
  );
});

test('what is read fits the schema of row scopes, or is refused with a column inside the text', () => {
  const pieces = fc.array(
    fc.constantFrom('a', 'b', '=', '!=', 'in', '(', ')', ',', 'and', 'or', 'not', 'between', 'prefix', 'all', "'x y'"),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(pieces, (words) => {
      const text = words.join(' ');
      try {
        assert.ok(rowScopeSchema.safeParse(parseScope(text)).success);
      } catch (error) {
        if (!(error instanceof ScopeFault)) throw error;
        assert.ok(error.column >= 1 && error.column <= text.length + 1);
      }
    }),
    { numRuns: 3000 },
  );
});
