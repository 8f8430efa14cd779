/** Conditions with their values, numbered as they come. */
export class Where {
  readonly values: unknown[] = [];
  readonly #conditions: string[] = [];

  /** `?` stands for the value, everywhere in the condition. Nothing is added where there is no value. */
  and(condition: string, value: unknown): void {
    if (value === undefined) return;
    this.values.push(value);
    this.#conditions.push(`(${condition.replaceAll('?', `$${this.values.length}`)})`);
  }

  sql(): string {
    return this.#conditions.length > 0 ? `WHERE ${this.#conditions.join(' AND ')}` : '';
  }
}
