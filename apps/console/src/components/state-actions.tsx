import {
  actionsOn,
  routes,
  workflow,
  type ActionOf,
  type Parties,
  type ProposalView,
  type Route,
  type Sent,
  type StateOf,
  type WorkflowAction,
  type WorkflowKind,
} from '#contracts';
import { App, Button, Form, Modal } from 'antd';
import { useState } from 'react';
import { useSession } from '../app/session';
import { problemOf, useSend } from '../lib/api';
import { useDraft } from '../lib/draft';
import { showOnForm } from '../lib/forms';
import { defineWords, usePick, useWords } from '../lib/words';
import { RefusalNote } from './refusal-note';
import { bodyFormOf, SchemaFields, type BodyForm } from './schema-form';
import { stateOf } from './state-tag';

const words = defineWords('state-actions', {
  sure: { zh: '确定要这样做吗？', en: 'Do you really want this?' },
  cancel: { zh: '取消', en: 'Cancel' },
  done: { zh: '已提交。', en: 'Done.' },
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
        <Button key={name} danger={dangerous} onClick={handlers?.[name] ?? (() => choose(name))}>
          {pick(label)}
        </Button>
      ))}
      {action && form ? (
        <ActionDialog
          key={action.name}
          kind={kind}
          name={action.name}
          action={action}
          form={form}
          params={params}
          onClose={() => choose(undefined)}
          onDone={onDone}
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

function ActionDialog({
  kind,
  name,
  action,
  form,
  params,
  onClose,
  onDone,
}: {
  readonly kind: WorkflowKind;
  readonly name: string;
  readonly action: WorkflowAction;
  readonly form: BodyForm;
  readonly params: { readonly id: string };
  readonly onClose: () => void;
  readonly onDone: ((answer: unknown) => void) | undefined;
}) {
  const say = useWords(words);
  const pick = usePick();
  const { message } = App.useApp();
  const { person } = useSession();
  const [fields] = Form.useForm<Record<string, string>>();
  const draft = useDraft<Record<string, string>>(`${kind}-${name}:${person.id}:${params.id}`, {});
  const route: Route = routes[action.route];
  const send = useSend(route, {
    refresh: ['requests', 'rights', 'deliveries'],
    onDone: (answer: unknown) => {
      draft.drop();
      const proposal = answer as Partial<ProposalView> | undefined;
      void message.success(proposal?.statement && proposal.state ? pick(stateOf('proposal', proposal.state).next) : say('done'));
      onClose();
      onDone?.(answer);
    },
  });
  const submit = (values: Record<string, string | undefined>) => {
    const stated = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
    const body = route.body ? { body: { ...form.fixed, ...Object.fromEntries(stated) } } : {};
    send.mutate({ params, ...body } as Sent<Route>, {
      onError: (error) => {
        const problem = problemOf(error);
        if (problem) showOnForm(fields, problem);
      },
    });
  };
  return (
    <Modal
      open
      title={pick(action.label)}
      onCancel={onClose}
      onOk={() => fields.submit()}
      okText={pick(action.label)}
      cancelText={say('cancel')}
      okButtonProps={{ danger: action.dangerous }}
      confirmLoading={send.isPending}
    >
      <Form
        form={fields}
        layout="vertical"
        initialValues={draft.value}
        onValuesChange={(_, all) => draft.set(all)}
        onFinish={submit}
      >
        {form.fields.length === 0 ? <p>{say('sure')}</p> : <SchemaFields form={form} />}
      </Form>
      <RefusalNote error={send.error} />
    </Modal>
  );
}
