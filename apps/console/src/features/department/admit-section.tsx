import { levelSchema, levelWords, routes, word, type DepartmentView } from '#contracts';
import { Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useClearButton } from '../../components/use-clear-button';
import { Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { problemOf, useSend } from '../../lib/api';
import { useDraft } from '../../lib/draft';
import { bodyOf, ruleOf, showOnForm } from '../../lib/forms';
import { message } from '../../lib/message';
import { usePick, useWords } from '../../lib/words';
import { useSession } from '../../app/session';
import { departmentWords } from './words';

type Filled = { code: string; name: string; level: DepartmentView['level']; region: string; parent?: string };

/** For the competent department: everybody admitted, and the admission of one more. Its keys come as proposals in the inbox. */
export function Admitted({ departments }: { readonly departments: readonly DepartmentView[] }) {
  const say = useWords(departmentWords);
  const pick = usePick();
  const { has } = useSession();
  const [isOpen, setOpen] = useState(false);
  return (
    <Section
      title={say('others')}
      extra={has('office-head') ? <Button onClick={() => setOpen(true)}>{say('admit')}</Button> : null}
    >
      <ul className="plain rows">
        {departments.map((one) => (
          <li key={one.code} className="row">
            <span>
              <b>{one.name}</b> <code>{one.code}</code>
            </span>
            <span className="quiet">
              {pick(word(levelWords, one.level))} · {one.region}
            </span>
          </li>
        ))}
      </ul>
      {isOpen ? <Admit departments={departments} onClose={() => setOpen(false)} /> : null}
    </Section>
  );
}

function Admit({ departments, onClose }: { readonly departments: readonly DepartmentView[]; readonly onClose: () => void }) {
  const say = useWords(departmentWords);
  const pick = usePick();
  const clearButton = useClearButton();
  const { person } = useSession();
  const [form] = Form.useForm<Filled>();
  const draft = useDraft<Partial<Filled>>(`admit:${person.id}`, {});
  const shape = bodyOf(routes.admitDepartment).shape;
  const send = useSend(routes.admitDepartment, {
    refresh: ['proposals'],
    onDone: () => {
      draft.drop();
      message.success(say('done'));
      onClose();
    },
  });
  return (
    <Modal
      open
      title={say('admit')}
      okText={say('admit')}
      cancelText={say('cancel')}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={send.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={draft.value}
        onValuesChange={(_, all) => draft.set(all)}
        onFinish={(filled) =>
          send.mutate(
            { body: filled },
            {
              onError: (error) => {
                const problem = problemOf(error);
                if (problem) showOnForm(form, problem);
              },
            },
          )
        }
      >
        <Form.Item name="name" label={say('label')} rules={[{ required: true }, ruleOf(shape.name)]}>
          <Input />
        </Form.Item>
        <Form.Item name="code" label={say('code')} rules={[{ required: true }, ruleOf(shape.code)]}>
          <Input spellCheck={false} />
        </Form.Item>
        <Form.Item name="level" label={say('level')} rules={[{ required: true }]}>
          <Select options={levelSchema.options.map((value) => ({ value, label: pick(word(levelWords, value)) }))} />
        </Form.Item>
        <Form.Item name="region" label={say('region')} rules={[{ required: true }, ruleOf(shape.region)]}>
          <Input inputMode="numeric" />
        </Form.Item>
        <Form.Item name="parent" label={say('parent')}>
          <Select
            allowClear={clearButton}
            showSearch={{ optionFilterProp: 'label' }}
            options={departments.map(({ code, name }) => ({ value: code, label: name }))}
          />
        </Form.Item>
      </Form>
      <RefusalNote error={send.error} />
    </Modal>
  );
}
