import type { EntitySchemaColumnOptions, ValueTransformer } from 'typeorm';

/** An instant as `Date.toISOString` writes it, in and out. */
const asInstant: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (value instanceof Date ? value.toISOString() : value),
};

/** 64 bits come as text; our counts and sizes stay below 2^53. */
const asCount: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (typeof value === 'string' ? Number(value) : value),
};

type Options = Partial<EntitySchemaColumnOptions>;

/** Columns by what they hold. `name` is the column's name where it differs from the property's. */
export const text = (name?: string, more: Options = {}): EntitySchemaColumnOptions => ({ type: 'text', ...named(name), ...more });
export const id = (name?: string): EntitySchemaColumnOptions => ({ type: 'text', primary: true, ...named(name) });
export const optionalText = (name?: string): EntitySchemaColumnOptions => text(name, { nullable: true });
export const flag = (name?: string): EntitySchemaColumnOptions => ({ type: 'boolean', ...named(name) });
export const small = (name?: string, more: Options = {}): EntitySchemaColumnOptions => ({
  type: 'integer',
  ...named(name),
  ...more,
});
export const count = (name?: string, more: Options = {}): EntitySchemaColumnOptions => ({
  type: 'bigint',
  transformer: asCount,
  ...named(name),
  ...more,
});
/** Given by the database in the order of insertion. */
export const sequence = (): EntitySchemaColumnOptions => count('seq', { insert: false, update: false });
export const instant = (name?: string, more: Options = {}): EntitySchemaColumnOptions => ({
  type: 'timestamptz',
  transformer: asInstant,
  ...named(name),
  ...more,
});
export const optionalInstant = (name?: string): EntitySchemaColumnOptions => instant(name, { nullable: true });
export const json = (name?: string, more: Options = {}): EntitySchemaColumnOptions => ({
  type: 'jsonb',
  ...named(name),
  ...more,
});

const named = (name?: string): Options => (name === undefined ? {} : { name });

/** A port's type as a row: what the database has no value for is null. */
export type Row<T> = { [K in keyof T]-?: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] };

/** A row as the ports know it: absent, not null; without the columns that only the database needs. */
export function present<T extends object>(row: Row<T>, ...without: string[]): T {
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null && !without.includes(name))) as T;
}

/** The other way round: absent becomes null, so that an update clears what is gone. */
export function asRow<T extends object>(value: T, names: readonly (keyof T & string)[]): Row<T> {
  return Object.fromEntries(names.map((name) => [name, value[name] ?? null])) as Row<T>;
}
