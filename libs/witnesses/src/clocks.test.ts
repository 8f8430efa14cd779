import assert from 'node:assert/strict';
import { test } from 'node:test';
import { medianOf, WitnessClocks } from './clocks.js';
import { checkClock } from './may-begin.js';

test('the median: one clock among three moves nothing, and of two the one nearer to ours counts', () => {
  assert.equal(medianOf([]), undefined);
  assert.equal(medianOf([7]), 7);
  assert.equal(medianOf([3_600_000, 10, -20]), 10);
  assert.equal(medianOf([3_600_000, 10]), 10);
  assert.equal(medianOf([-3_600_000, -3_500_000]), -3_500_000);
});

test('a clock is refused beyond the limit, with how far it is off; without any witness nothing is said', () => {
  checkClock(undefined, 1);
  checkClock(300_000, 300_000);
  assert.throws(() => checkClock(-300_001, 300_000), { code: 'clock-off', details: { seconds: 300, limit: 300 } });
  const clocks = new WitnessClocks();
  clocks.hear('w1', undefined);
  assert.equal(clocks.medianMs(), undefined);
  clocks.hear('w1', 5);
  clocks.hear('w1', 9);
  assert.equal(clocks.medianMs(), 9, 'of each its last word');
  clocks.forget();
  assert.equal(clocks.medianMs(), undefined);
});
