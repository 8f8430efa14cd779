import { isAscii, isUtf8 } from 'node:buffer';
import type { Sentence } from '#contracts';
import { faultAt } from '../csv-rows.js';
import { textIn, type Encoding } from './encodings.js';
import { decideEncoding } from './detect.js';

const LF = 0x0a;

/** The encoding of a file, once it is known: what was said, what a mark at its beginning says, or what its first bytes beyond ASCII are. */
export interface EncodingDecision {
  readonly encoding: Encoding;
  readonly why: Sentence;
}

/**
 * Text in any of the encodings as UTF-8, in whole lines, from pieces as they arrive. Without a decision the first line beyond ASCII makes
 * one, which `onDecided` hears. Memory: one piece and one line of at most `lineBytes`. Throws `csv-not-utf8`, `encoding-mixed`,
 * `encoding-malformed`, `csv-field-too-large`, with the line.
 */
export async function* toUtf8(
  source: AsyncIterable<Uint8Array>,
  decided: EncodingDecision | undefined,
  isStated: boolean,
  lineBytes: number,
  onDecided: (decision: EncodingDecision) => void,
): AsyncGenerator<Uint8Array> {
  let decision = decided;
  let held: Buffer = Buffer.alloc(0);
  let line = 1;
  const turned = (block: Buffer): Buffer => {
    if (block.length === 0) return block;
    if (decision === undefined) {
      if (isAscii(block)) {
        line += countFeeds(block);
        return block;
      }
      decision = decideEncoding(block);
      onDecided(decision);
    }
    const { encoding } = decision;
    if (encoding === 'utf-8') return block;
    const text = textIn(encoding, block);
    if (text === undefined || (encoding === 'gb18030' && !isStated && holdsUtf8(block)))
      throw faultIn(block, encoding, isStated, line);
    const utf8 = Buffer.from(text);
    line += countFeeds(utf8);
    return utf8;
  };
  for await (const piece of source) {
    // Nothing to turn: the reader of records checks UTF-8 itself.
    if (decision?.encoding === 'utf-8' && held.length === 0) {
      yield piece;
      continue;
    }
    const bytes = held.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([held, piece]);
    const end = decision?.encoding === 'utf-8' ? bytes.length : endOfLines(bytes, decision?.encoding);
    held = Buffer.from(bytes.subarray(end));
    if (held.length > lineBytes) throw faultAt('csv-field-too-large', line);
    const block = turned(bytes.subarray(0, end));
    if (block.length > 0) yield block;
  }
  const rest = turned(held);
  if (rest.length > 0) yield rest;
}

/** Where the last whole line ends. In no encoding is a line feed's byte a part of another character, but in UTF-16 it has two. */
function endOfLines(bytes: Buffer, encoding: Encoding | undefined): number {
  if (encoding !== 'utf-16le' && encoding !== 'utf-16be') return bytes.lastIndexOf(LF) + 1;
  const low = encoding === 'utf-16le' ? 0 : 1;
  for (let at = bytes.lastIndexOf(LF); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(LF, at - 1)) {
    const unit = at - low;
    if (unit % 2 === 0 && unit >= 0 && bytes[unit + 1 - low] === 0 && unit + 2 <= bytes.length) return unit + 2;
  }
  return 0;
}

function countFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count += 1;
  return count;
}

function* linesOf(block: Buffer, encoding: Encoding): Generator<Buffer> {
  const wide = encoding === 'utf-16le' || encoding === 'utf-16be';
  for (let start = 0; start < block.length;) {
    let end = wide ? start : block.indexOf(LF, start) + 1 || block.length;
    if (wide) {
      const feed = encoding === 'utf-16le' ? 0x0a00 : 0x000a;
      while (end < block.length && (end + 2 > block.length || block.readUInt16BE(end) !== feed)) end += 2;
      end = Math.min(block.length, end + 2);
    }
    yield block.subarray(start, end);
    start = end;
  }
}

// Two characters of three bytes each, one behind the other, in a line that is UTF-8 as a whole: Chinese in GB18030 is hardly ever that by chance.
const CHINESE_IN_UTF8 = /[\u4e00-\u9fff]{2}/u;

function isUtf8Chinese(line: Buffer): boolean {
  return !isAscii(line) && isUtf8(line) && CHINESE_IN_UTF8.test(line.toString('utf8'));
}

function holdsUtf8(block: Buffer): boolean {
  for (const line of linesOf(block, 'gb18030')) if (isUtf8Chinese(line)) return true;
  return false;
}

function faultIn(block: Buffer, encoding: Encoding, isStated: boolean, firstLine: number): Error {
  let line = firstLine;
  for (const bytes of linesOf(block, encoding)) {
    if (!isStated && isUtf8Chinese(bytes)) return faultAt('encoding-mixed', line);
    if (textIn(encoding, bytes) === undefined) return faultAt('encoding-malformed', line, { encoding });
    line += 1;
  }
  return faultAt('encoding-malformed', firstLine, { encoding });
}
