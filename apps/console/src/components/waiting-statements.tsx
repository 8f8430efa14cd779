import { routes, type ProposalView } from '#contracts';
import { useState } from 'react';
import { Button } from 'antd';
import { Section } from './page';
import { SignHere } from './sign-here';
import { NextStep, StateTag } from './state-tag';
import { Link } from 'react-router';
import { useSession } from '../app/session';
import { useReadPages } from '../lib/api';
import { defineWords, usePick, useWords } from '../lib/words';

const words = defineWords('waiting-statements', {
  title: { zh: '待办的签署记录', en: 'Waiting statements' },
  sign: { zh: '签名', en: 'Sign' },
});

/** Statements about this object that were sent and are not sealed yet, as far as this person may see them. */
export function useWaiting(about: string): readonly ProposalView[] {
  const proposals = useReadPages(routes.proposals, { query: { about } }, { pageSize: 50 });
  return proposals.items.filter(({ state }) => state !== 'sealed' && state !== 'rejected' && state !== 'returned');
}

/** Statements about this object that were sent and are not sealed yet; those that wait for this department's key are signed here. */
export function WaitingStatements({ about }: { readonly about: string }) {
  const say = useWords(words);
  const pick = usePick();
  const { department } = useSession();
  const [signing, sign] = useState<string>();
  const waiting = useWaiting(about);
  if (waiting.length === 0) return null;
  return (
    <Section title={say('title')}>
      <ul className="plain rows">
        {waiting.map((proposal) => (
          <li key={proposal.id} className="row">
            <span>
              <Link to={`/inbox/proposals/${proposal.id}`}>{pick(proposal.sentence)}</Link>{' '}
              <StateTag kind="proposal" state={proposal.state} /> <NextStep kind="proposal" state={proposal.state} />
            </span>
            {proposal.state === 'awaiting-signature' && proposal.statement.issuer === department && signing !== proposal.id ? (
              <Button size="small" type="primary" onClick={() => sign(proposal.id)}>
                {say('sign')}
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
