import type { Item } from '#contracts';
import { columnName, duckdbType, valueKind } from '../item-value.js';
import type { Sandbox } from '../sandbox.js';
import { quoteLiteral } from '../sql.js';

/** Values that are there, and the smallest and largest of them (of texts: their lengths), a row a part. */
export class Ranges {
  private constructor(
    private readonly sandbox: Sandbox,
    private readonly items: readonly Item[],
  ) {}

  static async open(sandbox: Sandbox, items: readonly Item[]): Promise<Ranges> {
    const columns = items.map((item, i) => {
      const type = valueKind(item) === 'text' ? 'BIGINT' : duckdbType(item);
      return `n${i} BIGINT, low${i} ${type}, high${i} ${type}`;
    });
    await sandbox.run(`CREATE TABLE ranges (${columns.join(', ')})`);
    return new Ranges(sandbox, items);
  }

  async add(path: string): Promise<void> {
    const columns = this.items.map((item, i) => {
      const column = columnName(i);
      if (valueKind(item) !== 'text') return `count(${column}), min(${column}), max(${column})`;
      const value = `nullif(${column}, '')`;
      return `count(${value}), min(length(${value})), max(length(${value}))`;
    });
    await this.sandbox.run(`INSERT INTO ranges SELECT ${columns.join(', ')} FROM read_parquet(${quoteLiteral(path)})`);
  }

  async of(
    i: number,
    rows: number,
  ): Promise<{ missing: number; lengths?: { shortest: number; longest: number }; range?: { min: string; max: string } }> {
    const item = this.items[i] as Item;
    const kind = valueKind(item);
    const told = (column: string) => {
      if (kind === 'double') return column;
      return kind === 'timestamp' ? `replace(CAST(${column} AS VARCHAR), ' ', 'T')` : `CAST(${column} AS VARCHAR)`;
    };
    const sql = `SELECT sum(n${i}), ${told(`min(low${i})`)}, ${told(`max(high${i})`)} FROM ranges`;
    const [there, low, high] = (await this.sandbox.run(sql))[0] ?? [];
    const missing = rows - Number(there);
    if (low === null || low === undefined) return { missing };
    if (kind === 'text') return { missing, lengths: { shortest: Number(low), longest: Number(high) } };
    return { missing, range: { min: String(low), max: String(high) } };
  }
}
