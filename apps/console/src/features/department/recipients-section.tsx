import { endReasonWords, routes, word, type DepartmentView } from '#contracts';
import { checkAgeRecipient } from '#crypto';
import { recipientDeclarationBytes } from '#ledger';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal, Radio } from 'antd';
import type { Rule } from 'antd/es/form';
import { useRef, useState } from 'react';
import { useSession } from '../../app/session';
import { BodyDialog } from '../../components/body-dialog';
import { Hash } from '../../components/hash';
import { Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { bodyFormOf } from '../../components/schema-form';
import { ToneTag } from '../../components/state-tag';
import { problemOf, useSend } from '../../lib/api';
import { bodyOf, ruleOf, showOnForm } from '../../lib/forms';
import { keyInForce } from '../../lib/custody';
import { useFocusReturn } from '../../lib/focus-return';
import { heldIdentities, makeIdentity, signWith } from '../../lib/held-keys';
import { trustedRoot, TrustRootDiffers } from '../../lib/trust';
import { message } from '../../lib/message';
import { usePick, useWords } from '../../lib/words';
import { Commands, useHeldKeys, useKeysPossible } from './keys-section';
import { departmentWords } from './words';

const useHeldIdentities = (department: string) =>
  useQuery({ queryKey: ['held-identities', department], queryFn: () => heldIdentities(department).catch(() => []) }).data ?? [];

/** What deliveries to the department are encrypted to; for its head, new ones and ends. */
export function Recipients({ department }: { readonly department: DepartmentView }) {
  const say = useWords(departmentWords);
  const pick = usePick();
  const { person, has } = useSession();
  const held = useHeldIdentities(department.code);
  const [isAdding, setAdding] = useState(false);
  const [ending, setEnding] = useState<string>();
  const isHead = has('office-head');
  const endForm = ending === undefined ? undefined : bodyFormOf(routes.endRecipient, 'end', { recipient: ending });
  return (
    <Section
      title={say('recipients')}
      extra={isHead ? <Button onClick={() => setAdding(true)}>{say('addRecipient')}</Button> : null}
    >
      <p className="quiet">{say('recipientsLead')}</p>
      {department.recipients.length === 0 ? <p>{say('none')}</p> : null}
      <ul className="plain rows columns">
        {department.recipients.map((one) => (
          <li key={one.recipient} className="row">
            <span>
              <b>{one.label}</b> <Hash of={one.recipient} shown={14} />{' '}
              {held.some(({ recipient }) => recipient === one.recipient) ? <ToneTag tone="good">{say('here')}</ToneTag> : null}
            </span>
            <span className="quiet">
              {say('admitted')} #{one.admittedAt} ·{' '}
              {one.endedAt === undefined
                ? say('inForce')
                : say('ended', { reason: pick(word(endReasonWords, one.endReason ?? '')), at: one.endedAt })}
            </span>
            {isHead && one.endedAt === undefined ? (
              <Button size="small" danger onClick={() => setEnding(one.recipient)} aria-label={`${say('end')} ${one.label}`}>
                {say('end')}
              </Button>
            ) : (
              <span />
            )}
          </li>
        ))}
      </ul>
      {isAdding ? <AddRecipient department={department} onClose={() => setAdding(false)} /> : null}
      {ending !== undefined && endForm ? (
        <BodyDialog
          title={say('endRecipient')}
          dangerous
          lead={<p>{say('endRecipientLead')}</p>}
          route={routes.endRecipient}
          params={{ code: department.code }}
          form={endForm}
          draftName={`end-recipient:${person.id}:${ending}`}
          onClose={() => setEnding(undefined)}
          onDone={() => message.success(say('done'))}
        />
      ) : null}
    </Section>
  );
}

interface Filled {
  readonly which: string;
  readonly label: string;
  readonly recipient?: string;
}

/** What is wrong with a typed recipient. Judged here, so that a secret pasted by mistake goes nowhere. Empty fields are `required`'s business. */
function recipientFault(typed: string): 'secretTyped' | 'badRecipient' | undefined {
  if (typed === '') return undefined;
  if (/^AGE-(?:SECRET-KEY|PLUGIN)/i.test(typed)) return 'secretTyped';
  try {
    checkAgeRecipient(typed);
    return undefined;
  } catch {
    return 'badRecipient';
  }
}

function AddRecipient({ department, onClose }: { readonly department: DepartmentView; readonly onClose: () => void }) {
  const say = useWords(departmentWords);
  const pick = usePick();
  const cache = useQueryClient();
  const { code } = department;
  useFocusReturn();
  const can = useKeysPossible();
  const identities = useHeldIdentities(code);
  const keys = useHeldKeys(code);
  const [form] = Form.useForm<Filled>();
  const which = Form.useWatch('which', form);
  const [fault, setFault] = useState<{ zh: string; en: string }>();
  // Making one takes a moment, in which a second click would make another.
  const isBusy = useRef(false);
  const shape = bodyOf(routes.nominateRecipient).shape;
  // A department that holds its own key says itself that a recipient is its own; otherwise the exchange, holding the key, does.
  const inForce = keyInForce(department);
  const own = inForce?.custody === 'department' ? inForce : undefined;
  const signer = own && keys.find(({ keyId }) => keyId === own.keyId);
  const send = useSend(routes.nominateRecipient, {
    refresh: ['proposals'],
    onDone: () => {
      message.success(say('nominated'));
      onClose();
    },
  });
  const unused = identities.filter(({ recipient }) => !department.recipients.some((one) => one.recipient === recipient));

  const submit = async (filled: Filled) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setFault(undefined);
    try {
      const recipient =
        filled.which === 'type'
          ? (filled.recipient?.trim() ?? '')
          : filled.which === 'make'
            ? (await makeIdentity(code)).recipient
            : filled.which;
      // One that was made is offered from here on: a second try makes no second one.
      if (filled.which === 'make') {
        await cache.invalidateQueries({ queryKey: ['held-identities'] });
        form.setFieldValue('which', recipient);
      }
      const declared = signer
        ? {
            keyId: signer.keyId,
            proof: await signWith(signer, recipientDeclarationBytes((await trustedRoot()).origin, code, recipient)),
          }
        : {};
      send.mutate(
        { params: { code }, body: { recipient, label: filled.label, ...declared } },
        {
          onError: (error) => {
            const problem = problemOf(error);
            if (problem) showOnForm(form, problem);
          },
        },
      );
    } catch (error) {
      if (!(error instanceof TrustRootDiffers)) throw error;
      setFault(error.sentence);
    } finally {
      isBusy.current = false;
    }
  };
  const recipientRule: Rule = {
    validator: (_, typed?: string) => {
      const fault = recipientFault(typed?.trim() ?? '');
      return fault ? Promise.reject(new Error(say(fault))) : Promise.resolve();
    },
  };
  const isBlocked = own !== undefined && signer === undefined;
  return (
    <Modal
      open
      title={say('addRecipient')}
      okText={say('nominate')}
      cancelText={say('cancel')}
      onCancel={onClose}
      onOk={() => form.submit()}
      okButtonProps={{ disabled: isBlocked || can === undefined }}
      confirmLoading={send.isPending}
    >
      {isBlocked ? (
        <>
          <p>{say('needsKey')}</p>
          <Commands
            lines={[
              'quanlian keys recipient --out IDENTITY.txt',
              'quanlian keys nominate-recipient IDENTITY.txt --label LABEL --key KEY.pem',
            ]}
          />
        </>
      ) : can ? (
        <Form
          form={form}
          layout="vertical"
          initialValues={{ which: unused[0]?.recipient ?? (can.identity ? 'make' : 'type') }}
          onFinish={(filled) => void submit(filled)}
        >
          <Form.Item name="which" label={say('whichIdentity')}>
            <Radio.Group
              className="choices-down"
              options={[
                ...unused.map(({ recipient }) => ({
                  value: recipient,
                  label: say('useHeld', { recipient: `${recipient.slice(0, 14)}…` }),
                })),
                { value: 'make', label: say('makeIdentity'), disabled: !can.identity },
                { value: 'type', label: say('typeRecipient') },
              ]}
            />
          </Form.Item>
          {which === 'make' ? <p className="quiet">{say('makeIdentityLead')}</p> : null}
          {can.identity ? null : (
            <>
              <p className="quiet">{say('tooOld')}</p>
              <Commands lines={['quanlian keys recipient --out IDENTITY.txt']} />
            </>
          )}
          {which === 'type' ? (
            <Form.Item name="recipient" label={say('recipient')} rules={[{ required: true }, recipientRule]}>
              <Input placeholder="age1…" autoComplete="off" spellCheck={false} />
            </Form.Item>
          ) : null}
          <Form.Item name="label" label={say('label')} extra={say('labelHint')} rules={[{ required: true }, ruleOf(shape.label)]}>
            <Input />
          </Form.Item>
        </Form>
      ) : null}
      {fault ? <Alert type="error" showIcon title={pick(fault)} className="refusal" /> : null}
      <RefusalNote error={send.error} />
    </Modal>
  );
}
