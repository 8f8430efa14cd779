import {
  actionsOn,
  routes,
  workflow,
  type ActionOf,
  type Parties,
  type ProposalView,
  type Route,
  type StateOf,
  type WorkflowKind,
} from '#contracts';
import { Button } from 'antd';
import { useState } from 'react';
import { useSession } from '../app/session';
import { message } from '../lib/message';
import { defineWords, usePick, useWords } from '../lib/words';
import { BodyDialog } from './body-dialog';
import { bodyFormOf, type BodyForm } from './schema-form';
import { stateOf } from './state-tag';

const words = defineWords('state-actions', {
  done: { zh: '已提交。', en: 'Handed in.' },
});

export interface StateActionsOf<K extends WorkflowKind> {
  readonly kind: K;
  readonly state: StateOf<K>;
  readonly parties: Parties;
  /** What the routes need to know which object it is. */
  readonly params: { readonly id: string };
  /** Only these, in the table's order. */
  readonly only?: readonly ActionOf<K>[];
  /** Actions that have a page or a form of their own. Those that a dialog cannot ask for are shown only with an entry here. */
  readonly elsewhere?: Readonly<Partial<Record<ActionOf<K>, () => void>>>;
  /** After the exchange took it; a proposal when it is one. */
  readonly onDone?: (answer: unknown) => void;
}

/** Buttons for what this person may do now, by the table of states; each asks for what its route needs, from the route's own schema. */
export function StateActions<K extends WorkflowKind>({
  kind,
  state,
  parties,
  params,
  only,
  elsewhere,
  onDone,
}: StateActionsOf<K>) {
  const say = useWords(words);
  const pick = usePick();
  const { person, department, roles, competent } = useSession();
  const [chosen, choose] = useState<ActionOf<K>>();
  const handlers = elsewhere as Readonly<Record<string, (() => void) | undefined>> | undefined;
  const open = actionsOn(kind, state, { department, roles, competent, person: person.id }, parties).filter(
    ({ name }) => (only === undefined || only.includes(name)) && (handlers?.[name] !== undefined || dialogOf(kind, name)),
  );
  const action = open.find(({ name }) => name === chosen);
  const form = action && dialogOf(kind, action.name);
  return (
    <>
      {open.map(({ name, label, dangerous }) => (
        // What has a page of its own is what this state waits for.
        <Button
          key={name}
          type={handlers?.[name] ? 'primary' : 'default'}
          danger={dangerous}
          onClick={handlers?.[name] ?? (() => choose(name))}
        >
          {pick(label)}
        </Button>
      ))}
      {action && form ? (
        <BodyDialog
          key={action.name}
          title={pick(action.label)}
          dangerous={action.dangerous}
          lead={action.effect ? <p>{pick(action.effect)}</p> : undefined}
          route={routes[action.route]}
          params={params}
          form={form}
          draftName={`${kind}-${String(chosen)}:${person.id}:${params.id}`}
          refresh={['requests', 'rights', 'deliveries']}
          // Its answer may come when the next one is open already: the new state can be told sooner.
          onClose={() => choose((now) => (now === action.name ? undefined : now))}
          onDone={(answer) => {
            const proposal = answer as Partial<ProposalView> | undefined;
            const next = proposal?.statement && proposal.state ? pick(stateOf('proposal', proposal.state).next) : '';
            message.success(`${say('done')} ${next}`);
            onDone?.(answer);
          }}
        />
      ) : null}
    </>
  );
}

function dialogOf<K extends WorkflowKind>(kind: K, name: ActionOf<K>): BodyForm | undefined {
  const { route } = (workflow[kind].actions as Readonly<Record<string, { route: keyof typeof routes }>>)[name] ?? {};
  const found: Route | undefined = route && routes[route];
  return found && found.method !== 'GET' && !found.consumes ? bodyFormOf(found, name) : undefined;
}
