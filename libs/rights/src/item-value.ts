import type { Item, ItemType } from '#contracts';
import { dateOfDay, dayNumber } from './civil-date.js';

/** A value as it is compared. Values of one item are all of one kind: text, whole number (scaled), or double. */
export type ValueKey = string | bigint | number;

const decimalDigits = 38;
/** The range of 64 bits. */
export const minInteger = -(2n ** 63n);
export const maxInteger = 2n ** 63n - 1n;

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
      return /[\0\ud800-\udfff]/u.test(text) ? undefined : text;
    case 'I':
      return readInteger(text);
    case 'N':
    case 'Y':
      return readDecimal(text, scaleOf(item));
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

// A leading zero or a plus sign marks a code, which is text: as a number it would silently equal another code.
function readInteger(text: string): bigint | undefined {
  if (!/^-?(0|[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < minInteger || value > maxInteger ? undefined : value;
}

/** Digits after the point: as the entry says, else 2 for money and none for other numbers. */
export function scaleOf(item: Pick<Item, 'type' | 'scale'>): number {
  return item.scale ?? (item.type === 'Y' ? 2 : 0);
}

function readDecimal(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(0|[1-9]\d{0,37})(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole, fraction = ''] = match as unknown as [string, string, string, string?];
  // More digits than the item keeps could never be equal; an engine would round them and find rows that nobody meant.
  if (fraction.length > scale || (whole === '0' ? 0 : whole.length) > decimalDigits - scale) return undefined;
  const magnitude = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

function readDouble(text: string): number | undefined {
  if (text.length > 400 || !/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  // Minus zero equals zero.
  return Number.isFinite(value) ? value + 0 : undefined;
}

function readDate(text: string): bigint | undefined {
  const day = dayNumber(text);
  return day === undefined ? undefined : BigInt(day);
}

const dateTime = /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;
const chinaOffsetMinutes = 8 * 60;
const firstMinute = (dayNumber('0001-01-01') as number) * 1440;
const lastMinute = (dayNumber('9999-12-31') as number) * 1440 + 1439;

/** Microseconds on the wall clock of China: a time without an offset is one, a time with an offset is brought there. */
function readDateTime(text: string): bigint | undefined {
  const match = dateTime.exec(text);
  if (!match) return undefined;
  const [, date, hour, minute, second = '0', fraction = '', offset] = match as unknown as string[];
  const day = dayNumber(date as string);
  if (day === undefined) return undefined;
  const minutes = day * 1440 + Number(hour) * 60 + Number(minute) + (offset ? chinaOffsetMinutes - offsetMinutes(offset) : 0);
  // Moved to China's wall clock it must still have a year of four digits.
  if (minutes < firstMinute || minutes > lastMinute) return undefined;
  return (BigInt(minutes) * 60n + BigInt(second)) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

function offsetMinutes(offset: string): number {
  return offset === 'Z' ? 0 : (offset.startsWith('-') ? -1 : 1) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4)));
}

/** The civil date of a `D` or `T` key. */
export function dateOfKey(item: Pick<Item, 'type'>, key: bigint): string {
  const perDay = item.type === 'D' ? 1n : 86_400_000_000n;
  const quotient = key / perDay;
  return dateOfDay(Number(key < 0n && quotient * perDay !== key ? quotient - 1n : quotient));
}

/** The canonical text of an `N` or `Y` key: all its digits after the point, no sign on zero. */
export function decimalText(key: bigint, scale: number): string {
  const digits = (key < 0n ? -key : key).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return (key < 0n ? '-' : '') + (scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`);
}

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
