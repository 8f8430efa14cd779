import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RowScope } from '#contracts';
import { andScope, evaluateScope } from './row-scope.js';
import { keysByList, rowRecord, rowScope, variedItems } from './samples/arbitrary.js';
import { scopeCovers, scopesDisjoint } from './scope-cover.js';

const covers = (wide: RowScope, narrow: RowScope) => scopeCovers(wide, narrow, variedItems);
const is = (item: string, value: string): RowScope => ({ op: '=', item, value });
const between = (item: string, low: string, high: string): RowScope => ({ op: 'between', item, low, high });
const not = (of: RowScope): RowScope => ({ op: 'not', of });
const or = (...of: RowScope[]): RowScope => ({ op: 'or', of });
const and = (...of: RowScope[]): RowScope => ({ op: 'and', of });

test('what is proved to be covered is covered, row by row', () => {
  let proved = 0;
  fc.assert(
    fc.property(rowScope, rowScope, fc.array(rowRecord, { minLength: 20, maxLength: 20 }), (a, b, records) => {
      for (const [wide, narrow] of [
        [a, b],
        [a, andScope(a, b)],
        [or(a, b), b],
        [not(a), and(b, not(or(a, b)))],
      ] as const) {
        if (!covers(wide, narrow)) continue;
        proved += 1;
        for (const record of records) {
          if (evaluateScope(narrow, record, variedItems, keysByList) === true) {
            assert.equal(evaluateScope(wide, record, variedItems, keysByList), true, JSON.stringify({ wide, narrow, record }));
          }
        }
      }
    }),
    { numRuns: 800 },
  );
  assert.ok(proved > 1600, `only ${proved} proofs: the property says little`);
});

test('scopes that are proved disjoint have no row in common', () => {
  let proved = 0;
  fc.assert(
    fc.property(rowScope, rowScope, fc.array(rowRecord, { minLength: 20, maxLength: 20 }), (a, b, records) => {
      if (!scopesDisjoint(a, b, variedItems)) return;
      proved += 1;
      for (const record of records) {
        const both = [a, b].every((rows) => evaluateScope(rows, record, variedItems, keysByList) === true);
        assert.equal(both, false, JSON.stringify({ a, b, record }));
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(proved > 30, `only ${proved} proofs`);
});

test('joining narrows, provably, and means both', () => {
  fc.assert(
    fc.property(rowScope, rowScope, rowRecord, (a, b, record) => {
      const joined = andScope(a, b);
      assert.equal(covers(a, joined), true);
      assert.equal(covers(b, joined), true);
      const values = [a, b].map((rows) => evaluateScope(rows, record, variedItems, keysByList));
      assert.equal(
        evaluateScope(joined, record, variedItems, keysByList) === true,
        values.every((value) => value === true),
      );
      assert.deepEqual(andScope(joined, a), joined);
    }),
    { numRuns: 500 },
  );
});

test('what people write is proved', () => {
  const yes: [RowScope, RowScope][] = [
    [{ op: 'in', item: 'number', values: ['1', '2', '3'] }, is('number', '2')],
    [between('number', '1', '9'), { op: 'in', item: 'number', values: ['3', '5'] }],
    [or(between('number', '1', '4'), between('number', '5', '9')), between('number', '2', '8')],
    [or(is('number', '1'), is('number', '2')), { op: 'in', item: 'number', values: ['2', '1'] }],
    [
      { op: 'prefix', item: 'text', value: 'a' },
      { op: 'prefix', item: 'text', value: 'ab' },
    ],
    [not(is('number', '1')), is('number', '2')],
    [not(is('number', '1')), between('number', '2', '9')],
    [between('day', '2024-02-28', '2024-03-01'), is('day', '2024-02-29')],
    [is('flag', 'true'), not(is('flag', '0'))],
    [{ op: 'all' }, not({ op: 'all' })],
    [or(is('text', 'a'), is('number', '1')), and(is('number', '1'), is('text', 'b'))],
  ];
  for (const [wide, narrow] of yes) assert.equal(covers(wide, narrow), true, JSON.stringify([wide, narrow]));
});

test('what is not so is not proved', () => {
  const no: [RowScope, RowScope][] = [
    [is('number', '2'), { op: 'in', item: 'number', values: ['2', '3'] }],
    [is('number', '2'), { op: 'all' }],
    // A missing number is in neither half.
    [or(is('flag', '1'), not(is('flag', '1'))), { op: 'all' }],
    [not(is('number', '1')), is('text', 'a')],
    [{ op: 'prefix', item: 'text', value: 'ab' }, between('text', 'ab', 'ac')],
    [between('ratio', '0', '1'), between('ratio', '0', '1.5')],
    [not({ op: 'all' }), is('number', '1')],
    [is('nothing', '1'), is('number', '1')],
  ];
  for (const [wide, narrow] of no) assert.equal(covers(wide, narrow), false, JSON.stringify([wide, narrow]));
});

test('a hostile scope costs bounded time and is then not proved', () => {
  const either = (i: number) => or(between('number', '0', String(i + 5)), not(is('text', `t${i}`)));
  const hostile = and(...Array.from({ length: 60 }, (_, i) => either(i)));
  const started = performance.now();
  assert.equal(covers(is('flag', '1'), hostile), false);
  assert.ok(performance.now() - started < 10_000);
});
