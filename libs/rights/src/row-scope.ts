import { refuse, type Item, type Refusal, type RowScope } from '#contracts';
import { compareKeys, isText, readValue, type ValueKey } from './item-value.js';
import { itemsByName } from './items-by-name.js';

/** How large a row scope may be. What people write keeps to `statedScopeLimits`; a right's scope joins two of them. */
export interface ScopeLimits {
  /** Levels, the outermost predicate being the first. */
  readonly depth: number;
  readonly nodes: number;
  readonly values: number;
  /** Key lists, each counted where it is named. Every one is loaded whole where rows are chosen. */
  readonly lists: number;
}
export const statedScopeLimits: ScopeLimits = { depth: 8, nodes: 200, values: 1000, lists: 2 };
export const grantedScopeLimits: ScopeLimits = { depth: 10, nodes: 402, values: 2000, lists: 4 };

/**
 * Checks a row scope against the entry's items: they exist, no value is stated of a personal one (a key list states none), every value
 * fits its item's type, the whole is small.
 * Gives the first fault as a Refusal (`scope-too-large`, `item-unknown`, `scope-on-personal-item`, `scope-bad-value`), else undefined.
 */
export function checkScope(
  rows: RowScope,
  items: readonly Item[],
  limits: ScopeLimits = statedScopeLimits,
  field = 'rows',
): Refusal | undefined {
  const size = { nodes: 0, values: 0, lists: 0 };
  return checkNode(rows, itemsByName(items), limits, size, 1, field);
}

function checkNode(
  rows: RowScope,
  items: ReadonlyMap<string, Item>,
  limits: ScopeLimits,
  size: { nodes: number; values: number; lists: number },
  depth: number,
  field: string,
): Refusal | undefined {
  size.nodes += 1;
  if (depth > limits.depth || size.nodes > limits.nodes) return refuse('scope-too-large', {}, { field });
  switch (rows.op) {
    case 'all':
      return undefined;
    case 'not':
      return checkNode(rows.of, items, limits, size, depth + 1, `${field}.of`);
    case 'and':
    case 'or':
      for (const [i, part] of rows.of.entries()) {
        const fault = checkNode(part, items, limits, size, depth + 1, `${field}.of.${i}`);
        if (fault) return fault;
      }
      return undefined;
    case 'key-list':
      size.lists += 1;
      if (size.lists > limits.lists) return refuse('scope-too-large', {}, { field });
      return items.has(rows.item) ? undefined : refuse('item-unknown', { items: [rows.item] }, { field: `${field}.item` });
    case '=':
    case 'in':
    case 'between':
    case 'prefix': {
      const item = items.get(rows.item);
      if (!item) return refuse('item-unknown', { items: [rows.item] }, { field: `${field}.item` });
      if (item.personal) return refuse('scope-on-personal-item', { item: item.name }, { field: `${field}.item` });
      size.values += rows.op === 'in' ? rows.values.length : rows.op === 'between' ? 2 : 1;
      if (size.values > limits.values) return refuse('scope-too-large', {}, { field });
      return valuesFit(rows, item) ? undefined : refuse('scope-bad-value', { item: item.name }, { field });
    }
  }
}

/** A comparison with stated values. */
export type ScopeAtom = Extract<RowScope, { op: '=' | 'in' | 'between' | 'prefix' }>;
/** A comparison with a key list. */
export type KeyListAtom = Extract<RowScope, { op: 'key-list' }>;

function valuesFit(atom: ScopeAtom, item: Item): boolean {
  switch (atom.op) {
    case '=':
      return readValue(item, atom.value) !== undefined;
    case 'in':
      return atom.values.every((value) => readValue(item, value) !== undefined);
    case 'between': {
      const low = readValue(item, atom.low);
      const high = readValue(item, atom.high);
      return item.type !== 'L' && low !== undefined && high !== undefined && compareKeys(low, high) <= 0;
    }
    case 'prefix':
      return isText(item.type) && atom.value !== '';
  }
}

/** One row as text by item name; null, undefined and the empty text are all "missing". */
export type RowRecord = Readonly<Record<string, string | null | undefined>>;

/**
 * Whether a row is in the scope: the reference that every engine is tested against (docs/formats/row-scope.md §3). Three-valued as in
 * SQL: a comparison with a missing value is unknown (undefined), `not` of unknown stays unknown, and only rows that are true leave.
 * `lists` gives the keys behind key lists by their ids; of a list that is not among them everything is unknown.
 */
export function evaluateScope(
  rows: RowScope,
  record: RowRecord,
  items: readonly Item[],
  lists: KeysByList = new Map(),
): boolean | undefined {
  return evaluate(rows, record, itemsByName(items), lists);
}

/** The texts of key lists by the lists' ids. */
export type KeysByList = ReadonlyMap<string, readonly string[]>;

function evaluate(rows: RowScope, record: RowRecord, items: ReadonlyMap<string, Item>, lists: KeysByList): boolean | undefined {
  switch (rows.op) {
    case 'all':
      return true;
    case 'not': {
      const inner = evaluate(rows.of, record, items, lists);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const decisive = rows.op === 'or';
      let unknown = false;
      for (const part of rows.of) {
        const value = evaluate(part, record, items, lists);
        if (value === decisive) return decisive;
        unknown ||= value === undefined;
      }
      return unknown ? undefined : !decisive;
    }
    case 'key-list': {
      const item = items.get(rows.item);
      const values = lists.get(rows.list);
      return item && values ? evaluate({ op: 'in', item: rows.item, values: [...values] }, record, items, lists) : undefined;
    }
    case '=':
    case 'in':
    case 'between':
    case 'prefix': {
      const item = items.get(rows.item);
      const text = record[rows.item];
      const key = item && typeof text === 'string' ? readValue(item, text) : undefined;
      return item && key !== undefined ? matches(rows, item, key) : undefined;
    }
  }
}

function matches(atom: ScopeAtom, item: Item, key: ValueKey): boolean | undefined {
  switch (atom.op) {
    case '=':
      return equals(key, readValue(item, atom.value));
    case 'in': {
      let unknown = false;
      for (const value of atom.values) {
        const equal = equals(key, readValue(item, value));
        if (equal) return true;
        unknown ||= equal === undefined;
      }
      return unknown ? undefined : false;
    }
    case 'between': {
      const low = readValue(item, atom.low);
      const high = readValue(item, atom.high);
      if (low === undefined || high === undefined) return undefined;
      return compareKeys(low, key) <= 0 && compareKeys(key, high) <= 0;
    }
    case 'prefix':
      return typeof key === 'string' ? key.startsWith(atom.value) : undefined;
  }
}

function equals(key: ValueKey, value: ValueKey | undefined): boolean | undefined {
  return value === undefined ? undefined : compareKeys(key, value) === 0;
}

/** The items that a scope looks at, each once. */
export function scopeItems(rows: RowScope): Set<string> {
  const names = new Set<string>();
  collectItems(rows, names);
  return names;
}

function collectItems(rows: RowScope, names: Set<string>): void {
  if (rows.op === 'and' || rows.op === 'or') for (const part of rows.of) collectItems(part, names);
  else if (rows.op === 'not') collectItems(rows.of, names);
  else if (rows.op !== 'all') names.add(rows.item);
}

/** The key lists that a scope names, in the order in which they stand, each once. */
export function keyListsIn(rows: RowScope): KeyListAtom[] {
  const found: KeyListAtom[] = [];
  const walk = (part: RowScope): void => {
    if (part.op === 'and' || part.op === 'or') part.of.forEach(walk);
    else if (part.op === 'not') walk(part.of);
    else if (part.op === 'key-list' && !found.some((other) => sameScope(other, part))) found.push(part);
  };
  walk(rows);
  return found;
}

/** The parts that must all hold, outermost `and`s opened, `all` dropped. */
export function conjuncts(rows: RowScope): RowScope[] {
  if (rows.op === 'all') return [];
  return rows.op === 'and' ? rows.of.flatMap(conjuncts) : [rows];
}

const maxParts = 64;

/**
 * The rows in both scopes, written simply: nested `and`s are opened, `all` and repetitions go. `andScope(a, all)` is `a` and
 * `andScope(a, a)` is `a`, so joining a scope again changes no byte.
 */
export function andScope(a: RowScope, b: RowScope): RowScope {
  const parts: RowScope[] = [];
  for (const part of [...conjuncts(a), ...conjuncts(b)]) if (!parts.some((other) => sameScope(other, part))) parts.push(part);
  if (parts.length === 0) return { op: 'all' };
  if (parts.length === 1) return parts[0] as RowScope;
  if (parts.length <= maxParts) return { op: 'and', of: parts };
  // An `and` holds 64 parts at most; more are put together in groups.
  const groups: RowScope[] = [];
  for (let i = 0; i < parts.length; i += maxParts) groups.push({ op: 'and', of: parts.slice(i, i + maxParts) });
  return { op: 'and', of: groups };
}

/** Whether two scopes are written the same. */
export function sameScope(a: RowScope, b: RowScope): boolean {
  if (a === b) return true;
  switch (a.op) {
    case 'all':
      return b.op === 'all';
    case '=':
    case 'prefix':
      return b.op === a.op && b.item === a.item && b.value === a.value;
    case 'in':
      return b.op === 'in' && b.item === a.item && sameTexts(a.values, b.values);
    case 'between':
      return b.op === 'between' && b.item === a.item && b.low === a.low && b.high === a.high;
    case 'key-list':
      return (
        b.op === 'key-list' && b.item === a.item && b.list === a.list && b.commitment === a.commitment && b.count === a.count
      );
    case 'and':
    case 'or':
      return b.op === a.op && a.of.length === b.of.length && a.of.every((part, i) => sameScope(part, b.of[i] as RowScope));
    case 'not':
      return b.op === 'not' && sameScope(a.of, b.of);
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
