import { routes, type ProposalView } from '#contracts';
import { Button, Form } from 'antd';
import { useSend } from '../lib/api';
import { useCustody } from '../lib/custody';
import { defineWords, useWords } from '../lib/words';
import { isWrongPassword, markWrongPassword, OwnPassword } from './own-password';
import { RefusalNote } from './refusal-note';

const words = defineWords('password-again', {
  wrong: { zh: '密码不对，没有审批。请重新输入。', en: 'The password is wrong; nothing was approved. Type it again.' },
  approveSign: { zh: '审批同意并签名', en: 'Approve and sign' },
  approve: { zh: '审批同意', en: 'Approve' },
  exchange: {
    zh: '本部门的签名密钥由平台托管：您审批后平台立即代为签名。平台运维在技术上也能代签，每份凭证都会注明这一点。',
    en: 'The exchange keeps your department’s signing key: once you approve, it signs at once. Its operator could sign, too, and every proof says so.',
  },
  department: {
    zh: '审批后还需用本部门自持的密钥签名，才会存证。',
    en: 'After the approval your department’s own key has to sign before it is sealed.',
  },
});

/** The office head's approval, with the password again. With custody `exchange` it makes the exchange sign at once. */
export function PasswordAgain({
  proposal,
  onDone,
}: {
  readonly proposal: ProposalView;
  readonly onDone?: (proposal: ProposalView) => void;
}) {
  const say = useWords(words);
  const [form] = Form.useForm<{ password: string }>();
  const approve = useSend(routes.approve, {
    refresh: ['requests', 'rights', 'datasets', 'departments', 'people'],
    onDone: (answer) => {
      form.resetFields();
      onDone?.(answer);
    },
  });
  const isExchange = useCustody(proposal) === 'exchange';
  return (
    <Form
      form={form}
      layout="vertical"
      className="narrow-form"
      onFinish={({ password }) =>
        approve.mutate(
          { params: { id: proposal.id }, body: { password } },
          { onError: (error) => markWrongPassword(form, error, say('wrong')) },
        )
      }
    >
      <p className="quiet">{say(isExchange ? 'exchange' : 'department')}</p>
      <OwnPassword />
      {isWrongPassword(approve.error) ? null : <RefusalNote error={approve.error} />}
      <Button type="primary" htmlType="submit" size="large" block loading={approve.isPending}>
        {say(isExchange ? 'approveSign' : 'approve')}
      </Button>
    </Form>
  );
}
