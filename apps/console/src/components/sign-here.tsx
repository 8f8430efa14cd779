import { routes, shortId, type ProposalView } from '#contracts';
import { checkSignature } from '#crypto';
import { bytesToSign, SigningFault } from '#ledger';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Typography } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { useSession } from '../app/session';
import { useRead, useSend } from '../lib/api';
import { heldSigningKey, signWith, type HeldSigningKey } from '../lib/held-keys';
import { fingerprintOf, trustedRoot, TrustRootDiffers } from '../lib/trust';
import { defineWords, usePick, useWords } from '../lib/words';
import { RefusalNote } from './refusal-note';
import { StatementWords } from './statement-words';

const words = defineWords('sign-here', {
  lead: {
    zh: '签名的内容如下。它由本浏览器从签署记录逐项解读，签名所覆盖的字节也在本机生成。',
    en: 'This is what will be signed. This browser decodes it field by field from the statement and makes the signed bytes itself.',
  },
  sign: { zh: '用本浏览器持有的密钥签名', en: 'Sign with the key held in this browser' },
  notHeld: {
    zh: '签署记录指定的密钥 {{key}} 不在本浏览器中。请在持有它的浏览器中签名，或在持有密钥文件的电脑上执行：',
    en: 'The key {{key}} that the statement names is not in this browser. Sign in the browser that holds it, or run, where the key file is:',
  },
  keyEnded: {
    zh: '签署记录指定的密钥 {{key}} 已结束，不能再签名。请将这件事项撤下或退回，重新办理后由现用的密钥签名。',
    en: 'The key {{key}} that the statement names has ended and signs nothing more. Take this back or return it and prepare it anew: then the key in force signs.',
  },
  keyLost: {
    zh: '密钥丢失了？先在“本部门”更换密钥，再将这件事项撤下或退回，重新办理。',
    en: 'Is the key lost? Replace it under “My department”; then take this back or return it and prepare it anew.',
  },
  toDepartment: { zh: '本部门', en: 'My department' },
  orCommand: { zh: '也可以用命令签名：', en: 'Or sign by the command:' },
  ledger: { zh: '账本', en: 'Ledger' },
  fingerprint: { zh: '信任根指纹', en: 'fingerprint of the trust root' },
  otherDepartment: {
    zh: '由 {{issuer}} 的密钥签名，您现在不代表该部门。',
    en: 'A key of {{issuer}} signs it; you do not act for it now.',
  },
});

/** The command that signs a proposal, exactly as it is typed. */
export const signCommand = (id: string): string => `quanlian inbox sign ${shortId(id)} --key KEY.pem`;

/**
 * A proposal that waits for its department's own signature: what would be signed in words, and the signature by the key that this browser
 * holds, or the command. The bytes are made here from what is shown; the exchange's own are never signed.
 */
export function SignHere({
  proposal,
  onDone,
}: {
  readonly proposal: ProposalView;
  readonly onDone?: (proposal: ProposalView) => void;
}) {
  const say = useWords(words);
  const { department } = useSession();
  const { statement } = proposal;
  const held = useQuery({
    queryKey: ['held-signing-key', statement.keyId],
    queryFn: async () => (await heldSigningKey(statement.keyId).catch(() => undefined)) ?? null,
  });
  const own = useRead(routes.department, { params: { code: department } });
  const isEnded = own.data?.keys.some(({ keyId, endedAt }) => keyId === statement.keyId && endedAt !== undefined) === true;
  if (statement.issuer !== department) return <p className="quiet">{say('otherDepartment', { issuer: statement.issuer })}</p>;
  return (
    <div>
      <p className="quiet">{say('lead')}</p>
      <StatementWords
        statement={statement}
        texts={proposal.texts}
        persons={proposal.approval ? [proposal.approval.person] : []}
      />
      {isEnded ? (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={say('keyEnded', { key: statement.keyId.slice(0, 8) })}
          className="refusal"
        />
      ) : (
        <>
          {held.data ? <SignWith proposal={proposal} held={held.data} onDone={onDone} /> : null}
          {held.data === null ? <p>{say('notHeld', { key: statement.keyId.slice(0, 8) })}</p> : null}
          {/* The command needs nothing of this browser, so it does not wait for what the browser finds. */}
          <p>
            {held.data ? `${say('orCommand')} ` : null}
            <Typography.Text code copyable={{ text: signCommand(proposal.id), tooltips: false }}>
              {signCommand(proposal.id)}
            </Typography.Text>
          </p>
          {held.data === null ? (
            <p className="quiet">
              {say('keyLost')} <Link to="/department">{say('toDepartment')}</Link>
            </p>
          ) : null}
        </>
      )}
    </div>
  );
}

function SignWith({
  proposal,
  held,
  onDone,
}: {
  readonly proposal: ProposalView;
  readonly held: HeldSigningKey;
  readonly onDone: ((proposal: ProposalView) => void) | undefined;
}) {
  const say = useWords(words);
  const pick = usePick();
  const { department } = useSession();
  const root = useQuery({ queryKey: ['trusted-root'], queryFn: trustedRoot, retry: false });
  const [fault, setFault] = useState<{ zh: string; en: string }>();
  const [isSigning, setSigning] = useState(false);
  const send = useSend(routes.sign, {
    refresh: ['requests', 'rights', 'datasets', 'deliveries', 'departments', 'people'],
    ...(onDone ? { onDone } : {}),
  });
  const sign = async () => {
    setSigning(true);
    setFault(undefined);
    try {
      const { origin } = await trustedRoot();
      const bytes = bytesToSign(proposal, { origin, department, keyId: held.keyId });
      const signature = await signWith(held, bytes);
      checkSignature(held.publicKey, bytes, signature);
      send.mutate({ params: { id: proposal.id }, body: { keyId: held.keyId, signature } });
    } catch (error) {
      if (!(error instanceof SigningFault || error instanceof TrustRootDiffers)) throw error;
      setFault(error.sentence);
    } finally {
      setSigning(false);
    }
  };
  const faulty = fault ?? (root.error instanceof TrustRootDiffers ? root.error.sentence : undefined);
  return (
    <>
      {faulty ? <Alert type="error" showIcon role="alert" title={pick(faulty)} className="refusal" /> : null}
      <RefusalNote error={send.error} />
      <Button
        type="primary"
        size="large"
        block
        loading={isSigning || send.isPending}
        disabled={root.data === undefined}
        onClick={() => void sign()}
      >
        {say('sign')}
      </Button>
      {root.data ? (
        <p className="quiet">
          {say('ledger')} {root.data.origin} · {say('fingerprint')} <code>{fingerprintOf(root.data).slice(0, 16)}</code>
        </p>
      ) : null}
    </>
  );
}
