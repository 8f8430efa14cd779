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

  /** One of these at least; where none has a value, nothing fits. */
  or(conditions: readonly (readonly [condition: string, value: unknown])[]): void {
    const given = conditions
      .filter(([, value]) => value !== undefined)
      .map(([condition, value]) => condition.replaceAll('?', `$${this.values.push(value)}`));
    this.#conditions.push(given.length === 0 ? 'false' : `(${given.join(' OR ')})`);
  }

  sql(): string {
    return this.#conditions.length > 0 ? `WHERE ${this.#conditions.join(' AND ')}` : '';
  }
}
