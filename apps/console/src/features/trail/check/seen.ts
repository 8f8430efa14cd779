import type { Seen } from '#ledger';

/** What this browser saw of a ledger last: how many entries and the leaf hash of the last. */
export interface Remembered extends Seen {
  readonly at: string;
}
const prefix = 'quanlian.ledger-seen.';

/** What was seen of the ledger of this origin, if anything. */
export function seenOf(origin: string): Remembered | undefined {
  const kept = localStorage.getItem(prefix + origin);
  if (kept === null) return undefined;
  const read = JSON.parse(kept) as Remembered;
  return Number.isInteger(read.size) && /^[0-9a-f]{64}$/.test(read.head) ? read : undefined;
}

/** Remembers it for the next time; a shorter one than was seen never takes its place. */
export function rememberSeen(origin: string, { size, head }: Seen): void {
  const before = seenOf(origin);
  if (before && before.size > size) return;
  localStorage.setItem(prefix + origin, JSON.stringify({ size, head, at: new Date().toISOString() } satisfies Remembered));
}
