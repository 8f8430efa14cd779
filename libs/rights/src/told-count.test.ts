import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowScope } from '#contracts';
import { toldCount, type ToldCount } from './told-count.js';

const some: RowScope = { op: '=', item: 'province', value: '42' };

test('a small group shows neither in a count nor in what it leaves out', () => {
  assert.deepEqual(toldCount(some, 10, 1000), { total: 1000, rows: 10, rounded: false });
  assert.deepEqual(toldCount(some, 990, 1000), { total: 1000, rows: 990, rounded: false });
  for (const rows of [0, 1, 9]) assert.deepEqual(toldCount(some, rows, 1000), { total: 1000, fewerThan: 10 });
  for (const total of [1000, 1003, 1009]) {
    const told: ToldCount[] = [0, 1, 9].map((left) => toldCount(some, total - left, total));
    assert.deepEqual(told[1], told[0]);
    assert.deepEqual(told[2], told[0]);
    assert.deepEqual(told[0], { total, rows: total - 9 - ((total - 9) % 10), rounded: true });
  }
  // A dataset so small that nothing can be said.
  for (const rows of [0, 5, 12, 15]) assert.deepEqual(toldCount(some, rows, 15), { total: 15, fewerThan: 10 });
});

test('how many rows there are in all is no secret', () => {
  assert.deepEqual(toldCount({ op: 'all' }, 3, 3), { total: 3, rows: 3, rounded: false });
});
