import type { RowScope } from '#contracts';

/** Fewer rows than these are not told apart: they would point at single persons. */
export const smallCell = 10;

/** What somebody without a right hears of a count. */
export type ToldCount =
  | { readonly total: number; readonly rows: number; readonly rounded: boolean }
  | { readonly total: number; readonly fewerThan: typeof smallCell };

/**
 * Blunts a count of `rows` out of `total` so that no small group shows, neither in the scope nor left out of it: under ten, only that
 * much is said; where fewer than ten rows are left out, a multiple of ten that is the same for each such number. Of the whole dataset
 * the count is no secret: the catalogue has it.
 */
export function toldCount(scope: RowScope, rows: number, total: number): ToldCount {
  if (scope.op === 'all') return { total, rows, rounded: false };
  if (rows < smallCell) return { total, fewerThan: smallCell };
  if (total - rows < smallCell) {
    const atLeast = tens(total - smallCell + 1);
    return atLeast < smallCell ? { total, fewerThan: smallCell } : { total, rows: atLeast, rounded: true };
  }
  return { total, rows, rounded: false };
}

function tens(count: number): number {
  return count - (count % smallCell);
}
