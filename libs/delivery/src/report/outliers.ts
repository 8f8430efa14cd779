import type { Item, ReportedItem } from '#contracts';
import { columnName, valueKind } from '../item-value.js';
import type { Sandbox } from '../sandbox.js';
import { quoteLiteral } from '../sql.js';
import { numbersOf } from './ask.js';

const SAMPLED = 100_000;
const PLACES = 5;
const MEASURED = new Set(['integer', 'decimal', 'double', 'date', 'timestamp']);

interface Fence {
  readonly low: number;
  readonly high: number;
  count: number;
  readonly rows: number[];
}

/**
 * Finds numbers, dates and times far from the others: outside of [Q1 − 1.5 IQR, Q3 + 1.5 IQR] (Tukey's fences). The quartiles are of all
 * rows up to 100,000 and of a sample of about as many beyond, chosen by a hash of the row's place; what is outside is counted in all. An
 * item whose quartiles are one value has no fences: anything else would be outside.
 */
export class Outliers {
  readonly #fences = new Map<number, Fence>();

  private constructor(
    private readonly sandbox: Sandbox,
    private readonly items: readonly Item[],
    private readonly measured: readonly number[],
    private readonly step: number,
  ) {}

  static async open(sandbox: Sandbox, items: readonly Item[], rows: number): Promise<Outliers> {
    const measured = items.flatMap((item, i) => (MEASURED.has(valueKind(item)) ? [i] : []));
    if (measured.length > 0) await sandbox.run(`CREATE TABLE sampled (${measured.map((i) => `v${i} DOUBLE`).join(', ')})`);
    return new Outliers(sandbox, items, measured, Math.max(1, Math.floor(rows / SAMPLED)));
  }

  /** Times are measured in seconds. */
  #measure(i: number): string {
    const kind = valueKind(this.items[i] as Item);
    const column = columnName(i);
    return kind === 'date' || kind === 'timestamp' ? `epoch(${column})` : `CAST(${column} AS DOUBLE)`;
  }

  async sample(path: string, base: number): Promise<void> {
    if (this.measured.length === 0) return;
    const chosen = this.step === 1 ? 'true' : `hash(file_row_number + ${base}) % ${this.step} = 0`;
    await this.sandbox.run(`INSERT INTO sampled SELECT ${this.measured.map((i) => this.#measure(i)).join(', ')}
      FROM read_parquet(${quoteLiteral(path)}, file_row_number = true) WHERE ${chosen}`);
  }

  /** Sets the fences from what was sampled. */
  async fence(): Promise<void> {
    for (const i of this.measured) {
      const quartile = (q: number) => `quantile_cont(v${i}, ${q}) FILTER (isfinite(v${i}))`;
      const [row] = await this.sandbox.run(`SELECT ${quartile(0.25)}, ${quartile(0.75)} FROM sampled`);
      if (row?.[0] === null || row?.[0] === undefined) continue;
      const [first, third] = [Number(row[0]), Number(row[1])];
      const reach = 1.5 * (third - first);
      if (reach > 0 && Number.isFinite(reach))
        this.#fences.set(i, { low: first - reach, high: third + reach, count: 0, rows: [] });
    }
  }

  get isFenced(): boolean {
    return this.#fences.size > 0;
  }

  async count(path: string, base: number): Promise<void> {
    const from = `FROM read_parquet(${quoteLiteral(path)}, file_row_number = true)`;
    const fences = [...this.#fences];
    const isOutside = (i: number, { low, high }: Fence) => `${this.#measure(i)} NOT BETWEEN ${low} AND ${high}`;
    const counts = fences.map(([i, fence]) => `count(*) FILTER (${isOutside(i, fence)})`);
    const found = await numbersOf(this.sandbox, `SELECT ${counts.join(', ')} ${from}`);
    for (const [n, [i, fence]] of fences.entries()) {
      const here = found[n] ?? 0;
      fence.count += here;
      const left = PLACES - fence.rows.length;
      if (here === 0 || left === 0 || this.items[i]?.personal) continue;
      const places = await this.sandbox.run(
        `SELECT file_row_number + ${base} + 1 ${from} WHERE ${isOutside(i, fence)} ORDER BY file_row_number LIMIT ${left}`,
      );
      fence.rows.push(...places.map(([row]) => Number(row)));
    }
  }

  of(i: number): ReportedItem['outliers'] {
    const fence = this.#fences.get(i);
    if (fence === undefined) return undefined;
    const text = (value: number): string => {
      const kind = valueKind(this.items[i] as Item);
      if (kind !== 'date' && kind !== 'timestamp') return String(Number(value.toPrecision(12)));
      const at = new Date(value * 1000);
      if (Number.isNaN(at.getTime())) return value < 0 ? '0001-01-01' : '9999-12-31';
      return at.toISOString().slice(0, kind === 'date' ? 10 : 19);
    };
    const { low, high, count, rows } = fence;
    return { count, sampled: this.step > 1, fences: { low: text(low), high: text(high) }, rows };
  }
}
