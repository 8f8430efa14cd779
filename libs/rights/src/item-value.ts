import type { Item, ItemType } from '#contracts';
import { dayNumber } from './civil-date.js';

/** A value as it is compared. Values of one item are all of one kind: text, whole number (scaled), or double. */
export type ValueKey = string | bigint | number;

const scaleDigits = 12;
const minInteger = -(2n ** 63n);
const maxInteger = 2n ** 63n - 1n;

/** Text that is compared by code point and may be asked for by its beginning. */
export function isText(type: ItemType): boolean {
  return type === 'C' || type === 'M' || type === 'G';
}

export function isNumeric(type: ItemType): boolean {
  return type === 'N' || type === 'Y' || type === 'I' || type === 'B' || type === 'F';
}

/** Whether between two different values there are only finitely many others: then `> 1` is `≥ 2`. */
export function isDiscrete(type: ItemType): boolean {
  return !isText(type) && type !== 'B' && type !== 'F';
}

/**
 * Reads a text as a value of the item's type (docs/formats/row-scope.md §2); undefined when it does not fit, or is empty: an empty
 * field and a missing one are the same.
 */
export function readValue(item: Pick<Item, 'type' | 'scale'>, text: string): ValueKey | undefined {
  if (text === '') return undefined;
  switch (item.type) {
    case 'C':
    case 'M':
    case 'G':
      return text;
    case 'I':
      return readInteger(text);
    case 'N':
    case 'Y':
      return readDecimal(text, item.scale ?? scaleDigits);
    case 'B':
    case 'F':
      return readDouble(text);
    case 'D':
      return readDate(text);
    case 'T':
      return readDateTime(text);
    case 'L':
      return text === 'true' || text === '1' ? 1n : text === 'false' || text === '0' ? 0n : undefined;
  }
}

function readInteger(text: string): bigint | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < minInteger || value > maxInteger ? undefined : value;
}

function readDecimal(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d{1,24})(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) return undefined;
  const fraction = match[3] ?? '';
  // More digits than the item keeps could never be equal; an engine would round them and find rows that nobody meant.
  if (fraction.length > scale) return undefined;
  const magnitude = BigInt(match[2] + fraction.padEnd(scaleDigits, '0'));
  return match[1] === '-' ? -magnitude : magnitude;
}

function readDouble(text: string): number | undefined {
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text)) return undefined;
  const value = Number(text);
  // Minus zero equals zero.
  return Number.isFinite(value) ? value + 0 : undefined;
}

function readDate(text: string): bigint | undefined {
  const day = dayNumber(text);
  return day === undefined ? undefined : BigInt(day);
}

const dateTime = /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?$/;

/** Microseconds of the wall clock that the source kept; no time zone is read or added. */
function readDateTime(text: string): bigint | undefined {
  const match = dateTime.exec(text);
  if (!match) return undefined;
  const day = dayNumber(match[1] as string);
  if (day === undefined) return undefined;
  const seconds = day * 86_400 + Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return BigInt(seconds) * 1_000_000n + BigInt((match[5] ?? '').padEnd(6, '0'));
}

/** Decimal digits after the point that `N` and `Y` keys carry. */
export const decimalKeyScale = 10n ** BigInt(scaleDigits);

/** Negative, zero or positive. Text by code point, as UTF-8 bytes sort and databases compare in binary order. */
export function compareKeys(a: ValueKey, b: ValueKey): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

// JavaScript compares UTF-16 code units, where U+10000 (surrogates) sorts before U+E000. Moving both ranges restores the order.
function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
}

function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}
