import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { decodeCanonical, encodeCanonical, encodeJcs } from '#crypto';

const folder = new URL('../../../tests/vectors/jcs/', import.meta.url);

describe('RFC 8785, published samples', () => {
  const names = readdirSync(new URL('input/', folder));

  it('are all there', () => {
    assert.deepEqual(names.sort(), [
      'arrays.json',
      'french.json',
      'structures.json',
      'unicode.json',
      'values.json',
      'weird.json',
    ]);
  });

  for (const name of names) {
    it(`${name} becomes the published bytes, and again the same`, () => {
      const published = readFileSync(new URL(`output/${name}`, folder));
      assert.deepEqual(encodeJcs(JSON.parse(readFileSync(new URL(`input/${name}`, folder), 'utf8'))), published);
      assert.deepEqual(encodeJcs(JSON.parse(published.toString())), published);
    });
  }

  // Our own rules are narrower (docs/formats/canonical-json.md): a sample is refused for the reason named, or has the same bytes.
  const refused: Record<string, string> = {
    'arrays.json': 'canonical-null',
    'french.json': 'canonical-key-not-ascii',
    'values.json': 'canonical-null',
    'weird.json': 'canonical-key-not-ascii',
  };
  for (const name of names) {
    const published = readFileSync(new URL(`output/${name}`, folder));
    const code = refused[name];
    it(`${name}, under our narrower rules, ${code === undefined ? 'has the same bytes' : `is refused: ${code}`}`, () => {
      if (code !== undefined) assert.throws(() => decodeCanonical(published), { name: 'CanonicalError', code });
      else assert.deepEqual(encodeCanonical(decodeCanonical(published)), published);
    });
  }

  it('numbers are spelled as in appendix B', () => {
    const table: [string, string][] = [
      ['0000000000000000', '0'],
      ['8000000000000000', '0'],
      ['0000000000000001', '5e-324'],
      ['8000000000000001', '-5e-324'],
      ['7fefffffffffffff', '1.7976931348623157e+308'],
      ['ffefffffffffffff', '-1.7976931348623157e+308'],
      ['4340000000000000', '9007199254740992'],
      ['c340000000000000', '-9007199254740992'],
      ['4430000000000000', '295147905179352830000'],
      ['44b52d02c7e14af5', '9.999999999999997e+22'],
      ['44b52d02c7e14af6', '1e+23'],
      ['44b52d02c7e14af7', '1.0000000000000001e+23'],
      ['444b1ae4d6e2ef4e', '999999999999999700000'],
      ['444b1ae4d6e2ef4f', '999999999999999900000'],
      ['444b1ae4d6e2ef50', '1e+21'],
      ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
      ['3eb0c6f7a0b5ed8d', '0.000001'],
      ['41b3de4355555553', '333333333.3333332'],
      ['41b3de4355555554', '333333333.33333325'],
      ['41b3de4355555555', '333333333.3333333'],
      ['41b3de4355555556', '333333333.3333334'],
      ['41b3de4355555557', '333333333.33333343'],
      ['becbf647612f3696', '-0.0000033333333333333333'],
      ['43143ff3c1cb0959', '1424953923781206.2'],
    ];
    for (const [bits, spelled] of table)
      assert.equal(encodeJcs(Buffer.from(bits, 'hex').readDoubleBE()).toString(), spelled, bits);
    for (const bits of ['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000']) {
      assert.throws(() => encodeJcs(Buffer.from(bits, 'hex').readDoubleBE()), { code: 'canonical-number-not-integer' });
    }
  });
});
