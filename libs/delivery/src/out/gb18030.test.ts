import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Gb18030Encoder } from './gb18030.js';

const decoder = new TextDecoder('gb18030', { fatal: true });
// Private-use characters that the web's tables no longer know; the standard (GB 18030-2022) still has a code for each.
const privateUse = new Set(
  'e5e5 e78d e78e e78f e790 e791 e792 e793 e794 e795 e796 e81e e826 e82b e82c e832 e843 e854 e864'
    .split(' ')
    .map((hex) => parseInt(hex, 16)),
);

function encoded(text: string, pieceBytes = Infinity): Buffer {
  const encoder = new Gb18030Encoder();
  const utf8 = Buffer.from(text);
  const out: Buffer[] = [];
  for (let at = 0; at < utf8.length; at += pieceBytes) out.push(encoder.encode(utf8.subarray(at, at + pieceBytes)));
  encoder.end();
  return Buffer.concat(out);
}

describe('GB18030', () => {
  it('has a code of its own for every character, which a reader of the web takes for it', () => {
    const codes = new Set<string>();
    for (let from = 1; from < 0x110000; from += 0x1000) {
      const characters: number[] = [];
      for (let code = from; code < Math.min(from + 0x1000, 0x110000); code += 1)
        if ((code < 0xd800 || code > 0xdfff) && !privateUse.has(code)) characters.push(code);
      const text = String.fromCodePoint(...characters);
      assert.equal(decoder.decode(encoded(text)), text);
    }
    for (let code = 0x80; code < 0x10000; code += 1)
      if (code < 0xd800 || code > 0xdfff) codes.add(encoded(String.fromCharCode(code)).toString('hex'));
    assert.equal(codes.size, 0x10000 - 0x80 - 0x800);
  });

  it('writes what the standard says', () => {
    assert.equal(encoded('权链').toString('hex'), 'c8a8c1b4');
    assert.equal(encoded('€').toString('hex'), 'a2e3');
    // CJK Extension B and the private-use characters of GB 18030-2022.
    assert.equal(encoded('\u{20000}').toString('hex'), '95328236');
    assert.equal(encoded('\ue5e5\ue78d\ufe10').toString('hex'), 'a3a084318236a6d9');
  });

  it('is the same whatever pieces the text comes in', () => {
    const text = 'a权€\u{20000}é,"\n'.repeat(50);
    for (const pieceBytes of [1, 2, 3, 5, 7]) assert.ok(encoded(text, pieceBytes).equals(encoded(text)));
  });

  it('refuses a text that ends inside a character', () => {
    const encoder = new Gb18030Encoder();
    encoder.encode(Buffer.from('权').subarray(0, 2));
    assert.throws(() => encoder.end(), /inside a character/);
  });
});
