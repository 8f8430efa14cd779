import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RecentlyUsed } from './recently-used.js';

it('a bounded map drops what was used longest ago', () => {
  const map = new RecentlyUsed<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  assert.equal(map.get('a'), 1);
  map.set('c', 3);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => map.get(key)),
    [1, undefined, 3],
  );
  map.set('a', 4);
  map.set('a', 5);
  assert.deepEqual([map.get('a'), map.get('c')], [5, 3]);
});
