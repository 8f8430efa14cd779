import type { Route, Sent } from '#contracts';
import { Form, Modal } from 'antd';
import type { ReactNode } from 'react';
import { problemOf, useSend } from '../lib/api';
import { useDraft } from '../lib/draft';
import { useFocusReturn } from '../lib/focus-return';
import { showOnForm } from '../lib/forms';
import { defineWords, useWords } from '../lib/words';
import { isWrongPassword, markWrongPassword, OwnPassword, useActsAlone } from './own-password';
import { RefusalNote } from './refusal-note';
import { SchemaFields, type BodyForm } from './schema-form';

const words = defineWords('body-dialog', {
  sure: { zh: '确定要这样做吗？', en: 'Do you really want this?' },
  // Not “cancel”: that is what some of the actions themselves are called.
  back: { zh: '返回', en: 'Back' },
  wrong: { zh: '密码不对，什么也没有发生。请重新输入。', en: 'The password is wrong; nothing was done. Type it again.' },
});

/**
 * Asks for what a route's body needs and sends it: the form comes from the route's schema, a refusal stands beside the field that it
 * names, and what was typed survives a reload until it was taken; a password that it asks for does not.
 */
export function BodyDialog({
  title,
  dangerous = false,
  lead,
  route,
  params,
  form,
  draftName,
  refresh = [],
  onClose,
  onDone,
}: {
  readonly title: string;
  readonly dangerous?: boolean;
  readonly lead?: ReactNode;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly form: BodyForm;
  /** Names person and object. */
  readonly draftName: string;
  readonly refresh?: readonly string[];
  readonly onClose: () => void;
  readonly onDone?: (answer: unknown) => void;
}) {
  const say = useWords(words);
  useFocusReturn();
  const [fields] = Form.useForm<Record<string, string>>();
  const draft = useDraft<Record<string, string>>(draftName, {});
  const send = useSend(route, {
    refresh,
    onDone: (answer: unknown) => {
      draft.drop();
      onClose();
      onDone?.(answer);
    },
  });
  const isAsked = useActsAlone();
  const needsPassword = form.takesPassword && (isAsked || problemOf(send.error)?.code === 'password-needed');
  const submit = (values: Record<string, string | undefined>) => {
    const stated = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
    const body = route.body ? { body: { ...form.fixed, ...Object.fromEntries(stated) } } : {};
    send.mutate({ params, ...body } as Sent<Route>, {
      onError: (error) => {
        const problem = problemOf(error);
        if (problem) showOnForm(fields, problem);
        markWrongPassword(fields, error, say('wrong'));
      },
    });
  };
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      onOk={() => fields.submit()}
      okText={title}
      cancelText={say('back')}
      okButtonProps={{ danger: dangerous }}
      confirmLoading={send.isPending}
    >
      {lead}
      <Form
        form={fields}
        layout="vertical"
        initialValues={draft.value}
        onValuesChange={(_, { password: _never, ...all }) => draft.set(all)}
        onFinish={submit}
      >
        {form.fields.length === 0 && !lead ? <p>{say('sure')}</p> : <SchemaFields form={form} />}
        {needsPassword ? <OwnPassword /> : null}
      </Form>
      {isWrongPassword(send.error) ? null : <RefusalNote error={send.error} />}
    </Modal>
  );
}
