import { custodyWords, endReasonWords, routes, word, type DepartmentView, type ProposalView } from '#contracts';
import { keyPossessionBytes } from '#ledger';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Modal, Typography } from 'antd';
import { useState } from 'react';
import { useSession } from '../../app/session';
import { BodyDialog } from '../../components/body-dialog';
import { Hash } from '../../components/hash';
import { Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { bodyFormOf } from '../../components/schema-form';
import { ToneTag } from '../../components/state-tag';
import { useSend } from '../../lib/api';
import { keyInForce } from '../../lib/custody';
import { useFocusReturn } from '../../lib/focus-return';
import { heldSigningKeys, keysPossible, makeSigningKey, signWith, type HeldSigningKey } from '../../lib/held-keys';
import { trustedRoot, TrustRootDiffers } from '../../lib/trust';
import { message } from '../../lib/message';
import { usePick, useWords } from '../../lib/words';
import { departmentWords } from './words';

/** What this browser can hold, asked once. */
export const useKeysPossible = () => useQuery({ queryKey: ['keys-possible'], queryFn: keysPossible, staleTime: Infinity }).data;

/** Keys of the department that this browser holds. */
export const useHeldKeys = (department: string) =>
  useQuery({ queryKey: ['held-keys', department], queryFn: () => heldSigningKeys(department).catch(() => []) }).data ?? [];

/** The department's signing keys: whose hands they are in, since and until which entry; and for its head, new ones and ends. */
export function Keys({ department }: { readonly department: DepartmentView }) {
  const say = useWords(departmentWords);
  const pick = usePick();
  const { person, has } = useSession();
  const held = useHeldKeys(department.code);
  const [dialog, setDialog] = useState<'make' | 'exchange' | HeldSigningKey>();
  const [ending, setEnding] = useState<string>();
  const isHead = has('office-head');
  const newest = keyInForce(department);
  const known = new Set(department.keys.map(({ keyId }) => keyId));
  const endForm = bodyFormOf(routes.endKey, 'end');
  return (
    <Section
      title={say('keys')}
      extra={
        isHead ? (
          <div className="page-actions">
            <Button onClick={() => setDialog('make')}>{say('makeKey')}</Button>
            <Button type="text" onClick={() => setDialog('exchange')}>
              {say('nominateExchange')}
            </Button>
          </div>
        ) : null
      }
    >
      <p className="quiet">{say('keysLead')}</p>
      {newest?.custody === 'exchange' ? (
        <Alert type="warning" showIcon className="refusal" title={say('custodyExchange')} />
      ) : null}
      <ul className="plain rows columns">
        {department.keys.map((key) => (
          <li key={key.keyId} className="row">
            <span>
              <Hash of={key.keyId} shown={12} /> <b>{pick(word(custodyWords, key.custody))}</b>{' '}
              {held.some(({ keyId }) => keyId === key.keyId) ? <ToneTag tone="good">{say('here')}</ToneTag> : null}
            </span>
            <span className="quiet">
              {say('admitted')} #{key.admittedAt} ·{' '}
              {key.endedAt === undefined
                ? say('inForce')
                : say('ended', { reason: pick(word(endReasonWords, key.endReason ?? '')), at: key.endedAt })}
            </span>
            {isHead && key.endedAt === undefined ? (
              <Button
                size="small"
                danger
                onClick={() => setEnding(key.keyId)}
                aria-label={`${say('end')} ${key.keyId.slice(0, 8)}`}
              >
                {say('end')}
              </Button>
            ) : (
              <span />
            )}
          </li>
        ))}
        {held
          .filter(({ keyId }) => !known.has(keyId))
          .map((key) => (
            <li key={key.keyId} className="row">
              <span>
                <Hash of={key.keyId} shown={12} /> <ToneTag tone="good">{say('here')}</ToneTag>
              </span>
              <span className="quiet">{say('notAdmitted')}</span>
              {isHead ? (
                <Button size="small" onClick={() => setDialog(key)}>
                  {say('nominate')}
                </Button>
              ) : (
                <span />
              )}
            </li>
          ))}
      </ul>
      {department.keys.length + held.length === 0 ? <p>{say('none')}</p> : null}
      {dialog === undefined ? null : (
        <Nominate
          department={department.code}
          what={dialog}
          onClose={() => setDialog(undefined)}
          onDone={() => {
            setDialog(undefined);
            message.success(say('nominated'));
          }}
        />
      )}
      {ending !== undefined && endForm ? (
        <BodyDialog
          title={say('endKey')}
          dangerous
          lead={<p>{say('endKeyLead')}</p>}
          route={routes.endKey}
          params={{ code: department.code, keyId: ending }}
          form={endForm}
          draftName={`end-key:${person.id}:${ending}`}
          onClose={() => setEnding(undefined)}
          onDone={() => message.success(say('done'))}
        />
      ) : null}
    </Section>
  );
}

function Nominate({
  department,
  what,
  onClose,
  onDone,
}: {
  readonly department: string;
  readonly what: 'make' | 'exchange' | HeldSigningKey;
  readonly onClose: () => void;
  readonly onDone: (proposal: ProposalView) => void;
}) {
  const say = useWords(departmentWords);
  const pick = usePick();
  const cache = useQueryClient();
  const can = useKeysPossible();
  useFocusReturn();
  // A second try nominates the same key: one that was made is not made again.
  const [made, setMade] = useState<HeldSigningKey | undefined>(typeof what === 'object' ? what : undefined);
  const [fault, setFault] = useState<{ zh: string; en: string }>();
  const [isMaking, setMaking] = useState(false);
  const send = useSend(routes.nominateKey, { refresh: ['proposals'], onDone });
  const isExchange = what === 'exchange';
  const act = async () => {
    if (isExchange) return send.mutate({ params: { code: department }, body: { custody: 'exchange' } });
    setMaking(true);
    setFault(undefined);
    try {
      const { origin } = await trustedRoot();
      const key = made ?? (await makeSigningKey(department));
      setMade(key);
      await cache.invalidateQueries({ queryKey: ['held-keys'] });
      const proof = await signWith(key, keyPossessionBytes(origin, department, key.publicKey));
      send.mutate({ params: { code: department }, body: { custody: 'department', publicKey: key.publicKey, proof } });
    } catch (error) {
      if (!(error instanceof TrustRootDiffers)) throw error;
      setFault(error.sentence);
    } finally {
      setMaking(false);
    }
  };
  const isTooOld = !isExchange && can !== undefined && !can.signing;
  const title = say(isExchange ? 'nominateExchange' : typeof what === 'object' ? 'nominate' : 'makeKey');
  return (
    <Modal
      open
      title={title}
      okText={title}
      cancelText={say('cancel')}
      onCancel={onClose}
      onOk={() => void act()}
      okButtonProps={{ disabled: isTooOld || (!isExchange && can === undefined) }}
      confirmLoading={isMaking || send.isPending}
    >
      <p>{say(isExchange ? 'nominateExchangeLead' : isTooOld ? 'tooOld' : 'makeKeyLead')}</p>
      {isExchange ? null : (
        <Commands lines={['quanlian keys new --out KEY.pem --passphrase', 'quanlian keys nominate KEY.pem']} />
      )}
      {fault ? <Alert type="error" showIcon title={pick(fault)} className="refusal" /> : null}
      <RefusalNote error={send.error} />
    </Modal>
  );
}

/** Commands, exactly as they are typed. */
export function Commands({ lines }: { readonly lines: readonly string[] }) {
  const say = useWords(departmentWords);
  return (
    <p className="quiet">
      {say('orCommand')}
      {lines.map((line) => (
        <span key={line} className="key-command">
          <Typography.Text code copyable={{ text: line, tooltips: false }}>
            {line}
          </Typography.Text>
        </span>
      ))}
    </p>
  );
}
