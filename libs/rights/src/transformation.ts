import { hmacSha256Hex } from '#crypto';
import { refuse, type Item, type Refusal, type RightTerms, type Transformation } from '#contracts';
import { dateOfKey, decimalText, isNumeric, isText, minInteger, readValue, scaleOf, type ValueKey } from './item-value.js';
import { inSourceOrder, itemsByName, unknownItems } from './items-by-name.js';

type ItemTransformations = RightTerms['transformations'];

/** Checks that a transformation can be done to the values of an item. Gives `transformation-not-possible`, else undefined. */
export function checkTransformation(item: Item, transformation: Transformation, field?: string): Refusal | undefined {
  return isPossible(item, transformation)
    ? undefined
    : refuse(
        'transformation-not-possible',
        { item: item.name, kind: transformation.kind },
        field === undefined ? undefined : { field },
      );
}

function isPossible(item: Item, transformation: Transformation): boolean {
  switch (transformation.kind) {
    case 'keep':
    case 'prefix':
      return isText(item.type);
    case 'year':
      return item.type === 'D' || item.type === 'T';
    case 'band':
      return isNumeric(item.type);
    case 'pseudonym':
      // A pseudonym is made from the exact text, so the value must have one spelling only.
      return isText(item.type) || item.type === 'I' || item.type === 'D';
  }
}

/**
 * Whether `a` shows nothing that `b` does not: everything in `a`'s result could be computed from `b`'s. A partial order; no
 * transformation is the weakest. For `keep` it speaks of values longer than both keep: shorter ones become only stars.
 */
export function atLeastAsStrict(a: Transformation | undefined, b: Transformation | undefined): boolean {
  if (b === undefined) return true;
  if (a === undefined) return false;
  if (a.kind === 'keep' && b.kind === 'keep') return a.first <= b.first && a.last <= b.last;
  if (a.kind === 'prefix' && b.kind === 'prefix') return a.length <= b.length;
  if (a.kind === 'band' && b.kind === 'band') return a.width % b.width === 0;
  return a.kind === b.kind && (a.kind === 'year' || a.kind === 'pseudonym');
}

/** The stricter of two, or undefined when neither contains the other (a pseudonym and the first three characters, say). */
export function stricter(a: Transformation, b: Transformation): Transformation | undefined {
  return atLeastAsStrict(a, b) ? a : atLeastAsStrict(b, a) ? b : undefined;
}

export interface MaskingChoice {
  /** What the grantor states for an item; it stands even where the entry's mask is another. */
  readonly transformations?: ItemTransformations;
  /** Items that the grantor gives as they are although the entry masks them or calls them personal. Never implied. */
  readonly clear?: readonly string[];
}

/**
 * The transformations that a right seals, in source order. For each granted item, the first that applies:
 * what the grantor states; nothing, if the grantor names it in `clear`; the entry's mask; nothing, if it is not personal. A personal item
 * without a mask and without a word of the grantor is refused (`mask-missing`): forgetting must not unmask. Once sealed the right's
 * own list is the whole truth: a later change of the entry's masks changes no right.
 */
export function grantedTransformations(
  items: readonly Item[],
  granted: readonly string[],
  choice: MaskingChoice = {},
): ItemTransformations | Refusal {
  const index = itemsByName(items);
  const grantedSet = new Set(granted);
  const clear = new Set(choice.clear);
  const stated = new Map<string, Transformation>();
  for (const { item: name, transformation } of choice.transformations ?? []) {
    const item = index.get(name);
    if (!item || !grantedSet.has(name)) return refuse('item-unknown', { items: [name] }, { field: 'transformations' });
    const fault = checkTransformation(item, transformation, 'transformations');
    if (fault) return fault;
    if (stated.has(name) || clear.has(name))
      return refuse('transformation-not-possible', { item: name }, { field: 'transformations' });
    stated.set(name, transformation);
  }
  const strangers = unknownItems(items, [...clear]).concat([...clear].filter((name) => index.has(name) && !grantedSet.has(name)));
  if (strangers.length > 0) return refuse('item-unknown', { items: strangers }, { field: 'clear' });

  const result: ItemTransformations = [];
  const unmasked: string[] = [];
  for (const name of inSourceOrder(items, granted)) {
    const item = index.get(name) as Item;
    const transformation = stated.get(name) ?? (clear.has(name) ? undefined : item.mask);
    if (transformation) result.push({ item: name, transformation });
    else if (item.personal && !clear.has(name)) unmasked.push(name);
  }
  return unmasked.length > 0 ? refuse('mask-missing', { items: unmasked }, { field: 'transformations' }) : result;
}

/** The right's transformations for the items of one pull, in source order. */
export function narrowTransformations(granted: ItemTransformations, items: readonly string[]): ItemTransformations {
  const wanted = new Set(items);
  return granted.filter(({ item }) => wanted.has(item));
}

/** Granted items whose values leave with more than the entry's mask would show: a grantor's head should see them named. */
export function weakerThanEntry(
  items: readonly Item[],
  granted: readonly string[],
  transformations: ItemTransformations,
): string[] {
  const index = itemsByName(items);
  const stated = new Map(transformations.map(({ item, transformation }) => [item, transformation]));
  return granted.filter((name) => {
    const item = index.get(name);
    return (
      item !== undefined && (item.mask || item.personal) && !atLeastAsStrict(stated.get(name), item.mask ?? { kind: 'pseudonym' })
    );
  });
}

/**
 * What leaves in place of a value: the reference for engines, and for previews. A missing value stays missing. `pseudonymKey` is the key
 * of this recipient and purpose; the pseudonym is the whole HMAC-SHA-256 in hex, so that two rights never collide by truncation.
 */
export function applyTransformation(
  transformation: Transformation,
  item: Item,
  value: string | null | undefined,
  pseudonymKey?: Uint8Array,
): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const key = readValue(item, value);
  if (key === undefined) return undefined;
  switch (transformation.kind) {
    case 'keep': {
      const characters = Array.from(value);
      const hidden = characters.length - transformation.first - transformation.last;
      // A short value would otherwise show whole: a name of one character, a number cut off.
      if (hidden <= 0) return '*'.repeat(characters.length);
      const end = characters.slice(characters.length - transformation.last).join('');
      return characters.slice(0, transformation.first).join('') + '*'.repeat(hidden) + (transformation.last === 0 ? '' : end);
    }
    case 'prefix':
      return Array.from(value).slice(0, transformation.length).join('');
    case 'year':
      return dateOfKey(item, key as bigint).slice(0, 4);
    case 'band':
      return band(key, item, transformation.width);
    case 'pseudonym':
      if (!pseudonymKey) throw new TypeError('A pseudonym needs its key');
      return hmacSha256Hex(pseudonymKey, item.type === 'I' ? key.toString() : value);
  }
}

/** The largest multiple of `width` that is not above the value, as the item's type writes it; none below what the type can hold. */
function band(key: ValueKey, item: Item, width: number): string | undefined {
  if (typeof key === 'number') return String(Math.floor(key / width) * width + 0);
  if (typeof key === 'string') throw new TypeError('A band needs a number');
  const scale = item.type === 'I' ? 0 : scaleOf(item);
  const unit = BigInt(width) * 10n ** BigInt(scale);
  const quotient = key / unit;
  const from = (key < 0n && quotient * unit !== key ? quotient - 1n : quotient) * unit;
  if (item.type === 'I' ? from < minInteger : from <= -(10n ** 38n)) return undefined;
  return decimalText(from, scale);
}
