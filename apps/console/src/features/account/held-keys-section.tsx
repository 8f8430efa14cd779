import { routes } from '#contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { Hash } from '../../components/hash';
import { Instant } from '../../components/instant';
import { Section } from '../../components/page';
import { useRead } from '../../lib/api';
import { useFocusReturn } from '../../lib/focus-return';
import { forgetKey, heldIdentities, heldSigningKeys, type HeldIdentity, type HeldSigningKey } from '../../lib/held-keys';
import { message } from '../../lib/message';
import { useWords } from '../../lib/words';
import { accountWords } from './words';

type Held = HeldSigningKey | HeldIdentity;
const idOf = (key: Held) => ('keyId' in key ? key.keyId : key.recipient);

/** The keys in this browser, of whatever department, and the way to be rid of them; nothing where there are none. */
export function HeldKeys() {
  const say = useWords(accountWords);
  const cache = useQueryClient();
  const held = useQuery({
    queryKey: ['held-keys', 'all'],
    queryFn: async (): Promise<Held[]> => [
      ...(await heldSigningKeys().catch(() => [])),
      ...(await heldIdentities().catch(() => [])),
    ],
  });
  const departments = useRead(routes.departments, {});
  const [removing, setRemoving] = useState<Held>();
  const nameOf = (code: string) => departments.data?.items.find((one) => one.code === code)?.name ?? code;
  if (!held.data || held.data.length === 0) return null;
  const remove = async (key: Held) => {
    await forgetKey(key);
    setRemoving(undefined);
    message.success(say('removed'));
    await cache.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('held-') });
  };
  return (
    <Section title={say('keys')}>
      <p className="quiet">{say('keysLead')}</p>
      <ul className="plain rows columns">
        {held.data.map((key) => (
          <li key={idOf(key)} className="row">
            <span>
              <b>{say('keyId' in key ? 'signingKey' : 'identity')}</b> <Hash of={idOf(key)} shown={14} />
            </span>
            <span className="quiet">
              {nameOf(key.department)} · {say('made')} <Instant at={key.madeAt} />
            </span>
            <Button
              size="small"
              danger
              onClick={() => setRemoving(key)}
              aria-label={`${say('remove')} ${idOf(key).slice(0, 14)}`}
            >
              {say('remove')}
            </Button>
          </li>
        ))}
      </ul>
      {removing ? (
        <Removal of={removing} department={nameOf(removing.department)} onKeep={() => setRemoving(undefined)} onRemove={remove} />
      ) : null}
    </Section>
  );
}

function Removal({
  of,
  department,
  onKeep,
  onRemove,
}: {
  readonly of: Held;
  readonly department: string;
  readonly onKeep: () => void;
  readonly onRemove: (key: Held) => Promise<void>;
}) {
  const say = useWords(accountWords);
  useFocusReturn();
  return (
    <Modal
      open
      title={say('removeTitle')}
      okText={say('remove')}
      okButtonProps={{ danger: true }}
      cancelText={say('keep')}
      onCancel={onKeep}
      onOk={() => void onRemove(of)}
    >
      <p>{say('keyId' in of ? 'losesSigning' : 'losesIdentity', { department, key: `${idOf(of).slice(0, 14)}…` })}</p>
    </Modal>
  );
}
