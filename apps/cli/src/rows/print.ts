import type { RowScope } from '#contracts';
import { isBareWord } from './words.js';

/** Writes a row scope as `parseScope` reads it. A list of one condition is written as that condition. */
export function printScope(scope: RowScope): string {
  switch (scope.op) {
    case 'all':
      return 'all';
    case '=':
      return `${written(scope.item)} = ${written(scope.value)}`;
    case 'in':
      return `${written(scope.item)} in (${scope.values.map(written).join(', ')})`;
    case 'between':
      return `${written(scope.item)} between ${written(scope.low)} and ${written(scope.high)}`;
    case 'prefix':
      return `${written(scope.item)} prefix ${written(scope.value)}`;
    case 'key-list':
      return `${written(scope.item)} in-list ${scope.list}:${scope.count}:${scope.commitment}`;
    case 'not':
      return `not ${isJoin(scope.of) ? `(${printScope(scope.of)})` : printScope(scope.of)}`;
    case 'and':
      // A group inside a group of its own kind keeps its brackets too: what is printed is what was signed.
      return scope.of.map((one) => (scope.of.length > 1 && isJoin(one) ? `(${printScope(one)})` : printScope(one))).join(' and ');
    case 'or':
      return scope.of
        .map((one) => (scope.of.length > 1 && isJoin(one) && only(one).op === 'or' ? `(${printScope(one)})` : printScope(one)))
        .join(' or ');
  }
}

// Joins of one condition print as that condition, so they need brackets only when it does.
function isJoin(scope: RowScope): boolean {
  const inner = only(scope);
  return inner.op === 'and' || inner.op === 'or';
}

function only(scope: RowScope): RowScope {
  return (scope.op === 'and' || scope.op === 'or') && scope.of.length === 1 ? only(scope.of[0] as RowScope) : scope;
}

function written(text: string): string {
  return isBareWord(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
