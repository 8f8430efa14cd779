import { workflow, type StateOf, type Tone, type Workflow, type WorkflowKind, type WorkflowState } from '#contracts';
import type { ReactNode } from 'react';
import { usePick } from '../lib/words';
import './state-tag.css';

/** What the table of states says of a state. */
export function stateOf<K extends WorkflowKind>(kind: K, state: StateOf<K>): WorkflowState {
  return (workflow[kind] as Workflow).states[state] as WorkflowState;
}

/** A state by its name and colour, as the table of states has them; what comes next when pointed at. */
export function StateTag<K extends WorkflowKind>({ kind, state }: { readonly kind: K; readonly state: StateOf<K> }) {
  const pick = usePick();
  const { label, tone, next } = stateOf(kind, state);
  return (
    <span className={`state state-${tone}`} title={pick(next)}>
      {pick(label)}
    </span>
  );
}

/** What happens next, and who must act. */
export function NextStep<K extends WorkflowKind>({ kind, state }: { readonly kind: K; readonly state: StateOf<K> }) {
  const pick = usePick();
  return <span className="quiet">{pick(stateOf(kind, state).next)}</span>;
}

/** A short mark beside a name, in the colours of states: they keep their contrast in both shades. */
export function ToneTag({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return <span className={`state state-${tone}`}>{children}</span>;
}
