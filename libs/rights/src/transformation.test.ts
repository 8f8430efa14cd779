import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refusal, type Item, type Transformation } from '#contracts';
import { transformation } from './samples/arbitrary.js';
import { items } from './samples/sample-share.js';
import {
  applyTransformation,
  atLeastAsStrict,
  checkTransformation,
  grantedTransformations,
  narrowTransformations,
  stricter,
  weakerThanEntry,
} from './transformation.js';

const itemOf = (type: Item['type'], scale?: number): Item => ({
  name: 'x',
  title: 'x',
  type,
  required: false,
  personal: false,
  ...(scale === undefined ? {} : { scale }),
});
const key = Buffer.alloc(32, 7);
const apply = (t: Transformation, type: Item['type'], value: string | null, scale?: number) =>
  applyTransformation(t, itemOf(type, scale), value, key);
const keep = (first: number, last: number): Transformation => ({ kind: 'keep', first, last });

test('values leave as the transformation says', () => {
  assert.equal(apply(keep(6, 4), 'C', '990101199003077373'), '990101********7373');
  assert.equal(apply(keep(3, 4), 'C', '13800138000'), '138****8000');
  assert.equal(apply(keep(1, 0), 'C', '欧阳修'), '欧**');
  assert.equal(apply(keep(1, 0), 'C', '𠀀明'), '𠀀*');
  assert.equal(apply({ kind: 'year' }, 'D', '1990-03-07'), '1990');
  assert.equal(apply({ kind: 'year' }, 'T', '1989-12-31T17:00Z'), '1990');
  assert.equal(apply({ kind: 'prefix', length: 4 }, 'C', '420106001'), '4201');
  assert.equal(apply({ kind: 'band', width: 10 }, 'I', '37'), '30');
  assert.equal(apply({ kind: 'band', width: 10 }, 'I', '-37'), '-40');
  assert.equal(apply({ kind: 'band', width: 1000 }, 'Y', '4999.99'), '4000.00');
  assert.equal(apply({ kind: 'band', width: 5 }, 'N', '-0.1', 1), '-5.0');
  assert.equal(apply({ kind: 'band', width: 5 }, 'B', '12.5'), '10');
  const hmac = createHmac('sha256', key).update('990101199003077373').digest('hex');
  assert.equal(apply({ kind: 'pseudonym' }, 'C', '990101199003077373'), hmac);
});

test('a value too short to hide anything is hidden whole, and a missing one stays missing', () => {
  assert.equal(apply(keep(1, 0), 'C', '王'), '*');
  assert.equal(apply(keep(3, 4), 'C', '1234567'), '*******');
  fc.assert(
    fc.property(fc.nat(5), fc.nat(5), fc.string({ minLength: 1, maxLength: 12 }), (first, last, value) => {
      const left = apply(keep(first, last), 'C', value.replaceAll('\0', 'x').replaceAll('*', 'x'));
      assert.ok(left?.includes('*'));
    }),
  );
  for (const missing of ['', null]) assert.equal(apply(keep(1, 1), 'C', missing), undefined);
});

test('a transformation is only for items that can take it', () => {
  const fits: Record<Transformation['kind'], Item['type'][]> = {
    keep: ['C', 'M', 'G'],
    prefix: ['C', 'M', 'G'],
    year: ['D', 'T'],
    band: ['N', 'Y', 'I', 'B', 'F'],
    pseudonym: ['C', 'M', 'G', 'I', 'D'],
  };
  fc.assert(
    fc.property(
      transformation,
      fc.constantFrom<Item['type']>('C', 'N', 'Y', 'D', 'T', 'L', 'M', 'G', 'B', 'I', 'F'),
      (t, type) => {
        const code = checkTransformation(itemOf(type), t)?.code;
        assert.equal(code, fits[t.kind].includes(type) ? undefined : 'transformation-not-possible');
      },
    ),
  );
});

test('the stricter of two shows nothing that the other hides', () => {
  const valuesFor = (t: Transformation): { type: Item['type']; value: fc.Arbitrary<string> } => {
    if (t.kind === 'year') return { type: 'D', value: fc.constantFrom('1990-01-01', '1990-03-07', '1991-03-07') };
    if (t.kind === 'band') return { type: 'I', value: fc.integer({ min: -40, max: 40 }).map(String) };
    return { type: 'C', value: fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 9, maxLength: 11 }) };
  };
  const withValues = fc.tuple(transformation, transformation).chain(([a, b]) => {
    const { type, value } = valuesFor(b);
    return fc.record({
      a: fc.constant(a),
      b: fc.constant(b),
      type: fc.constant(type),
      values: fc.array(value, { minLength: 30, maxLength: 30 }),
    });
  });
  fc.assert(
    fc.property(withValues, ({ a, b, type, values }) => {
      assert.ok(atLeastAsStrict(a, a) && atLeastAsStrict(a, undefined) && !atLeastAsStrict(undefined, a));
      if (!atLeastAsStrict(a, b)) return;
      assert.deepEqual(stricter(a, b), a);
      const shown = new Map<string | undefined, string | undefined>();
      for (const value of values) {
        const weak = apply(b, type, value);
        const strict = apply(a, type, value);
        if (shown.has(weak)) assert.equal(shown.get(weak), strict);
        shown.set(weak, strict);
      }
    }),
    { numRuns: 2000 },
  );
  assert.equal(stricter({ kind: 'pseudonym' }, keep(3, 4)), undefined);
});

test('at the grant: what is stated stands, what is silent is masked, what is clear is said', () => {
  const granted = (names: string[], choice = {}) => {
    const result = grantedTransformations(items, names, choice);
    return result instanceof Refusal ? result.code : result;
  };
  const mask = { item: 'ownerId', transformation: keep(6, 4) };
  assert.deepEqual(granted(['ownerId', 'area']), [mask]);
  const looser = { item: 'ownerId', transformation: keep(14, 4) };
  assert.deepEqual(granted(['ownerId'], { transformations: [looser] }), [looser]);
  assert.deepEqual(granted(['ownerId', 'owner'], { clear: ['ownerId'] }), [{ item: 'owner', transformation: keep(1, 0) }]);
  // The phone is personal and its entry has no mask: silence may not unmask it.
  assert.equal(granted(['phone']), 'mask-missing');
  assert.deepEqual(granted(['phone'], { clear: ['phone'] }), []);
  assert.equal(granted(['area'], { clear: ['phone'] }), 'item-unknown');
  assert.equal(granted(['area'], { transformations: [mask] }), 'item-unknown');
  assert.equal(granted(['ownerId'], { transformations: [mask, mask] }), 'transformation-not-possible');
  assert.equal(granted(['ownerId'], { transformations: [mask], clear: ['ownerId'] }), 'transformation-not-possible');
  assert.deepEqual(weakerThanEntry(items, ['ownerId', 'owner', 'area'], [looser]), ['ownerId', 'owner']);
  assert.deepEqual(narrowTransformations([mask, looser], ['area']), []);
});
