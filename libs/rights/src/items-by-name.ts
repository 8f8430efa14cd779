import type { Item } from '#contracts';

const indexes = new WeakMap<readonly Item[], ReadonlyMap<string, Item>>();

/** The items by name. Entries are immutable, so the index of one is made once. */
export function itemsByName(items: readonly Item[]): ReadonlyMap<string, Item> {
  let index = indexes.get(items);
  if (!index) indexes.set(items, (index = new Map(items.map((item) => [item.name, item]))));
  return index;
}

/** The wanted names in the order of the source; what is not an item of it is left out. */
export function inSourceOrder(items: readonly Item[], wanted: readonly string[]): string[] {
  const set = new Set(wanted);
  return items.filter((item) => set.has(item.name)).map((item) => item.name);
}

/** Those of the wanted names that the entry does not have. */
export function unknownItems(items: readonly Item[], wanted: readonly string[]): string[] {
  const index = itemsByName(items);
  return wanted.filter((name) => !index.has(name));
}
