import { utf8Bytes } from '#crypto';
import { DECIMAL_DIGITS, isDay, type ValueKind } from './item-value.js';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LETTER_T = 0x54;
const BLANK = 0x20;

/** Not a value of its item. */
export const MISFIT = 0;
/** Its bytes are the canonical text. */
export const CANONICAL = 1;
/** Canonical but for the blank between date and time. */
export const CANONICAL_BUT_T = 2;
/** Of a form that is not among the usual ones: has to be read as a text. */
export const ASK = 3;
/** A decimal with fewer digits after its point than it keeps: this plus how many bytes are missing, a point among them if there is none. */
export const PADDED = 16;

/** Digits that every double keeps. */
const DOUBLE_DIGITS = 15;
/** From here on ECMAScript writes small numbers with an exponent. */
const SMALL_ZEROS = 5;

/**
 * Recognises the usual forms of a value from its bytes alone, without making a text of them; the others are left to `canonicalValue`,
 * which knows all of them. The two agree: whatever this calls canonical, that gives back unchanged.
 */
export function shapeOf(bytes: Uint8Array, start: number, end: number, kind: ValueKind, scale: number): number {
  switch (kind) {
    case 'integer':
    case 'decimal':
    case 'double':
      return shapeOfNumber(bytes, start, end, kind, scale);
    case 'date':
      return end - start === 10 && isDateAt(bytes, start) ? CANONICAL : MISFIT;
    case 'timestamp': {
      if (end - start < 16 || !isDateAt(bytes, start)) return MISFIT;
      if (end - start !== 19 || !isTimeAt(bytes, start + 11)) return ASK;
      return bytes[start + 10] === LETTER_T ? CANONICAL : bytes[start + 10] === BLANK ? CANONICAL_BUT_T : MISFIT;
    }
    case 'boolean':
      return spells(bytes, start, end, TRUE) || spells(bytes, start, end, FALSE) ? CANONICAL : ASK;
    case 'text':
      return CANONICAL;
  }
}

function shapeOfNumber(bytes: Uint8Array, start: number, end: number, kind: ValueKind, scale: number): number {
  const whole = bytes[start] === MINUS ? start + 1 : start;
  let p = whole;
  let isZero = true;
  while (p < end && isDigit(bytes[p] as number)) {
    if (bytes[p] !== ZERO) isZero = false;
    p += 1;
  }
  const digits = p - whole;
  if (digits === 0 || (digits > 1 && bytes[whole] === ZERO)) return MISFIT;
  const wholeIsZero = isZero;
  let fraction = 0;
  let leadingZeros = 0;
  if (kind !== 'integer' && p < end && bytes[p] === POINT) {
    const first = (p += 1);
    while (p < end && isDigit(bytes[p] as number)) {
      if (bytes[p] !== ZERO) isZero = false;
      else if (isZero) leadingZeros += 1;
      p += 1;
    }
    fraction = p - first;
    if (fraction === 0) return MISFIT;
  }
  if (p !== end) return kind === 'double' ? ASK : MISFIT;
  // Minus zero is zero.
  if (isZero && whole !== start) return ASK;
  switch (kind) {
    case 'integer':
      return digits <= 18 ? CANONICAL : ASK;
    case 'decimal':
      if (digits > DECIMAL_DIGITS - scale - 1 || fraction > scale) return ASK;
      return fraction === scale ? CANONICAL : PADDED + scale - fraction + (fraction === 0 ? 1 : 0);
    default: {
      const endsInZero = fraction > 0 && bytes[end - 1] === ZERO;
      const isSmall = wholeIsZero && leadingZeros > SMALL_ZEROS;
      return digits + fraction > DOUBLE_DIGITS || endsInZero || isSmall ? ASK : CANONICAL;
    }
  }
}

const TRUE = utf8Bytes('true');
const FALSE = utf8Bytes('false');

function spells(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i += 1) if (bytes[start + i] !== word[i]) return false;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Two digits as a number, or NaN. */
function twoAt(bytes: Uint8Array, p: number): number {
  const high = bytes[p] as number;
  const low = bytes[p + 1] as number;
  return isDigit(high) && isDigit(low) ? (high - ZERO) * 10 + low - ZERO : NaN;
}

function isDateAt(bytes: Uint8Array, p: number): boolean {
  if (bytes[p + 4] !== MINUS || bytes[p + 7] !== MINUS) return false;
  const year = twoAt(bytes, p) * 100 + twoAt(bytes, p + 2);
  return isDay(year, twoAt(bytes, p + 5), twoAt(bytes, p + 8));
}

function isTimeAt(bytes: Uint8Array, p: number): boolean {
  if (bytes[p + 2] !== COLON || bytes[p + 5] !== COLON) return false;
  return twoAt(bytes, p) <= 23 && twoAt(bytes, p + 3) <= 59 && twoAt(bytes, p + 6) <= 59;
}
