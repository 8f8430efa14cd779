import type { RowScope } from '#contracts';
import { keyListsIn } from './row-scope.js';

/** Fewer rows than these are not told apart: they would point at single persons. */
export const smallCell = 10;

/** What somebody without a right hears of a count. */
export type ToldCount =
  | { readonly total: number; readonly rows: number; readonly rounded: boolean }
  | { readonly total: number; readonly fewerThan: typeof smallCell };

/**
 * Blunts a count of `rows` out of `total` so that no small group shows, neither in the scope nor left out of it: under ten, only that
 * much is said; where fewer than ten rows are left out, a multiple of ten that is the same for each such number. Chosen by a key list,
 * whose keys may be persons that somebody looks for, every count is a multiple of ten. Of the whole dataset it is no secret: the
 * catalogue has it.
 */
export function toldCount(scope: RowScope, rows: number, total: number): ToldCount {
  if (scope.op === 'all') return { total, rows, rounded: false };
  const isListed = keyListsIn(scope).length > 0;
  const isNearlyAll = total - rows < smallCell;
  const told = isNearlyAll ? tens(Math.max(0, total - smallCell + 1)) : isListed ? tens(rows) : rows;
  if (rows < smallCell || told < smallCell) return { total, fewerThan: smallCell };
  return { total, rows: told, rounded: isNearlyAll || isListed };
}

function tens(count: number): number {
  return count - (count % smallCell);
}
