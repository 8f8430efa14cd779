import { refuse } from '#contracts';
import type { Page, PageRequest } from '#exchange';

const maxLimit = 1000;

/** A place in a list: the sort key of the last row that was handed out. */
export type Key = readonly (string | number)[];

/** How many rows to hand out. */
export function limitOf(page: PageRequest): number {
  return Math.max(1, Math.min(maxLimit, Math.trunc(page.limit)));
}

/**
 * Reads the cursor that {@link pageOf} wrote: keys of the types given. Throws Refusal `bad-input` when it is anything else, so that a
 * made-up cursor is an answer and not a failure of the database.
 */
export function openCursor<K extends Key>(page: PageRequest, ...types: { [I in keyof K]: 'string' | 'number' }): K | undefined {
  if (page.cursor === undefined) return undefined;
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(page.cursor, 'base64url').toString('utf8'));
  } catch {
    key = undefined;
  }
  const fits =
    Array.isArray(key) &&
    key.length === types.length &&
    key.every((part, i) => (types[i] === 'number' ? Number.isSafeInteger(part) : typeof part === 'string' && isPlain(part)));
  if (!fits) throw refuse('bad-input', { field: 'cursor' }, { field: 'cursor' });
  return key as K;
}

/** PostgreSQL takes no NUL in text. */
const isPlain = (text: string) => text.length <= 128 && !text.includes('\0');

/** A page from one row more than was asked for, which only says that there is more. */
export function pageOf<R, T>(rows: readonly R[], limit: number, keyOf: (row: R) => Key, itemOf: (row: R) => T): Page<T> {
  const items = rows.slice(0, limit).map(itemOf);
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return { items };
  return { items, next: Buffer.from(JSON.stringify(keyOf(last))).toString('base64url') };
}
