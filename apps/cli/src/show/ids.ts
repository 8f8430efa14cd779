/** Enough of an id to name it: what `find` accepts again. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
