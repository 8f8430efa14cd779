import { refuse, Refusal, type Violations } from '#contracts';

/** So many are told with their place; the others are counted. */
export const violationsNamed = 100;

/** What is wrong with the rows of a file: the first with their places, all of them in totals by code and item. */
export class ViolationLog {
  readonly #first: Refusal[] = [];
  readonly #totals = new Map<string, { code: string; item?: string; count: number }>();
  /** Rows with at least one. */
  rows = 0;
  #count = 0;

  /** The faults of one row. */
  add(faults: readonly Refusal[]): void {
    this.rows += 1;
    for (const fault of faults) {
      this.#count += 1;
      if (this.#first.length < violationsNamed) this.#first.push(fault);
      const item = fault.details['item'];
      const key = `${fault.code} ${String(item ?? '')}`;
      const total = this.#totals.get(key);
      if (total) total.count += 1;
      else this.#totals.set(key, { code: fault.code, ...(typeof item === 'string' ? { item } : {}), count: 1 });
    }
  }

  totals(): Violations {
    return {
      count: this.#count,
      rows: this.rows,
      totals: [...this.#totals.values()].toSorted((a, b) => b.count - a.count),
      first: this.#first.map((fault) => fault.toProblem()),
    };
  }

  /** Why the file cannot be taken: its one fault as such, several as `rows-faulty`. Undefined when there is none. */
  refusal(): Refusal | undefined {
    const [first] = this.#first;
    if (!first) return undefined;
    if (this.#count === 1) return refuse(first.code, first.details, first.at, undefined, this.totals());
    return refuse('rows-faulty', { rows: this.rows, count: this.#count }, first.at, this.#first, this.totals());
  }
}

/**
 * What a value looks like without what it is: digits as 9, Latin letters as A, Chinese as 字. For a person who looks for the fault, in a
 * place where no personal data may stand.
 */
export function shapeOfText(text: string): string {
  const shape = text
    .slice(0, 40)
    .replace(/\p{Nd}/gu, '9')
    .replace(/\p{Script=Han}/gu, '字')
    .replace(/(?!字)\p{L}/gu, 'A')
    // oxlint-disable-next-line no-control-regex -- what cannot be seen is shown as one sign
    .replace(/[\u0000-\u001f\u007f\p{Cf}\p{Surrogate}]/gu, '·');
  return text.length > 40 ? `${shape}…` : shape;
}
