import { routes } from '#contracts';
import { useState } from 'react';
import { Button } from 'antd';
import { Section } from '../../components/page';
import { SignHere } from '../../components/sign-here';
import { NextStep, StateTag } from '../../components/state-tag';
import { useSession } from '../../app/session';
import { useReadPages } from '../../lib/api';
import { usePick, useWords } from '../../lib/words';
import { rightsWords } from './words';

/** Statements about this object that were sent and are not sealed yet; those that wait for this department's key are signed here. */
export function WaitingStatements({ about }: { readonly about: string }) {
  const say = useWords(rightsWords);
  const pick = usePick();
  const { department } = useSession();
  const [signing, sign] = useState<string>();
  const proposals = useReadPages(routes.proposals, {}, { pageSize: 200 });
  const waiting = proposals.items.filter(
    ({ about: of, state }) => of.id === about && state !== 'sealed' && state !== 'rejected' && state !== 'returned',
  );
  if (waiting.length === 0) return null;
  return (
    <Section title={say('waiting')}>
      <ul className="plain rows">
        {waiting.map((proposal) => (
          <li key={proposal.id} className="row">
            <span>
              {pick(proposal.sentence)} <StateTag kind="proposal" state={proposal.state} />{' '}
              <NextStep kind="proposal" state={proposal.state} />
            </span>
            {proposal.state === 'awaiting-signature' && proposal.statement.issuer === department && signing !== proposal.id ? (
              <Button size="small" type="primary" onClick={() => sign(proposal.id)}>
                {say('signNow')}
              </Button>
            ) : null}
            {signing === proposal.id ? (
              <div className="sign-box">
                <SignHere proposal={proposal} onDone={() => sign(undefined)} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}
