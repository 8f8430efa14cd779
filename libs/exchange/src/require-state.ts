import { fitsState, refuse, type ActionOf, type StateOf, type WorkflowKind } from '#contracts';

/** Throws Refusal wrong-state unless the table of the workflow has the action in this state. */
export function requireState<K extends WorkflowKind>(kind: K, action: ActionOf<K>, state: StateOf<K>): void {
  if (!fitsState(kind, action, state)) throw refuse('wrong-state', { state });
}
