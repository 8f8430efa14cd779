import type { Statement } from '#contracts';
import type { CachedStates } from './cached-states.js';
import type { LedgerStore } from './store.js';
import { registerTouches, type Touch, type Touches } from './touches.js';

/** Loads what statements touch, and `always`, until nothing is missing: some only know what they touch once a first state is there. */
export async function loadTouched(
  store: Pick<LedgerStore, 'load'>,
  states: CachedStates,
  statements: readonly { readonly statement: Statement; readonly signatures: readonly { readonly keyId: string }[] }[],
  touches: readonly Touches[],
  always: readonly Touch[] = [],
): Promise<void> {
  for (;;) {
    const wanted: Touch[] = [...always];
    for (const { statement, signatures } of statements) {
      wanted.push(...registerTouches(statement));
      for (const { keyId } of signatures) wanted.push({ kind: 'key', id: keyId });
      for (const touchesOf of touches) wanted.push(...touchesOf(statement, states.known));
    }
    const missing = states.missing(wanted);
    if (missing.length === 0) return;
    states.fill(missing, await store.load(missing));
  }
}
