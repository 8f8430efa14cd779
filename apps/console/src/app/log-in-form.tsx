import { routes } from '#contracts';
import { Button, Form, Input } from 'antd';
import { RefusalNote } from '../components/refusal-note';
import { useSend } from '../lib/api';
import { useWords } from '../lib/words';
import { appWords } from './words';

/** Asks a person who is known for the password again. */
export function LogInForm({ login, onDone }: { readonly login: string; readonly onDone: () => void }) {
  const say = useWords(appWords);
  const logIn = useSend(routes.logIn, { onDone });
  return (
    <Form<{ login: string; password: string }>
      layout="vertical"
      requiredMark={false}
      initialValues={{ login }}
      onFinish={(typed) => logIn.mutate({ body: typed })}
    >
      <Form.Item name="login" label={say('login')} rules={[{ required: true, message: '' }]}>
        <Input autoComplete="username" readOnly />
      </Form.Item>
      <Form.Item name="password" label={say('password')} rules={[{ required: true, message: '' }]}>
        <Input.Password autoComplete="current-password" autoFocus />
      </Form.Item>
      <RefusalNote error={logIn.error} />
      <Button type="primary" htmlType="submit" block loading={logIn.isPending}>
        {say('logIn')}
      </Button>
    </Form>
  );
}
