import type { Item } from '#contracts';

/** How the values of an item are kept: the eleven types of the catalogue guide come down to these seven. */
export type ValueKind = 'text' | 'decimal' | 'date' | 'timestamp' | 'boolean' | 'double' | 'integer';

/** The kind of an item's values: C M G text, N Y decimal, D date, T timestamp, L boolean, B F double, I integer of 64 bits. */
export function valueKind(item: Pick<Item, 'type'>): ValueKind {
  switch (item.type) {
    case 'C':
    case 'M':
    case 'G':
      return 'text';
    case 'N':
    case 'Y':
      return 'decimal';
    case 'D':
      return 'date';
    case 'T':
      return 'timestamp';
    case 'L':
      return 'boolean';
    case 'B':
    case 'F':
      return 'double';
    case 'I':
      return 'integer';
  }
}

/** Digits after the point: as the entry says, else 2 for money and none for other numbers. */
export function scaleOf(item: Pick<Item, 'type' | 'scale'>): number {
  return item.scale ?? (item.type === 'Y' ? 2 : 0);
}

/** The column of the item with this index in a version's parts. Names that people chose stay out of SQL and of stored files. */
export function columnName(index: number): string {
  return `c${index}`;
}

/** The most digits of a decimal, those after the point included. */
export const DECIMAL_DIGITS = 38;

/** The type that DuckDB keeps an item's values in. */
export function duckdbType(item: Pick<Item, 'type' | 'scale'>): string {
  switch (valueKind(item)) {
    case 'text':
      return 'VARCHAR';
    case 'decimal':
      return `DECIMAL(${DECIMAL_DIGITS},${scaleOf(item)})`;
    case 'date':
      return 'DATE';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'boolean':
      return 'BOOLEAN';
    case 'double':
      return 'DOUBLE';
    case 'integer':
      return 'BIGINT';
  }
}

/**
 * Reads a text as a value of the item and gives the value's canonical text, or undefined when it does not fit. Two texts of one value
 * have one canonical text, so digests and comparisons need no other form. docs/formats/content-digest.md.
 */
export function canonicalValue(item: Pick<Item, 'type' | 'scale'>, text: string): string | undefined {
  switch (valueKind(item)) {
    case 'text':
      return /[\0\ud800-\udfff]/u.test(text) ? undefined : text;
    case 'decimal':
      return canonicalDecimal(text, scaleOf(item));
    case 'date':
      return isDate(text) ? text : undefined;
    case 'timestamp':
      return canonicalTimestamp(text);
    case 'boolean':
      return text === 'true' || text === '1' ? 'true' : text === 'false' || text === '0' ? 'false' : undefined;
    case 'double':
      return canonicalDouble(text);
    case 'integer':
      return canonicalInteger(text);
  }
}

// A leading zero or a plus sign is refused: it marks a code, which is text, and a number would lose it.
const DECIMAL = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;

function canonicalDecimal(text: string, scale: number): string | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = ''] = match as unknown as [string, string, string, string?];
  if (fraction.length > scale || (whole === '0' ? 0 : whole.length) > DECIMAL_DIGITS - scale) return undefined;
  const digits = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`;
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

function canonicalInteger(text: string): string | undefined {
  if (text.length > 20 || !/^-?(0|[1-9]\d*)$/.test(text)) return undefined;
  if (text === '-0') return '0';
  if (text.length < 19) return text;
  const value = BigInt(text);
  return value >= INT64_MIN && value <= INT64_MAX ? text : undefined;
}

function canonicalDouble(text: string): string | undefined {
  if (text.length > 400 || !/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? String(value === 0 ? 0 : value) : undefined;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the three numbers are a day of the Gregorian calendar, years 1 to 9999. */
export function isDay(year: number, month: number, day: number): boolean {
  // Said positively, so that no NaN passes.
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1)) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (DAYS[month - 1] as number) + (leap ? 1 : 0);
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && isDay(+text.slice(0, 4), +text.slice(5, 7), +text.slice(8));
}

const TIMESTAMP =
  /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

// A time without an offset is the time on the wall in China (UTC+8), as departments write it; one with an offset is brought there.
const CHINA_OFFSET_MINUTES = 8 * 60;

function canonicalTimestamp(text: string): string | undefined {
  const [, date, hour, minute, second = '00', fraction = '', offset] = TIMESTAMP.exec(text) ?? [];
  if (date === undefined || !isDate(date)) return undefined;
  const written = `${date}T${hour}:${minute}:${second}`;
  const wall = offset === undefined ? written : atChinaTime(written, offset);
  const tail = fraction.replace(/0+$/, '');
  return wall === undefined || tail === '' ? wall : `${wall}.${tail}`;
}

function atChinaTime(written: string, offset: string): string | undefined {
  const minutes = offset === 'Z' ? 0 : (offset.startsWith('-') ? -1 : 1) * (+offset.slice(1, 3) * 60 + +offset.slice(4));
  const instant = new Date(Date.parse(`${written}Z`) + (CHINA_OFFSET_MINUTES - minutes) * 60_000);
  const year = instant.getUTCFullYear();
  return year < 1 || year > 9999 ? undefined : instant.toISOString().slice(0, 19);
}
