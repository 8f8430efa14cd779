import type { RouteName } from '../routes/index.js';
import type { Sentence } from '../routes/views.js';
import type { Role } from '../vocabulary.js';
import { deliveryStages, deliveryWorkflow } from './delivery.js';
import { proposalWorkflow } from './proposal.js';
import { requestWorkflow } from './request.js';
import { rightWorkflow } from './right.js';

/** How a state feels to those who look at it: a colour, and never colour alone. */
export type Tone = 'neutral' | 'active' | 'good' | 'warning' | 'bad';
/**
 * On which side of an object somebody stands. `approver` is the department whose office head must approve, `preparer` the person who
 * prepared a proposal; all others are departments.
 */
export type Side = 'from' | 'to' | 'grantor' | 'grantee' | 'issuer' | 'approver' | 'preparer' | 'competent';

export interface WorkflowState {
  readonly label: Sentence;
  readonly tone: Tone;
  /** What happens next, and who must act. */
  readonly next: Sentence;
  /** Whose turn it is; the exchange itself works on what waits for `exchange`; nobody's where it has ended or rests. */
  readonly turn: Side | 'exchange' | 'nobody';
}

/** What a state alone does not say. */
export type Condition = 'supplement-not-asked' | 'who-suspended' | 'not-preparer' | 'payload-stored';

export interface WorkflowAction<S extends string = string> {
  readonly label: Sentence;
  readonly states: readonly S[];
  readonly sides: readonly Side[];
  readonly roles: readonly Role[];
  /** The route that it calls. */
  readonly route: RouteName;
  /** It takes something away or cannot be taken back: ask again before. */
  readonly dangerous: boolean;
  /** What it brings about, said before it is done. Every dangerous one has it. */
  readonly effect?: Sentence;
  readonly only?: Condition;
}

export interface Workflow<S extends string = string, A extends string = string> {
  readonly states: Readonly<Record<S, WorkflowState>>;
  readonly actions: Readonly<Record<A, WorkflowAction<S>>>;
}

/**
 * What a request, a right, a delivery and a proposal can be in, and what can be done there. Screens show states and buttons by it, and
 * the use cases refuse `wrong-state` by it, so the two are one.
 */
export const workflow = {
  request: requestWorkflow,
  right: rightWorkflow,
  delivery: deliveryWorkflow,
  proposal: proposalWorkflow,
} as const;
export { deliveryStages };

export type WorkflowKind = keyof typeof workflow;
export type StateOf<K extends WorkflowKind> = keyof (typeof workflow)[K]['states'] & string;
export type ActionOf<K extends WorkflowKind> = keyof (typeof workflow)[K]['actions'] & string;

/** Who looks. */
export interface Who {
  readonly department: string;
  readonly roles: readonly Role[];
  /** Their department is the competent one. */
  readonly competent: boolean;
  /** Their id, where it matters who prepared something. */
  readonly person?: string | undefined;
}

/** The sides of an object as its view names them, and what else decides. */
export interface Parties extends Partial<Readonly<Record<Exclude<Side, 'competent'>, string | undefined>>> {
  readonly supplementAsked?: boolean | undefined;
  /** The department that suspended the right. */
  readonly endedBy?: string | undefined;
  /** Is the payload still stored? */
  readonly payload?: boolean | undefined;
}

/** An action that somebody may take now. */
export interface OpenAction<K extends WorkflowKind = WorkflowKind> extends WorkflowAction {
  readonly name: ActionOf<K>;
}

/** Whether an action fits a state at all, whoever asks. */
export function fitsState<K extends WorkflowKind>(kind: K, action: ActionOf<K>, state: StateOf<K>): boolean {
  const { states } = actionsOf(kind)[action] as WorkflowAction;
  return states.includes(state);
}

/**
 * What this person may do with an object in this state, in the table's order. The server decides again when it is done; this only keeps
 * screens from offering what would be refused.
 */
export function actionsOn<K extends WorkflowKind>(kind: K, state: StateOf<K>, who: Who, parties: Parties): OpenAction<K>[] {
  return (Object.entries(actionsOf(kind)) as [ActionOf<K>, WorkflowAction][])
    .filter(
      ([, action]) =>
        action.states.includes(state) &&
        action.roles.some((role) => who.roles.includes(role)) &&
        action.sides.some((side) => standsOn(side, who, parties)) &&
        (action.only === undefined || conditions[action.only](who, parties)),
    )
    .map(([name, action]) => ({ ...action, name }));
}

function actionsOf<K extends WorkflowKind>(kind: K): Readonly<Record<string, WorkflowAction>> {
  return workflow[kind].actions;
}

function standsOn(side: Side, who: Who, parties: Parties): boolean {
  if (side === 'competent') return who.competent;
  const held = parties[side];
  return held !== undefined && held === (side === 'preparer' ? who.person : who.department);
}

const conditions: Readonly<Record<Condition, (who: Who, parties: Parties) => boolean>> = {
  // Art. 21: one notice that names all that is missing.
  'supplement-not-asked': (_who, { supplementAsked }) => supplementAsked !== true,
  // What the competent department suspended only it resumes (Art. 27).
  'who-suspended': (who, { endedBy }) => who.competent || endedBy === undefined || endedBy === who.department,
  'not-preparer': (who, { preparer }) => preparer === undefined || preparer !== who.person,
  'payload-stored': (_who, { payload }) => payload !== false,
};
