import { roleSchema, roleWords, routes, type PersonView, type Role } from '#contracts';
import { Button, Checkbox, Form, Input, Modal, Typography } from 'antd';
import { useState } from 'react';
import { useSession } from '../../app/session';
import { Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { Whole } from '../../components/whole';
import { problemOf, useReadPages, useSend } from '../../lib/api';
import { bodyOf, ruleOf, showOnForm } from '../../lib/forms';
import { message } from '../../lib/message';
import { usePick, useWords } from '../../lib/words';
import { departmentWords } from './words';

/** Who works here in which roles; its head adds people and changes roles. */
export function People({ department }: { readonly department: string }) {
  const say = useWords(departmentWords);
  const pick = usePick();
  const [modal, modalHolder] = Modal.useModal();
  const { has } = useSession();
  const people = useReadPages(routes.people, {}, { pageSize: 100 });
  const [dialog, setDialog] = useState<'add' | PersonView>();
  const isHead = has('office-head');
  const showPassword = (password: string) => {
    void modal.info({
      title: say('firstPassword'),
      content: (
        <>
          <p>{say('firstPasswordLead')}</p>
          <Typography.Text code copyable={{ text: password, tooltips: false }}>
            {password}
          </Typography.Text>
        </>
      ),
    });
  };
  const reset = useSend(routes.resetPassword, { onDone: ({ password }) => showPassword(password) });
  return (
    <Section title={say('people')} extra={isHead ? <Button onClick={() => setDialog('add')}>{say('addPerson')}</Button> : null}>
      {modalHolder}
      <RefusalNote error={reset.error} />
      <Whole reading={people}>
        <ul className="plain rows columns">
          {people.items.map((one) => (
            <li key={one.id} className="row">
              <span>
                <b>{one.name || say('erased')}</b> <span className="quiet">{one.login}</span>
              </span>
              <span>
                {rolesIn(one, department)
                  .map((role) => pick(roleWords[role] ?? { zh: role, en: role }))
                  .join(' · ')}
              </span>
              {isHead ? (
                <span className="page-actions">
                  <Button size="small" onClick={() => setDialog(one)} aria-label={`${say('changeRoles')} ${one.name}`}>
                    {say('changeRoles')}
                  </Button>
                  <Button
                    size="small"
                    type="text"
                    aria-label={`${say('resetPassword')} ${one.name}`}
                    onClick={() =>
                      void modal.confirm({
                        title: say('resetSure', { name: one.name }),
                        okText: say('resetPassword'),
                        cancelText: say('cancel'),
                        onOk: () => reset.mutate({ params: { id: one.id } }),
                      })
                    }
                  >
                    {say('resetPassword')}
                  </Button>
                </span>
              ) : (
                <span />
              )}
            </li>
          ))}
        </ul>
        {people.hasNextPage ? <Button onClick={() => void people.fetchNextPage()}>…</Button> : null}
      </Whole>
      {dialog === 'add' ? (
        <AddPerson department={department} onClose={() => setDialog(undefined)} onPassword={showPassword} />
      ) : dialog ? (
        <ChangeRoles department={department} person={dialog} onClose={() => setDialog(undefined)} />
      ) : null}
    </Section>
  );
}

const rolesIn = (person: PersonView, department: string) =>
  person.memberships.find((one) => one.department === department)?.roles ?? [];

/** Supervisors serve the competent department alone. */
function useRoleOptions() {
  const pick = usePick();
  const { competent } = useSession();
  const roles = roleSchema.options.filter((role) => competent || role !== 'supervisor');
  return roles.map((value) => ({ value, label: pick(roleWords[value] ?? { zh: value, en: value }) }));
}

function AddPerson({
  department,
  onClose,
  onPassword,
}: {
  readonly department: string;
  readonly onClose: () => void;
  readonly onPassword: (password: string) => void;
}) {
  const say = useWords(departmentWords);
  const { competent } = useSession();
  const [form] = Form.useForm<{ name: string; login: string; roles: Role[] }>();
  const shape = bodyOf(routes.addPerson).shape;
  const options = useRoleOptions();
  const send = useSend(routes.addPerson, {
    refresh: ['proposals'],
    onDone: ({ password }) => {
      onClose();
      // Asked twice over a broken line, the second answer has none.
      if (password !== '') onPassword(password);
    },
  });
  return (
    <Modal
      open
      title={say('addPerson')}
      okText={say('addPerson')}
      cancelText={say('cancel')}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={send.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        onFinish={(filled) =>
          send.mutate(
            { body: { ...filled, department } },
            {
              onError: (error) => {
                const problem = problemOf(error);
                if (problem) showOnForm(form, problem);
              },
            },
          )
        }
      >
        <Form.Item name="name" label={say('name')} rules={[{ required: true }, ruleOf(shape.name)]}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="login" label={say('login')} rules={[{ required: true }, ruleOf(shape.login)]}>
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="roles"
          label={say('roles')}
          extra={competent ? say('rolesExclude') : undefined}
          rules={[{ required: true }]}
        >
          <Checkbox.Group className="choices-down" options={options} />
        </Form.Item>
      </Form>
      <RefusalNote error={send.error} />
    </Modal>
  );
}

function ChangeRoles({
  department,
  person,
  onClose,
}: {
  readonly department: string;
  readonly person: PersonView;
  readonly onClose: () => void;
}) {
  const say = useWords(departmentWords);
  const [roles, setRoles] = useState<Role[]>([...rolesIn(person, department)]);
  const { competent } = useSession();
  const options = useRoleOptions();
  const ends = roles.length === 0;
  const send = useSend(routes.setRoles, {
    refresh: ['proposals'],
    onDone: () => {
      message.success(say('done'));
      onClose();
    },
  });
  return (
    <Modal
      open
      title={`${say('changeRoles')}: ${person.name}`}
      okText={say(ends ? 'deactivate' : 'save')}
      okButtonProps={{ danger: ends }}
      cancelText={say('cancel')}
      onCancel={onClose}
      onOk={() => send.mutate({ params: { id: person.id }, body: { department, roles } })}
      confirmLoading={send.isPending}
    >
      <div role="group" aria-label={say('roles')}>
        <Checkbox.Group className="choices-down" value={roles} options={options} onChange={setRoles} />
      </div>
      {competent ? <p className="quiet">{say('rolesExclude')}</p> : null}
      <p className="quiet">{say(ends ? 'rolesEnd' : 'rolesHint')}</p>
      <RefusalNote error={send.error} />
    </Modal>
  );
}
