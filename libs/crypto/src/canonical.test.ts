import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  CANONICAL_MAX_DEPTH,
  CanonicalError,
  decodeCanonical,
  encodeCanonical,
  encodeJcs,
  type CanonicalCode,
  type CanonicalValue,
} from './index.js';
import { canonicalBytes } from './canonical.js';

const encodeAnything = (value: unknown) => encodeCanonical(value as CanonicalValue);
const refuses = (run: () => unknown, code: CanonicalCode, path = '') =>
  assert.throws(run, (error) => error instanceof CanonicalError && error.code === code && error.path === path);

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const key = fc.string({ unit: fc.integer({ min: 0, max: 0x7f }).map((c) => String.fromCharCode(c)), maxLength: 8 });
const { value: document } = fc.letrec<{ value: CanonicalValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.maxSafeInteger().map((n) => n + 0),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
}));

describe('canonical bytes', () => {
  it('sort keys by UTF-16 code unit, and write no white space', () => {
    assert.equal(
      encodeCanonical({ b: 1, a: [true, '中'], A: {}, a1: '', '': [] }).toString(),
      '{"":[],"A":{},"a":[true,"中"],"a1":"","b":1}',
    );
  });

  it('escape as RFC 8785 says, and nothing else', () => {
    assert.equal(
      encodeCanonical('\u0000\b\t\n\f\r\u001f"\\/\u007f€😀é').toString(),
      '"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/\u007f€😀é"',
    );
  });

  it('never normalise text: two forms of é stay two', () => {
    assert.notDeepEqual(encodeCanonical('é'), encodeCanonical('e\u0301'));
  });

  it('refuse what has no canonical form, and name the place', () => {
    refuses(() => encodeAnything({ a: [1, { b: null }] }), 'canonical-null', '/a/1/b');
    refuses(() => encodeAnything({ a: undefined }), 'canonical-undefined', '/a');
    refuses(() => encodeAnything([1, undefined]), 'canonical-undefined', '/1');
    // eslint-disable-next-line no-sparse-arrays -- a hole is the point
    refuses(() => encodeAnything([1, , 2]), 'canonical-undefined', '/1');
    refuses(() => encodeAnything({ a: 1.5 }), 'canonical-number-not-integer', '/a');
    refuses(() => encodeAnything(Number.NaN), 'canonical-number-not-integer');
    refuses(() => encodeAnything(-Infinity), 'canonical-number-not-integer');
    refuses(() => encodeAnything(2 ** 53), 'canonical-number-too-large');
    refuses(() => encodeAnything({ a: '\ud83d' }), 'canonical-lone-surrogate', '/a');
    refuses(() => encodeAnything({ a: '\ude00\ud83d' }), 'canonical-lone-surrogate', '/a');
    refuses(() => encodeAnything({ 名: 1 }), 'canonical-key-not-ascii', '/名');
    refuses(() => encodeAnything({ 'a/b~': { c: 1n } }), 'canonical-type-unknown', '/a~1b~0/c');
    refuses(() => encodeAnything({ at: new Date(0) }), 'canonical-type-unknown', '/at');
    refuses(() => encodeAnything({ bytes: Buffer.from('x') }), 'canonical-type-unknown', '/bytes');
    refuses(() => encodeAnything({ map: new Map() }), 'canonical-type-unknown', '/map');
    refuses(() => encodeAnything({ f: () => 1 }), 'canonical-type-unknown', '/f');
    refuses(() => encodeAnything({ [Symbol('s')]: 1 }), 'canonical-type-unknown');
  });

  it('end at a depth, and at a cycle', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    assert.equal(encodeAnything(nested(CANONICAL_MAX_DEPTH)).length, 2 * CANONICAL_MAX_DEPTH + 1);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [nested(CANONICAL_MAX_DEPTH + 1), cycle]) {
      assert.throws(() => encodeAnything(value), { code: 'canonical-too-deep' });
    }
    assert.throws(() => decodeCanonical(Buffer.from('['.repeat(16_000) + ']'.repeat(16_000))), { code: 'canonical-too-deep' });
  });

  it('come back as the same value, and are the same from every order of keys', () => {
    const reversed = (value: CanonicalValue): CanonicalValue => {
      if (typeof value !== 'object') return value;
      if (Array.isArray(value)) return value.map(reversed);
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([k, v]) => [k, reversed(v)]),
      );
    };
    fc.assert(
      fc.property(document, (value) => {
        const bytes = encodeCanonical(value);
        assert.deepEqual(encodeCanonical(decodeCanonical(bytes, Infinity)), bytes);
        assert.deepEqual(JSON.parse(bytes.toString()), JSON.parse(JSON.stringify(value)));
        assert.deepEqual(encodeCanonical(reversed(value)), bytes);
        assert.deepEqual(encodeJcs(value), bytes);
        assert.deepEqual(Buffer.from(canonicalBytes(value)), bytes);
      }),
      { numRuns: 500 },
    );
  });
});

describe('decoding canonical bytes', () => {
  it('refuses every other spelling of the same document', () => {
    const others = [
      '{"b":1,"a":2}',
      '{"a":1,"a":1}',
      '{"a":2,"a":1}',
      '{"a": 1}',
      '{"a":1} ',
      '\n1',
      '{"a":1.0}',
      '{"a":1e0}',
      '{"a":-0}',
      '{"a":"\\u0061"}',
      '{"a":"\\/"}',
      '{"a":"\\u001F"}',
      '{"a":"\\u20ac"}',
      '["\\ud83d\\ude00"]',
    ];
    for (const other of others) refuses(() => decodeCanonical(Buffer.from(other)), 'canonical-bytes-differ');
  });

  it('refuses what is not JSON, not UTF-8, too long, or outside our rules', () => {
    for (const other of ['', '{', '1,', "{'a':1}", '01', '\ufeff1', 'undefined', '[1,]', '"\u0001"']) {
      refuses(() => decodeCanonical(Buffer.from(other)), 'canonical-not-json');
    }
    // A continuation byte alone, an overlong slash, a surrogate in UTF-8, beyond U+10FFFF, a text cut inside a character.
    for (const hex of ['2280 22', '22c0af22', '22eda0bd22', '22f490808022', '22e4b8']) {
      refuses(() => decodeCanonical(Buffer.from(hex.replaceAll(' ', ''), 'hex')), 'canonical-not-utf8');
    }
    refuses(() => decodeCanonical(Buffer.from('{"a":null}')), 'canonical-null', '/a');
    refuses(() => decodeCanonical(Buffer.from('[0.5]')), 'canonical-number-not-integer', '/0');
    refuses(() => decodeCanonical(Buffer.from('[9007199254740992]')), 'canonical-number-too-large', '/0');
    refuses(() => decodeCanonical(Buffer.from('[9007199254740993]')), 'canonical-number-too-large', '/0');
    refuses(() => decodeCanonical(Buffer.from('["\\ud83d"]')), 'canonical-lone-surrogate', '/0');
    refuses(() => decodeCanonical(Buffer.from('{"é":1}')), 'canonical-key-not-ascii', '/é');
    const longest = Buffer.from(JSON.stringify('x'.repeat(32_766)));
    assert.equal(decodeCanonical(longest), 'x'.repeat(32_766));
    refuses(() => decodeCanonical(Buffer.concat([longest, Buffer.from(' ')])), 'canonical-too-long');
  });

  it('keeps the key __proto__ an ordinary key', () => {
    const bytes = Buffer.from('{"__proto__":{"admin":true},"a":1}');
    const value = decodeCanonical(bytes) as Record<string, unknown>;
    assert.equal(value['admin'], undefined);
    assert.deepEqual(encodeAnything(value), bytes);
  });

  it('accepts no input that it would not have written itself', () => {
    const nearly = fc.oneof(
      fc.json().map((s) => Buffer.from(s)),
      document.map((value) => Buffer.from(JSON.stringify(value))),
      fc.tuple(document, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([value, at, byte]) => {
        const bytes = encodeCanonical(value);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
      fc.uint8Array({ maxLength: 12 }).map((b) => Buffer.from(b)),
    );
    fc.assert(
      fc.property(nearly, (bytes) => {
        let value: CanonicalValue;
        try {
          value = decodeCanonical(bytes, Infinity);
        } catch (error) {
          assert.ok(error instanceof CanonicalError);
          return;
        }
        assert.deepEqual(encodeCanonical(value), bytes);
      }),
      { numRuns: 2_000 },
    );
  });
});
