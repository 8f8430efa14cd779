import { refuse, type Item, type RowScope } from '#contracts';
import { canonicalValue, duckdbType, valueKind } from './item-value.js';
import { defaultLimits } from './limits.js';
import { quoteIdentifier, type SqlFragment } from './sql.js';

/**
 * A row scope as an SQL condition over the version's columns. Values are parameters, read by their item's type; columns pass through
 * `quoteIdentifier`. A missing value fits no comparison, and `not` turns exactly that around: there is no third answer, unlike SQL's
 * own. Texts compare by code points. Throws `item-unknown`, `scope-bad-value`, `scope-too-large`.
 */
export function compileScope(
  rows: RowScope,
  items: readonly Item[],
  limits: { readonly scopeDepth: number; readonly scopeValues: number } = defaultLimits,
): SqlFragment {
  const byName = new Map(items.map((item) => [item.name, item]));
  const parameters: Record<string, string> = {};
  let values = 0;

  const itemOf = (name: string): Item => {
    const item = byName.get(name);
    if (item === undefined) throw refuse('item-unknown', { items: [name] }, { field: 'rows' });
    return item;
  };
  const parameter = (item: Item, text: string): string => {
    const value = canonicalValue(item, text);
    if (value === undefined) throw refuse('scope-bad-value', { item: item.name }, { field: 'rows' });
    if (values >= limits.scopeValues) throw refuse('scope-too-large', {}, { field: 'rows' });
    const name = `scope${values}`;
    values += 1;
    parameters[name] = value;
    return valueKind(item) === 'text' ? `$${name}` : `CAST($${name} AS ${duckdbType(item)})`;
  };
  const holds = (condition: string): string => `coalesce(${condition}, false)`;

  const compile = (scope: RowScope, depth: number): string => {
    if (depth > limits.scopeDepth) throw refuse('scope-too-large', {}, { field: 'rows' });
    switch (scope.op) {
      case 'all':
        return 'true';
      case '=': {
        const item = itemOf(scope.item);
        return holds(`${quoteIdentifier(item.name)} = ${parameter(item, scope.value)}`);
      }
      case 'in': {
        const item = itemOf(scope.item);
        return holds(`${quoteIdentifier(item.name)} IN (${scope.values.map((value) => parameter(item, value)).join(', ')})`);
      }
      case 'between': {
        const item = itemOf(scope.item);
        return holds(`${quoteIdentifier(item.name)} BETWEEN ${parameter(item, scope.low)} AND ${parameter(item, scope.high)}`);
      }
      case 'prefix': {
        const item = itemOf(scope.item);
        if (valueKind(item) !== 'text') throw refuse('scope-bad-value', { item: item.name }, { field: 'rows' });
        return holds(`starts_with(${quoteIdentifier(item.name)}, ${parameter(item, scope.value)})`);
      }
      case 'and':
        return `(${scope.of.map((part) => compile(part, depth + 1)).join(' AND ')})`;
      case 'or':
        return `(${scope.of.map((part) => compile(part, depth + 1)).join(' OR ')})`;
      case 'not':
        return `(NOT ${compile(scope.of, depth + 1)})`;
    }
  };
  return { sql: compile(rows, 1), parameters };
}
