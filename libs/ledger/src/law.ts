import { refuse } from '#contracts';
import type { Entry } from './entry.js';
import { foldRegister, type Fold } from './register.js';
import { checkSigners, type SignatureCheck } from './signers.js';
import type { StateChange, StatesInMemory } from './states.js';
import { checkAfter } from './subject.js';

/** By what an entry is judged. The sealer, verification and audit judge alike, through `applyEntry`. */
export interface Law {
  readonly origin: string;
  /** After the register's: the law of rights. */
  readonly folds: readonly Fold[];
  readonly signatures: SignatureCheck;
}

/**
 * Judges an entry by the states before it and applies it; answers what it changed. Throws the Refusal of the first rule that it
 * breaks and leaves the states as they were.
 */
export function applyEntry(
  states: StatesInMemory,
  entry: Omit<Entry, 'v' | 'prev'>,
  statementBytes: Uint8Array,
  law: Law,
): StateChange[] {
  const { statement, signatures } = entry;
  states.begin(entry.index);
  try {
    if (statement.origin !== law.origin) throw refuse('wrong-origin', { origin: statement.origin }, { field: 'origin' });
    checkSigners(states, statement, signatures, statementBytes, law.signatures);
    checkAfter(states, statement);
    foldRegister(states, entry);
    for (const fold of law.folds) fold(states, entry);
    return states.keep();
  } catch (error) {
    states.undo();
    throw error;
  }
}
