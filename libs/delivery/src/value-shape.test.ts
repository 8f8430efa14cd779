import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Item } from '#contracts';
import { canonicalValue, scaleOf, valueKind } from './item-value.js';
import { ASK, CANONICAL, CANONICAL_BUT_T, MISFIT, PADDED, shapeOf } from './value-shape.js';

const numbers = fc.oneof(
  fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', '+', 'e'), maxLength: 24 }),
  fc.double().map(String),
  fc.tuple(fc.integer(), fc.nat(999_999)).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  fc.tuple(fc.nat(9), fc.nat(9)).map(([zeros, digit]) => `0.${'0'.repeat(zeros)}${digit}`),
);
const times = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .chain((date) =>
    fc.constantFrom(
      date.toISOString().slice(0, 19),
      date.toISOString().slice(0, 19).replace('T', ' '),
      date.toISOString(),
      date.toISOString().slice(0, 10),
    ),
  )
  .chain((text) => fc.tuple(fc.constant(text), fc.nat(text.length - 1), fc.constantFrom(...'0123456789:-T Z'.split(''))))
  .chain(([text, at, other]) => fc.constantFrom(text, text.slice(0, at) + other + text.slice(at + 1)));
const anything = fc.oneof(numbers, times, fc.constantFrom('true', 'false', 'trve', 'True', '0', '1', ''));

const kinds: Pick<Item, 'type' | 'scale'>[] = [
  { type: 'I' },
  { type: 'N' },
  { type: 'Y' },
  { type: 'N', scale: 12 },
  { type: 'B' },
  { type: 'D' },
  { type: 'T' },
  { type: 'L' },
];

test('what is told from the bytes is what the text says', () => {
  const told = new Set<number>();
  fc.assert(
    fc.property(anything, fc.constantFrom(...kinds), (text, item) => {
      const bytes = Buffer.from(`x${text}9`);
      const shape = shapeOf(bytes, 1, bytes.length - 1, valueKind(item), scaleOf(item));
      const canonical = canonicalValue(item, text);
      told.add(Math.min(shape, PADDED));
      if (shape === MISFIT) assert.equal(canonical, undefined, text);
      else if (shape === CANONICAL) assert.equal(canonical, text);
      else if (shape === CANONICAL_BUT_T) assert.equal(canonical, text.replace(' ', 'T'));
      else if (shape > PADDED)
        assert.equal(canonical, (text.includes('.') ? text : `${text}.`).padEnd(text.length + shape - PADDED, '0'));
      else assert.equal(shape, ASK);
    }),
    { numRuns: 20_000 },
  );
  assert.deepEqual(
    [...told].sort((a, b) => a - b),
    [MISFIT, CANONICAL, CANONICAL_BUT_T, ASK, PADDED],
  );
});
