import { refuse, type Item, type RowScope } from '#contracts';
import { canonicalValue, columnName, duckdbType, valueKind } from './item-value.js';
import { defaultLimits } from './limits.js';
import type { SqlFragment } from './sql.js';

/**
 * A row scope as an SQL condition over the version's columns. Values are parameters, read by their item's type; columns go
 * by number (`columnName`). A comparison with a missing value, which an empty text is too, is unknown; `not` of unknown stays unknown;
 * only rows that are true leave. Texts compare by code points. `keyTables` names the table of each key list that the scope names, its keys
 * in the column `k`: they are joined, and stand in no statement. Throws `item-unknown`, `scope-bad-value`, `scope-too-large`.
 */
export function compileScope(
  rows: RowScope,
  items: readonly Item[],
  limits: { readonly scopeDepth: number; readonly scopeValues: number } = defaultLimits,
  keyTables: ReadonlyMap<string, string> = new Map(),
): SqlFragment {
  const byName = new Map(items.map((item, index) => [item.name, { item, stored: columnName(index) }]));
  const parameters: Record<string, string> = {};
  let values = 0;

  // Under a `not` an empty text has to be unknown. Elsewhere false does as well, and a bare column lets DuckDB skip row groups.
  const columnOf = (name: string, negated: boolean): { item: Item; column: string } => {
    const found = byName.get(name);
    if (found === undefined) throw refuse('item-unknown', { items: [name] }, { field: 'rows' });
    const { item, stored } = found;
    return { item, column: negated && valueKind(item) === 'text' ? `nullif(${stored}, '')` : stored };
  };
  const parameter = (item: Item, text: string): string => {
    const value = canonicalValue(item, text);
    if (value === undefined || value === '') throw refuse('scope-bad-value', { item: item.name }, { field: 'rows' });
    if (values >= limits.scopeValues) throw refuse('scope-too-large', {}, { field: 'rows' });
    const name = `scope${values}`;
    values += 1;
    parameters[name] = value;
    return valueKind(item) === 'text' ? `$${name}` : `CAST($${name} AS ${duckdbType(item)})`;
  };

  const compile = (scope: RowScope, depth: number, negated: boolean): string => {
    if (depth > limits.scopeDepth) throw refuse('scope-too-large', {}, { field: 'rows' });
    switch (scope.op) {
      case 'all':
        return 'true';
      case '=': {
        const { item, column } = columnOf(scope.item, negated);
        return `(${column} = ${parameter(item, scope.value)})`;
      }
      case 'in': {
        const { item, column } = columnOf(scope.item, negated);
        return `(${column} IN (${scope.values.map((value) => parameter(item, value)).join(', ')}))`;
      }
      case 'between': {
        const { item, column } = columnOf(scope.item, negated);
        return `(${column} BETWEEN ${parameter(item, scope.low)} AND ${parameter(item, scope.high)})`;
      }
      case 'prefix': {
        const { item, column } = columnOf(scope.item, negated);
        if (valueKind(item) !== 'text') throw refuse('scope-bad-value', { item: item.name }, { field: 'rows' });
        return `starts_with(${column}, ${parameter(item, scope.value)})`;
      }
      case 'key-list': {
        const { column } = columnOf(scope.item, negated);
        const table = keyTables.get(scope.list);
        if (table === undefined) throw new Error('A key list has no table');
        return `(${column} IN (SELECT k FROM ${table}))`;
      }
      case 'and':
        return `(${scope.of.map((part) => compile(part, depth + 1, negated)).join(' AND ')})`;
      case 'or':
        return `(${scope.of.map((part) => compile(part, depth + 1, negated)).join(' OR ')})`;
      case 'not':
        return `(NOT ${compile(scope.of, depth + 1, !negated)})`;
    }
  };
  return { sql: compile(rows, 1, false), parameters };
}
