import type { Item } from '#contracts';
import { columnName, valueKind } from '../item-value.js';
import type { Sandbox } from '../sandbox.js';
import { quoteLiteral } from '../sql.js';
import { numbersOf } from './ask.js';

/** Hashes kept of all items together: 32 MiB. */
const HASHES = 4 * 1024 * 1024;
const KEPT_MOST = 65_536;
const KEPT_LEAST = 4096;
const TWO_64 = 2 ** 64;

/**
 * Counts different values by the smallest of their hashes (k minimum values): with fewer than are kept the count is exact, but for a
 * chance of one in 10^9 that two hashes meet; with more it follows from how far the kept ones reach, to 1/√k, 0.4 % for up to 64 items and 1.6 % for the most.
 */
export class DistinctCounts {
  readonly #kept: number;
  readonly #bounds = new Map<number, string>();
  readonly #onlyKey: number;
  readonly #begun = new Set<number>();

  constructor(
    private readonly sandbox: Sandbox,
    private readonly items: readonly Item[],
    private readonly rows: number,
  ) {
    this.#kept = Math.min(KEPT_MOST, Math.max(KEPT_LEAST, Math.floor(HASHES / items.length)));
    const keys = items.flatMap(({ key }, i) => (key ? [i] : []));
    this.#onlyKey = keys.length === 1 ? (keys[0] as number) : -1;
  }

  async add(path: string): Promise<void> {
    for (const [i, item] of this.items.entries()) {
      // No two rows of a version have the same key: that was checked when it was taken in.
      if (i === this.#onlyKey) continue;
      const column = columnName(i);
      const isThere = valueKind(item) === 'text' ? `${column} <> ''` : `${column} IS NOT NULL`;
      const bound = this.#bounds.get(i);
      const within = bound === undefined ? '' : ` AND hash(${column}) < ${bound}::UBIGINT`;
      const here = `SELECT hash(${column}) AS h FROM read_parquet(${quoteLiteral(path)}) WHERE ${isThere}${within}`;
      const table = `distinct${i}`;
      const before = this.#begun.has(i) ? `UNION ALL SELECT h FROM ${table}` : '';
      await this.sandbox.run(
        `CREATE OR REPLACE TABLE ${table} AS SELECT DISTINCT h FROM (${here} ${before}) ORDER BY h LIMIT ${this.#kept}`,
      );
      this.#begun.add(i);
      const [count, most] = (await this.sandbox.run(`SELECT count(*), CAST(max(h) AS VARCHAR) FROM ${table}`))[0] ?? [];
      if (Number(count) === this.#kept) this.#bounds.set(i, String(most));
    }
  }

  async of(i: number): Promise<{ count: number; exact: boolean }> {
    if (i === this.#onlyKey) return { count: this.rows, exact: true };
    const bound = this.#bounds.get(i);
    if (bound !== undefined) return { count: Math.round((this.#kept - 1) / (Number(bound) / TWO_64)), exact: false };
    const [count = 0] = await numbersOf(this.sandbox, `SELECT count(*) FROM distinct${i}`);
    return { count, exact: true };
  }
}
