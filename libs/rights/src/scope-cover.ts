import type { Item, RowScope } from '#contracts';
import { itemsByName } from './items-by-name.js';
import { conjuncts, sameScope } from './row-scope.js';
import { contrary, intersection, union, valuesOf, within, type ValueSet } from './value-set.js';

/**
 * A scope with every `not` driven down to its atoms (De Morgan's laws hold in three-valued logic too). An atom, negated or not, says:
 * the item has a value, and it is in this set.
 */
type Normal =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'has'; readonly item: string; readonly values: ValueSet }
  /** The item has a value, and it is, or is not, on this key list. Nothing is known of what is on it. */
  | { readonly kind: 'listed'; readonly list: string; readonly isOn: boolean }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Normal[] };

/** Splits into cases are counted, so that a hostile scope costs bounded time and is then simply not proved. */
const maxSteps = 2000;

/**
 * Whether every row of `narrow` is provably also a row of `wide`. Sound and conservative: true is a proof, false says only that none
 * was found (different items may hang together in ways that a scope does not show).
 */
export function scopeCovers(wide: RowScope, narrow: RowScope, items: readonly Item[]): boolean {
  const index = itemsByName(items);
  const given = conjuncts(narrow);
  return conjuncts(wide).every((part) => {
    // Narrowing only ever adds parts; then the old ones are still there as they were written, whatever they say.
    if (given.some((other) => sameScope(other, part))) return true;
    const goal = normal(part, index, false);
    const facts = normal(narrow, index, false);
    return goal !== undefined && facts !== undefined && proves(facts, goal);
  });
}

/** Whether no row can be in both scopes, provably. */
export function scopesDisjoint(a: RowScope, b: RowScope, items: readonly Item[]): boolean {
  const index = itemsByName(items);
  const left = normal(a, index, false);
  const right = normal(b, index, false);
  return left !== undefined && right !== undefined && proves({ kind: 'and', of: [left, right] }, { kind: 'false' });
}

function normal(rows: RowScope, items: ReadonlyMap<string, Item>, negated: boolean): Normal | undefined {
  switch (rows.op) {
    case 'all':
      return { kind: negated ? 'false' : 'true' };
    case 'not':
      return normal(rows.of, items, !negated);
    case 'and':
    case 'or': {
      const of: Normal[] = [];
      for (const part of rows.of) {
        const one = normal(part, items, negated);
        if (!one) return undefined;
        of.push(one);
      }
      return { kind: (rows.op === 'and') === negated ? 'or' : 'and', of };
    }
    case 'key-list':
      return items.has(rows.item)
        ? { kind: 'listed', list: `${rows.item}:${rows.list}:${rows.commitment}:${rows.count}`, isOn: !negated }
        : undefined;
    case '=':
    case 'in':
    case 'between':
    case 'prefix': {
      const item = items.get(rows.item);
      const values = item && valuesOf(rows, item);
      if (!item || !values) return undefined;
      return { kind: 'has', item: rows.item, values: negated ? contrary(values, item) : values };
    }
  }
}

/** What is known of a row: per item the values it can have, the alternatives not yet looked into, or that there is no such row. */
interface Known {
  readonly values: Map<string, ValueSet>;
  readonly listed: Map<string, boolean>;
  readonly alternatives: (readonly Normal[])[];
  impossible: boolean;
}

function proves(facts: Normal, goal: Normal): boolean {
  const budget = { steps: maxSteps };
  const known: Known = { values: new Map(), listed: new Map(), alternatives: [], impossible: false };
  learn(known, facts);
  return follows(known, goal, budget);
}

function learn(known: Known, fact: Normal): void {
  if (fact.kind === 'false') known.impossible = true;
  else if (fact.kind === 'or') known.alternatives.push(fact.of);
  else if (fact.kind === 'and') for (const part of fact.of) learn(known, part);
  else if (fact.kind === 'has') {
    const before = known.values.get(fact.item);
    const now = before ? intersection(before, fact.values) : fact.values;
    if (now.length === 0) known.impossible = true;
    known.values.set(fact.item, now);
  } else if (fact.kind === 'listed') {
    if (known.listed.get(fact.list) === !fact.isOn) known.impossible = true;
    known.listed.set(fact.list, fact.isOn);
  }
}

function follows(known: Known, goal: Normal, budget: { steps: number }): boolean {
  if (known.impossible || holds(known, goal)) return true;
  const [alternatives, ...others] = known.alternatives;
  if (!alternatives) return false;
  for (const alternative of alternatives) {
    if (--budget.steps < 0) return false;
    const assumed: Known = {
      values: new Map(known.values),
      listed: new Map(known.listed),
      alternatives: [...others],
      impossible: false,
    };
    learn(assumed, alternative);
    if (!follows(assumed, goal, budget)) return false;
  }
  return true;
}

function holds(known: Known, goal: Normal): boolean {
  switch (goal.kind) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'has': {
      const values = known.values.get(goal.item);
      return values !== undefined && within(values, goal.values);
    }
    case 'listed':
      return known.listed.get(goal.list) === goal.isOn;
    case 'and':
      return goal.of.every((part) => holds(known, part));
    case 'or':
      return goal.of.some((part) => holds(known, part)) || holdsTogether(known, goal.of);
  }
}

/** `a between 1 and 5 or a between 5 and 9` holds of 3..7 although neither part does. */
function holdsTogether(known: Known, parts: readonly Normal[]): boolean {
  const byItem = new Map<string, ValueSet[]>();
  for (const part of parts) if (part.kind === 'has') byItem.set(part.item, [...(byItem.get(part.item) ?? []), part.values]);
  for (const [item, sets] of byItem) {
    const values = known.values.get(item);
    if (values && within(values, union(sets))) return true;
  }
  return false;
}
