import { type Held, type StateKind, stateKinds, type States, type StateView } from '#contracts';

export interface StateChange {
  readonly kind: StateKind;
  readonly id: string;
  readonly state: States[StateKind];
  readonly changedAt: number;
}

type AnyHeld = Held<StateKind>;
type Owned = 'key' | 'recipient';

/**
 * States in memory. An entry is applied between `begin` and `keep` or `undo`: an entry that is refused half way leaves nothing.
 * Complete from the first entry on in audit and verification; a part of the projections in the sealer (`CachedStates`).
 */
export class StatesInMemory implements StateView {
  protected readonly held = new Map<StateKind, Map<string, AnyHeld>>(stateKinds.map((kind) => [kind, new Map()]));
  protected readonly owned: Record<Owned, Map<string, Set<string>>> = { key: new Map(), recipient: new Map() };
  private index = -1;
  /** What each state was before this entry, in the order of its changes. */
  private before: { kind: StateKind; id: string; was: AnyHeld | undefined }[] = [];

  begin(index: number): void {
    this.index = index;
    this.before = [];
  }

  /** The states that this entry changed, each once. */
  keep(): StateChange[] {
    const changes = new Map<string, StateChange>();
    for (const { kind, id } of this.before) {
      const now = this.mapOf(kind).get(id);
      if (now) changes.set(`${kind} ${id}`, { kind, id, ...now });
    }
    this.before = [];
    return [...changes.values()];
  }

  undo(): void {
    for (const { kind, id, was } of this.before.reverse()) {
      if (was) this.set(kind, id, was);
      else this.remove(kind, id);
    }
    this.before = [];
  }

  get<K extends StateKind>(kind: K, id: string): Held<K> | undefined {
    return this.mapOf(kind).get(id) as Held<K> | undefined;
  }

  put<K extends StateKind>(kind: K, id: string, state: States[K]): void {
    this.before.push({ kind, id, was: this.mapOf(kind).get(id) });
    this.set(kind, id, { state, changedAt: this.index });
  }

  ofDepartment<K extends Owned>(kind: K, department: string): readonly (Held<K> & { id: string })[] {
    const ids = this.owned[kind].get(department) ?? [];
    return [...ids].map((id) => ({ id, ...(this.mapOf(kind).get(id) as Held<K>) }));
  }

  /** All states of a kind, in no order. */
  all<K extends StateKind>(kind: K): ReadonlyMap<string, Held<K>> {
    return this.mapOf(kind) as ReadonlyMap<string, unknown> as ReadonlyMap<string, Held<K>>;
  }

  protected mapOf(kind: StateKind): Map<string, AnyHeld> {
    return this.held.get(kind) as Map<string, AnyHeld>;
  }

  protected set(kind: StateKind, id: string, held: AnyHeld): void {
    this.mapOf(kind).set(id, held);
    if (kind !== 'key' && kind !== 'recipient') return;
    const { department } = held.state as States[Owned];
    const ids = this.owned[kind].get(department);
    if (ids) ids.add(id);
    else this.owned[kind].set(department, new Set([id]));
  }

  private remove(kind: StateKind, id: string): void {
    const held = this.mapOf(kind).get(id);
    this.mapOf(kind).delete(id);
    if (held && (kind === 'key' || kind === 'recipient')) {
      this.owned[kind].get((held.state as States[Owned]).department)?.delete(id);
    }
  }
}
