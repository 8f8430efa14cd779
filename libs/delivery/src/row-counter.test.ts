import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rowCounter } from './row-counter.js';

const LF = '\n'.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);

/** Byte by byte, as the format says it. */
function rowsOf(bytes: Uint8Array, format: 'csv' | 'jsonl'): number {
  let lines = 0;
  let inQuotes = false;
  for (const byte of bytes) {
    if (byte === QUOTE && format === 'csv') inQuotes = !inQuotes;
    else if (byte === LF && !inQuotes) lines += 1;
  }
  return Math.max(0, lines - (format === 'csv' ? 1 : 0));
}

for (const format of ['csv', 'jsonl'] as const) {
  test(`rows of ${format} are those that counting byte by byte finds, in whatever pieces, wherever in memory and whoever fills it again`, () => {
    // Marks, their neighbours, what only looks like one when several bytes are taken together, and all the rest.
    const byte = fc.oneof(
      fc.constantFrom(LF, QUOTE, LF + 1, QUOTE + 1, 0, 1, 0x20, 0x80, 0x8a, 0xa2, 0xff),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 400 }),
        fc.array(fc.integer({ min: 1, max: 70 })),
        fc.nat(9),
        (all, cuts, offset) => {
          const bytes = Uint8Array.from(all);
          const counter = rowCounter(format);
          const memory = new Uint8Array(new SharedArrayBuffer(offset + bytes.length));
          for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
            const piece = bytes.subarray(at, at + (cuts[cut] ?? 400));
            memory.fill(LF);
            memory.set(piece, offset);
            counter.push(memory.subarray(offset, offset + piece.length));
            at += piece.length;
          }
          assert.equal(counter.rows(), rowsOf(bytes, format));
        },
      ),
      { numRuns: 2_000 },
    );
  });
}
