import type { Item } from '#contracts';
import { columnName } from '../item-value.js';
import type { Sandbox } from '../sandbox.js';

/** The columns of all items, in order. */
export function allColumns(items: readonly Item[]): string[] {
  return items.map((_, i) => columnName(i));
}

/** Runs a query of one row of numbers. */
export async function numbersOf(sandbox: Sandbox, sql: string): Promise<number[]> {
  return ((await sandbox.run(sql))[0] ?? []).map(Number);
}
