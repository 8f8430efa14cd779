import { canonicalText } from '#crypto';
import type { Held, StateKind, States, StateView } from '#contracts';
import { StatesInMemory } from './states.js';
import type { Touch } from './touches.js';

export interface LoadedState {
  readonly kind: StateKind;
  readonly id: string;
  readonly state: States[StateKind];
  readonly changedAt: number;
}

/**
 * The part of the projections that the sealer has in hand. It stays true between batches because only the holder of the lease
 * changes them; whoever loses the lease, or does not know how a commit ended, clears it. Reading a state that was never loaded is a
 * bug in a `Touches` function and throws: guessing "there is none" would seal what may not be sealed.
 */
export class CachedStates extends StatesInMemory {
  /** What was asked for, by the names of touches. */
  private readonly looked = new Set<string>();

  /** What `Touches` functions may look into: knows what is loaded and says nothing of the rest. */
  readonly known: StateView = {
    get: (kind, id) => super.get(kind, id),
    put: () => {
      throw new Error('Touches only read');
    },
    ofDepartment: (kind, department) => super.ofDepartment(kind, department),
  };

  missing(touches: Iterable<Touch>): Touch[] {
    const found = new Map<string, Touch>();
    for (const touch of touches) {
      if (!this.isLoaded(touch)) found.set(nameOf(touch), touch);
    }
    return [...found.values()];
  }

  /** Takes in the answer to `missing`: what was asked for and is not among the rows does not exist. */
  fill(asked: readonly Touch[], rows: Iterable<LoadedState>): void {
    for (const { kind, id, state, changedAt } of rows) {
      // What is already here is as new or newer.
      if (!this.mapOf(kind).has(id)) this.set(kind, id, { state, changedAt });
    }
    for (const touch of asked) this.looked.add(nameOf(touch));
  }

  get sizeStates(): number {
    let count = this.looked.size;
    for (const map of this.held.values()) count += map.size;
    return count;
  }

  clear(): void {
    for (const map of this.held.values()) map.clear();
    for (const map of Object.values(this.owned)) map.clear();
    this.looked.clear();
  }

  override get<K extends StateKind>(kind: K, id: string): Held<K> | undefined {
    const held = super.get(kind, id);
    if (!held && !this.looked.has(`${kind} ${id}`)) throw new Error(`State ${kind} ${id} was read but not named as touched`);
    return held;
  }

  override ofDepartment<K extends 'key' | 'recipient'>(kind: K, department: string): readonly (Held<K> & { id: string })[] {
    if (!this.looked.has(nameOf({ kind, ofDepartment: department }))) {
      throw new Error(`The ${kind}s of ${department} were read but not named as touched`);
    }
    return super.ofDepartment(kind, department);
  }

  override put<K extends StateKind>(kind: K, id: string, state: States[K]): void {
    // A state that is not canonical could not be compared in audit: found here it costs one statement, in the database a batch.
    canonicalText(state);
    super.put(kind, id, state);
  }

  private isLoaded(touch: Touch): boolean {
    if (this.looked.has(nameOf(touch))) return true;
    return 'id' in touch && this.mapOf(touch.kind).has(touch.id);
  }
}

function nameOf(touch: Touch): string {
  return 'id' in touch ? `${touch.kind} ${touch.id}` : `${touch.kind} of ${touch.ofDepartment}`;
}
