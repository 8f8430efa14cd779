import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemSchema, type Item, type RowScope } from '#contracts';
import { andScope, checkScope, evaluateScope } from './row-scope.js';

const item = (name: string, type: Item['type'], more: Partial<Item> = {}): Item =>
  itemSchema.parse({ name, title: name, type, required: false, personal: false, ...more });

const items = [
  item('code', 'C'),
  item('province', 'I'),
  item('area', 'N', { scale: 2 }),
  item('ratio', 'B'),
  item('built', 'D'),
  item('seen', 'T'),
  item('active', 'L'),
  item('id', 'C', { personal: true }),
];
const all: RowScope = { op: 'all' };

test('promise 7: a scope states no value of a personal item; its items exist and its values fit', () => {
  assert.equal(checkScope({ op: '=', item: 'province', value: '42' }, items), undefined);
  const fault = (rows: RowScope) => checkScope(rows, items)?.code;
  assert.equal(fault({ op: '=', item: 'nothing', value: '1' }), 'item-unknown');
  assert.equal(fault({ op: 'in', item: 'id', values: ['990101199001011234'] }), 'scope-on-personal-item');
  for (const [name, value] of [
    ['province', '4.2'],
    ['province', '99999999999999999999'],
    ['province', '042'],
    ['area', '1.005'],
    ['area', '1e3'],
    ['ratio', 'NaN'],
    ['built', '2025-02-30'],
    ['seen', '2025-01-01T25:00:00'],
    ['seen', '9999-12-31T23:59-01:00'],
    ['seen', '0001-01-01T00:00+09:00'],
    ['built', '0000-01-01'],
    ['active', 'yes'],
    ['code', ''],
  ] as const) {
    assert.equal(fault({ op: '=', item: name, value }), 'scope-bad-value', `${name} ${value}`);
  }
  assert.equal(fault({ op: 'between', item: 'province', low: '9', high: '10' }), undefined);
  assert.equal(fault({ op: 'between', item: 'province', low: '10', high: '9' }), 'scope-bad-value');
  assert.equal(fault({ op: 'prefix', item: 'province', value: '4' }), 'scope-bad-value');
});

test('a refusal of a scope names the place at fault', () => {
  const rows: RowScope = { op: 'and', of: [all, { op: 'not', of: { op: '=', item: 'x', value: '1' } }] };
  assert.deepEqual(checkScope(rows, items)?.at, { field: 'rows.of.1.of.item' });
});

test('a scope has at most 8 levels, 200 nodes and 1000 values', () => {
  const nested = (levels: number): RowScope => (levels === 1 ? all : { op: 'not', of: nested(levels - 1) });
  assert.equal(checkScope(nested(8), items), undefined);
  assert.equal(checkScope(nested(9), items)?.code, 'scope-too-large');
  const wide = (nodes: number): RowScope => ({
    op: 'and',
    of: Array.from({ length: 4 }, (_, i) => ({
      op: 'or',
      of: Array.from({ length: Math.floor((nodes - 5 + i) / 4) }, () => all),
    })),
  });
  assert.equal(checkScope(wide(200), items), undefined);
  assert.equal(checkScope(wide(201), items)?.code, 'scope-too-large');
  const values = Array.from({ length: 501 }, (_, i) => String(i));
  const list: RowScope = { op: 'in', item: 'code', values };
  assert.equal(checkScope(list, items), undefined);
  assert.equal(checkScope({ op: 'or', of: [list, list] }, items)?.code, 'scope-too-large');
});

test('a comparison with a missing value is unknown, and `not` does not bring the row back', () => {
  const is42: RowScope = { op: '=', item: 'province', value: '42' };
  assert.equal(evaluateScope(is42, { province: '42' }, items), true);
  for (const missing of [{}, { province: null }, { province: '' }]) {
    assert.equal(evaluateScope(is42, missing, items), undefined);
    assert.equal(evaluateScope({ op: 'not', of: is42 }, missing, items), undefined);
    assert.equal(evaluateScope({ op: 'or', of: [is42, all] }, missing, items), true);
    assert.equal(evaluateScope({ op: 'and', of: [is42, { op: 'not', of: all }] }, missing, items), false);
  }
});

test('values are compared by the type of their item', () => {
  const holds = (rows: RowScope, name: string, value: string) => evaluateScope(rows, { [name]: value }, items);
  assert.equal(holds({ op: 'between', item: 'province', low: '9', high: '10' }, 'province', '10'), true);
  assert.equal(holds({ op: 'between', item: 'code', low: '9', high: '99' }, 'code', '10'), false);
  assert.equal(holds({ op: '=', item: 'area', value: '1.5' }, 'area', '1.50'), true);
  assert.equal(holds({ op: '=', item: 'ratio', value: '0' }, 'ratio', '-0'), true);
  assert.equal(holds({ op: '=', item: 'seen', value: '2025-01-01T08:00' }, 'seen', '2025-01-01 08:00:00.000'), true);
  assert.equal(holds({ op: '=', item: 'seen', value: '2025-01-01T00:00Z' }, 'seen', '2025-01-01 08:00'), true);
  assert.equal(holds({ op: '=', item: 'active', value: 'true' }, 'active', '1'), true);
  // By code point U+FF5E sorts before U+20000; by UTF-16 unit it would not.
  assert.equal(holds({ op: 'between', item: 'code', low: '～', high: '\u{20001}' }, 'code', '\u{20000}'), true);
  assert.equal(holds({ op: 'prefix', item: 'code', value: '42' }, 'code', '420100'), true);
});

test('joining scopes drops `all` and repetitions, and joining again changes nothing', () => {
  const a: RowScope = { op: '=', item: 'province', value: '42' };
  const b: RowScope = { op: 'prefix', item: 'code', value: '42' };
  assert.deepEqual(andScope(all, all), all);
  assert.deepEqual(andScope(a, all), a);
  assert.deepEqual(andScope(a, a), a);
  const both: RowScope = { op: 'and', of: [a, b] };
  assert.deepEqual(andScope(a, { op: 'and', of: [all, b] }), both);
  assert.deepEqual(andScope(both, both), both);
});
