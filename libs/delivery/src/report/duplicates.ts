import type { Item } from '#contracts';
import type { DeliveryLimits } from '../limits.js';
import type { Sandbox } from '../sandbox.js';
import { quoteLiteral } from '../sql.js';
import { allColumns, numbersOf } from './ask.js';

/**
 * Counts rows that repeat an earlier one in all values, by 64 bits of a hash, in turns of those that fit in memory together. Where there
 * is a key nothing is counted: a version in which one repeats is not taken in.
 */
export class Duplicates {
  #turn = 0;
  #found = 0;

  private constructor(
    private readonly sandbox: Sandbox,
    private readonly items: readonly Item[],
    private readonly turns: number,
    private readonly hasKey: boolean,
  ) {}

  static async open(sandbox: Sandbox, items: readonly Item[], rows: number, limits: DeliveryLimits): Promise<Duplicates> {
    await sandbox.run('CREATE TABLE repeated (h UBIGINT)');
    const turns = Math.max(1, Math.ceil((rows * 40) / limits.compareBytes));
    return new Duplicates(
      sandbox,
      items,
      turns,
      items.some(({ key }) => key),
    );
  }

  async add(path: string): Promise<void> {
    if (this.hasKey) return;
    const hash = `hash(${allColumns(this.items).join(', ')})`;
    const mine = this.turns === 1 ? 'true' : `${hash} % ${this.turns} = ${this.#turn}`;
    await this.sandbox.run(`INSERT INTO repeated SELECT ${hash} FROM read_parquet(${quoteLiteral(path)}) WHERE ${mine}`);
  }

  /** The turn is over: all rows were added. */
  async next(): Promise<void> {
    if (this.hasKey) return;
    const [count = 0] = await numbersOf(this.sandbox, 'SELECT count(*) - count(DISTINCT h) FROM repeated');
    this.#found += count;
    await this.sandbox.run('TRUNCATE repeated');
    this.#turn += 1;
  }

  /** Whether all rows have to be added once more. */
  get isWaiting(): boolean {
    return !this.hasKey && this.#turn < this.turns;
  }

  get count(): { of: 'key' | 'row'; count: number } {
    return this.hasKey ? { of: 'key', count: 0 } : { of: 'row', count: this.#found };
  }
}
