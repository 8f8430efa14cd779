interface Page<T> {
  readonly items: T[];
  readonly next?: string | undefined;
}

/** All items of a paged list, page after page. */
export async function* allPages<T>(
  read: (page: { cursor?: string; limit: number }) => Promise<Page<T>>,
  limit = 200,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const page: Page<T> = await read(cursor === undefined ? { limit } : { cursor, limit });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

/** The first so many items of a paged list; `more` when there are others. */
export async function firstOf<T>(pages: AsyncIterable<T>, count: number): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  for await (const item of pages) {
    if (items.length === count) return { items, more: true };
    items.push(item);
  }
  return { items, more: false };
}
