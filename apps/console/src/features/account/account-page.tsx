import { routes } from '#contracts';
import { Button, Form, Input } from 'antd';
import { useSession } from '../../app/session';
import { appWords } from '../../app/words';
import { Facts } from '../../components/facts';
import { Instant } from '../../components/instant';
import { Page, Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { ToneTag } from '../../components/state-tag';
import { Whole } from '../../components/whole';
import { problemOf, useRead, useSend } from '../../lib/api';
import { bodyOf, ruleOf, showOnForm } from '../../lib/forms';
import { message } from '../../lib/message';
import { useWords } from '../../lib/words';
import './account.css';
import { HeldKeys } from './held-keys-section';
import { accountWords } from './words';

/** Who I am, where I am logged in, my password. */
export function AccountPage() {
  const say = useWords(accountWords);
  const sayRole = useWords(appWords);
  const { person } = useSession();
  return (
    <Page title={say('title')}>
      <Section title={say('me')}>
        <Facts
          of={[
            [say('name'), person.name],
            [say('login'), person.login],
            [
              say('department'),
              <ul key="departments" className="plain">
                {person.memberships.map((one) => (
                  <li key={one.department}>
                    {one.departmentName}: {one.roles.map((role) => sayRole(role)).join(' · ')}
                  </li>
                ))}
              </ul>,
            ],
          ]}
        />
      </Section>
      <Sessions />
      <HeldKeys />
      <Password />
    </Page>
  );
}

function Sessions() {
  const say = useWords(accountWords);
  const sessions = useRead(routes.sessions, {});
  const end = useSend(routes.endSession, { refresh: ['accounts'] });
  return (
    <Section title={say('sessions')}>
      <p className="quiet">{say('sessionsLead')}</p>
      <RefusalNote error={end.error} />
      <Whole reading={sessions}>
        <ul className="plain rows sessions">
          {sessions.data?.items.map((one) => (
            <li key={one.id} className="row">
              <span>
                <b>{one.label}</b> <span className="quiet">{say(one.kind)}</span>{' '}
                {one.current ? <ToneTag tone="good">{say('current')}</ToneTag> : null}
              </span>
              <span className="quiet">
                {say('created')} <Instant at={one.createdAt} /> · {say('expires')} <Instant at={one.expiresAt} />
                {one.lastUsedAt ? (
                  <>
                    {' '}
                    · {say('lastUsed')} <Instant at={one.lastUsedAt} show="ago" />
                  </>
                ) : null}
              </span>
              {/* One ends one's own session by logging out. */}
              {one.current ? null : (
                <Button size="small" danger loading={end.isPending} onClick={() => end.mutate({ params: { id: one.id } })}>
                  {say('end')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Whole>
    </Section>
  );
}

function Password() {
  const say = useWords(accountWords);
  const { person } = useSession();
  const [form] = Form.useForm<{ current: string; next: string; repeat: string }>();
  const change = useSend(routes.changePassword, {
    onDone: () => {
      form.resetFields();
      message.success(say('changed'));
    },
  });
  const shape = bodyOf(routes.changePassword).shape;
  return (
    <Section title={say('password')}>
      <Form
        form={form}
        layout="vertical"
        className="narrow-form"
        onFinish={({ current, next }) =>
          change.mutate(
            { body: { current, next } },
            {
              onError: (error) => {
                const problem = problemOf(error);
                if (problem) showOnForm(form, problem);
              },
            },
          )
        }
      >
        <input type="text" hidden readOnly autoComplete="username" value={person.login} />
        <Form.Item name="current" label={say('currentPassword')} rules={[{ required: true }, ruleOf(shape.current)]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item name="next" label={say('nextPassword')} rules={[{ required: true }, ruleOf(shape.next)]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="repeat"
          label={say('repeat')}
          dependencies={['next']}
          rules={[
            { required: true, message: say('repeatNeeded') },
            {
              validator: (_, value) =>
                value === form.getFieldValue('next') ? Promise.resolve() : Promise.reject(new Error(say('differs'))),
            },
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <RefusalNote error={change.error} />
        <Button type="primary" htmlType="submit" loading={change.isPending}>
          {say('change')}
        </Button>
      </Form>
    </Section>
  );
}
