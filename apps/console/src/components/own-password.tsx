import { actsAlone, routes } from '#contracts';
import { Form, Input, type FormInstance } from 'antd';
import { useSession } from '../app/session';
import { problemOf, useRead } from '../lib/api';
import { keyInForce } from '../lib/custody';
import { bodyOf, ruleOf } from '../lib/forms';
import { defineWords, useWords } from '../lib/words';

const words = defineWords('own-password', {
  password: { zh: '再次输入登录密码', en: 'Your password again' },
  needed: { zh: '请再次输入登录密码。', en: 'Type your password again.' },
});

/** The field in which people give their own password again, for what the exchange then does in their department's name. Inside a `Form`. */
export function OwnPassword() {
  const say = useWords(words);
  const { person } = useSession();
  return (
    <>
      <input type="text" hidden readOnly autoComplete="username" value={person.login} />
      <Form.Item
        name="password"
        label={say('password')}
        rules={[{ required: true, message: say('needed') }, ruleOf(bodyOf(routes.approve).shape.password)]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
    </>
  );
}

/** The password was wrong: that is said at its field, and no note is needed beside it. */
export const isWrongPassword = (error: unknown): boolean => problemOf(error)?.code === 'bad-login';

/** Says at the field that the password was wrong, and leads there. */
export function markWrongPassword(form: FormInstance, error: unknown, sentence: string): void {
  if (!isWrongPassword(error)) return;
  form.setFields([{ name: 'password', errors: [sentence] }]);
  // In the middle, so that the sentence below the field is in sight as well, and the button.
  form.scrollToField('password', { block: 'center', focus: true });
}

/** Whether this person's word alone makes the exchange sign for the department. True until its key is known: rather ask than not. */
export function useActsAlone(): boolean {
  const { department, roles } = useSession();
  const own = useRead(routes.department, { params: { code: department } });
  return actsAlone(roles) && (own.data && keyInForce(own.data)?.custody) !== 'department';
}
