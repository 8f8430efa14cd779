// UTF-8 into GB18030. Node and browsers only read it, so the table comes from reading: each code is decoded once and turned round.

const SECOND_BASE = 0x30;
const LEAD = 0x81;
/** Four-byte codes for the Basic Multilingual Plane: 0x81308130 and the 39,419 after it. */
const BMP_FOURS = 39_420;
/** U+10000 is 0x90308130, this many after the first four-byte code. */
const ASTRAL_FROM = 189_000;

function fourBytes(number: number): number {
  const first = LEAD + Math.floor(number / 12_600);
  const second = SECOND_BASE + (Math.floor(number / 1_260) % 10);
  const third = LEAD + (Math.floor(number / 10) % 126);
  return ((first << 24) | (second << 16) | (third << 8) | (SECOND_BASE + (number % 10))) >>> 0;
}

let codes: Uint32Array | undefined;

/** The code of every character below U+10000: one, two or four bytes as a number. Made when first asked for, in a tenth of a second. */
function codesOf(): Uint32Array {
  if (codes) return codes;
  const table = new Uint32Array(0x10000);
  for (let ascii = 1; ascii < 0x80; ascii += 1) table[ascii] = ascii;
  const decoder = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue;
      const character = decoder.decode(Uint8Array.of(lead, trail)).charCodeAt(0);
      if (character === 0xfffd) continue;
      // Of two codes that read as one (an ideographic space) the first is the standard's.
      table[character] ||= (lead << 8) | trail;
    }
  }
  const shadowed: { two: number; four: number }[] = [];
  for (let number = 0; number < BMP_FOURS; number += 1) {
    const four = fourBytes(number);
    const text = decoder.decode(Uint8Array.of(four >>> 24, four >>> 16, four >>> 8, four));
    if (text.length !== 1 || text === '\ufffd') continue;
    const two = table[text.charCodeAt(0)] as number;
    if (two === 0) table[text.charCodeAt(0)] = four;
    else shadowed.push({ two, four });
  }
  table[0xfffd] = 0x8431a437;
  placePrivateUse(table, shadowed);
  codes = table;
  return table;
}

// Eighteen characters got two-byte codes that had stood for private ones before (GB 18030-2022); the private ones moved to the four-byte
// codes of those eighteen, and U+E5E5 keeps its own. Readers of the web take both codes for the public character.
function placePrivateUse(table: Uint32Array, shadowed: { two: number; four: number }[]): void {
  const free: number[] = [];
  for (let character = 0xe000; character < 0xf900; character += 1) if (table[character] === 0) free.push(character);
  table[0xe5e5] = 0xa3a0;
  const moved = free.filter((character) => character !== 0xe5e5);
  for (const [i, { four }] of shadowed.toSorted((a, b) => a.two - b.two).entries()) table[moved[i] as number] = four;
}

/** Writes UTF-8 as GB18030, piece by piece. Every character has a code there. */
export class Gb18030Encoder {
  readonly #codes = codesOf();
  /** Bytes of a character that began at the end of the last piece. */
  #carry = Buffer.alloc(0);

  /** The same text; what ends inside a character waits for the next piece. */
  encode(utf8: Uint8Array): Buffer {
    const bytes = this.#carry.length === 0 ? utf8 : Buffer.concat([this.#carry, utf8]);
    const whole = wholeLength(bytes);
    this.#carry = Buffer.from(bytes.subarray(whole));
    // Two bytes of UTF-8 may become four, more never grow beyond that.
    const out = Buffer.allocUnsafe(whole * 2);
    let at = 0;
    for (let i = 0; i < whole;) {
      const byte = bytes[i] as number;
      if (byte < 0x80) {
        out[at++] = byte;
        i += 1;
        continue;
      }
      const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      let character = byte & (0xff >> (length + 1));
      for (let k = 1; k < length; k += 1) character = (character << 6) | ((bytes[i + k] as number) & 0x3f);
      i += length;
      const code = character < 0x10000 ? (this.#codes[character] as number) : fourBytes(ASTRAL_FROM + character - 0x10000);
      at = code > 0xffff ? out.writeUInt32BE(code, at) : out.writeUInt16BE(code, at);
    }
    return out.subarray(0, at);
  }

  /** The text has ended. Throws when it did so inside a character. */
  end(): void {
    if (this.#carry.length > 0) throw new Error('The text ended inside a character');
  }
}

/** How many of the bytes are whole characters. */
function wholeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
