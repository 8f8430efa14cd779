import type { Item } from '#contracts';
import { compareKeys, isDiscrete, readValue, type ValueKey } from './item-value.js';
import type { ScopeAtom } from './row-scope.js';

/** A place between values: just before or just after `key`, or beyond all values. */
type Cut = { readonly key: ValueKey; readonly after: boolean } | 'lowest' | 'highest';

/** A set of values of one item: disjoint stretches between cuts, in order. Exact for every atom of a row scope and its contrary. */
export type ValueSet = readonly (readonly [Cut, Cut])[];

const everything: ValueSet = [['lowest', 'highest']];

/** The values for which an atom holds; undefined when one of its values does not fit the item. */
export function valuesOf(atom: ScopeAtom, item: Item): ValueSet | undefined {
  switch (atom.op) {
    case '=': {
      const key = readValue(item, atom.value);
      return key === undefined ? undefined : stretch(item, key, key);
    }
    case 'in': {
      const keys = atom.values.map((value) => readValue(item, value));
      if (!keys.every((key) => key !== undefined)) return undefined;
      return union(keys.map((key) => stretch(item, key, key)));
    }
    case 'between': {
      const low = readValue(item, atom.low);
      const high = readValue(item, atom.high);
      if (low === undefined || high === undefined) return undefined;
      return compareKeys(low, high) > 0 ? [] : stretch(item, low, high);
    }
    case 'prefix':
      return [[{ key: atom.value, after: false }, beyondPrefix(atom.value)]];
  }
}

function stretch(item: Item, low: ValueKey, high: ValueKey): ValueSet {
  // In whole numbers "after 4" is "before 5"; writing it one way lets 1..4 and 5..9 meet.
  const end: Cut =
    typeof high === 'bigint' && isDiscrete(item.type) ? { key: high + 1n, after: false } : { key: high, after: true };
  return [[{ key: low, after: false }, end]];
}

/** The first place after all texts that begin so, in code point order. */
function beyondPrefix(prefix: string): Cut {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (points.length > 0) {
    const last = points.pop() as number;
    if (last === 0x10ffff) continue;
    return { key: String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1), after: false };
  }
  return 'highest';
}

function compareCuts(a: Cut, b: Cut): number {
  if (a === b) return 0;
  if (a === 'lowest' || b === 'highest') return -1;
  if (a === 'highest' || b === 'lowest') return 1;
  return compareKeys(a.key, b.key) || Number(a.after) - Number(b.after);
}

export function union(sets: readonly ValueSet[]): ValueSet {
  const sorted = sets.flat().sort((a, b) => compareCuts(a[0], b[0]));
  const joined: [Cut, Cut][] = [];
  for (const [low, high] of sorted) {
    const last = joined.at(-1);
    if (last && compareCuts(low, last[1]) <= 0) last[1] = compareCuts(high, last[1]) > 0 ? high : last[1];
    else joined.push([low, high]);
  }
  return joined;
}

export function intersection(a: ValueSet, b: ValueSet): ValueSet {
  const common: [Cut, Cut][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [aLow, aHigh] = a[i] as readonly [Cut, Cut];
    const [bLow, bHigh] = b[j] as readonly [Cut, Cut];
    const low = compareCuts(aLow, bLow) > 0 ? aLow : bLow;
    const high = compareCuts(aHigh, bHigh) < 0 ? aHigh : bHigh;
    if (compareCuts(low, high) < 0) common.push([low, high]);
    if (compareCuts(aHigh, bHigh) < 0) i += 1;
    else j += 1;
  }
  return common;
}

/** All values of the item that are not in the set. */
export function contrary(set: ValueSet, item: Item): ValueSet {
  // True and false are all that a logical item can be.
  const whole: ValueSet = item.type === 'L' ? stretch(item, 0n, 1n) : everything;
  const rest: [Cut, Cut][] = [];
  let from: Cut = 'lowest';
  for (const [low, high] of set) {
    if (compareCuts(from, low) < 0) rest.push([from, low]);
    from = high;
  }
  if (compareCuts(from, 'highest') < 0) rest.push([from, 'highest']);
  return intersection(rest, whole);
}

/** Whether every value of `inner` is in `outer`. */
export function within(inner: ValueSet, outer: ValueSet): boolean {
  return inner.every(([low, high]) => outer.some(([from, to]) => compareCuts(from, low) <= 0 && compareCuts(high, to) <= 0));
}
