import { refusalReasonWords, routes, word, type ProposalView, type RequestView } from '#contracts';
import { useNavigate, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { SupplementChanges } from '../../components/changes';
import { Due } from '../../components/due';
import { LinkButton } from '../../components/link-button';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { SignHere } from '../../components/sign-here';
import { StateActions } from '../../components/state-actions';
import { NextStep, StateTag } from '../../components/state-tag';
import { Terms, type TermsShown } from '../../components/terms';
import { Whole } from '../../components/whole';
import { useRead } from '../../lib/api';
import { usePick, useWords } from '../../lib/words';
import { journeyOf, journeyTypes } from './journey';
import { JourneyList } from './journey-list';
import { requestWords } from './words';
import './ask.css';

/** One request: where it stands and what can be done, what was asked, and its journey. Also one that has not left the department yet. */
export function RequestPage() {
  const say = useWords(requestWords);
  const { has } = useSession();
  const { id = '' } = useParams();
  const proposals = useRead(routes.proposals, { query: { about: id, state: 'all', limit: 100 } });
  // What creates a request has its id. Until it is sealed there is no request.
  const creating = proposals.data?.items.find((one) => one.id === id);
  const isSealed = proposals.data !== undefined && (creating === undefined || creating.state === 'sealed');
  const request = useRead(routes.request, { params: { id } }, { enabled: isSealed });
  if (request.data) return <Sealed request={request.data} proposals={proposals.data?.items ?? []} />;
  if (creating && !isSealed) return <Unsealed proposal={creating} />;
  return (
    <ObjectPage
      title={say('requestName')}
      reading={isSealed ? request : proposals}
      list={has('requester', 'office-head') ? '/requests' : undefined}
    />
  );
}

function Sealed({ request, proposals }: { readonly request: RequestView; readonly proposals: readonly ProposalView[] }) {
  const say = useWords(requestWords);
  const pick = usePick();
  const navigate = useNavigate();
  const { department, has } = useSession();
  const { id, state } = request;
  const isOurs = request.from === department;
  const waiting = proposals.find((one) => isOnItsWay(one));
  return (
    <Page
      title={say('requestTitle', { title: request.datasetTitle })}
      back={{ to: '/requests', label: say('title') }}
      lead={say('fromTo', { from: request.fromName, to: request.toName })}
      actions={<LinkButton to={`/find/${request.dataset}`}>{say('seeEntry')}</LinkButton>}
    >
      <Section title={say('now')}>
        <div className="request-now">
          <p>
            <StateTag kind="request" state={state} />{' '}
            {state === 'submitted' ? <Due due={request.due} workingDaysLeft={request.workingDaysLeft} /> : null}
          </p>
          <p>
            <NextStep kind="request" state={state} />
          </p>
          {state === 'supplement-asked' && request.missing ? (
            <p className="request-said">
              <b>{say('missing')}</b> {request.missing}
            </p>
          ) : null}
          {request.refusal ? (
            <p className="request-said">
              <b>{pick(word(refusalReasonWords, request.refusal.code))}</b> {request.refusal.reason}
            </p>
          ) : null}
          {waiting ? <Waiting proposal={waiting} /> : null}
          <div className="page-actions">
            {request.right === undefined ? null : (
              <LinkButton to={`/rights/${request.right}`} type="primary">
                {say('seeRight')}
              </LinkButton>
            )}
            {isOurs && has('requester') && (state === 'refused' || state === 'withdrawn') ? (
              <LinkButton to={`/ask/${request.dataset}`} type="primary">
                {say('askAnew')}
              </LinkButton>
            ) : null}
            {waiting ? null : (
              <StateActions
                kind="request"
                state={state}
                parties={{ from: request.from, to: request.to, supplementAsked: request.supplementAsked }}
                params={{ id }}
                elsewhere={{ 'answer-supplement': () => void navigate(`/requests/${id}/supplement`) }}
                only={['answer-supplement', 'withdraw']}
              />
            )}
          </div>
        </div>
      </Section>
      <Journey id={id} proposals={proposals} />
      <Asked dataset={request.dataset} of={request.asked} />
    </Page>
  );
}

function isOnItsWay({ state }: ProposalView): boolean {
  return state === 'awaiting-approval' || state === 'awaiting-signature' || state === 'awaiting-seal';
}

/** A statement of ours on its way: who must act, and the signature where it is this department's own. */
function Waiting({ proposal }: { readonly proposal: ProposalView }) {
  const say = useWords(requestWords);
  const pick = usePick();
  const navigate = useNavigate();
  const { id, state, statement, approvalBy, preparedBy } = proposal;
  return (
    <div className="request-waiting">
      <p>
        <b>{pick(proposal.sentence)}</b> <StateTag kind="proposal" state={state} />
      </p>
      <p>
        <NextStep kind="proposal" state={state} />
      </p>
      {statement.type === 'request.supplemented' ? <SupplementChanges {...statement.body} /> : null}
      {state === 'awaiting-signature' ? (
        <>
          <h3>{say('signHere')}</h3>
          <SignHere proposal={proposal} />
        </>
      ) : null}
      <div className="page-actions">
        <StateActions
          kind="proposal"
          state={state}
          parties={{ issuer: statement.issuer, approver: approvalBy, preparer: preparedBy.id }}
          params={{ id }}
          only={['approve', 'return', 'take-back']}
          elsewhere={{ approve: () => void navigate(`/inbox/proposals/${id}`) }}
        />
      </div>
    </div>
  );
}

/** A request that the ledger does not have yet: it waits within the department, or it was returned. */
function Unsealed({ proposal }: { readonly proposal: ProposalView }) {
  const say = useWords(requestWords);
  const { has } = useSession();
  const { about, statement, texts, state } = proposal;
  const asked = statement.type === 'request.submitted' ? statement.body.asked : undefined;
  const dataset = about.dataset ?? (statement.body as { dataset?: string }).dataset ?? '';
  return (
    <Page
      title={say('requestTitle', { title: about.title })}
      back={{ to: '/requests', label: say('title') }}
      lead={say('fromTo', { from: about.departments[0]?.name ?? '', to: about.departments.at(-1)?.name ?? '' })}
      actions={<LinkButton to={`/find/${dataset}`}>{say('seeEntry')}</LinkButton>}
    >
      <Section title={say('now')}>
        <Waiting proposal={proposal} />
        {has('requester') && (state === 'returned' || state === 'rejected') ? (
          <LinkButton to={`/ask/${dataset}`} type="primary">
            {say('askAnew')}
          </LinkButton>
        ) : null}
      </Section>
      <Journey id={proposal.id} proposals={[proposal]} />
      {asked ? (
        <Asked
          dataset={dataset}
          of={{
            ...asked,
            purpose: {
              basis: texts[asked.purpose.basis]?.text ?? '',
              scenario: texts[asked.purpose.scenario]?.text ?? '',
            },
          }}
        />
      ) : null}
    </Page>
  );
}

function Journey({ id, proposals }: { readonly id: string; readonly proposals: readonly ProposalView[] }) {
  const say = useWords(requestWords);
  const entries = useRead(routes.trail, { query: { subject: id, type: journeyTypes.join(','), limit: 100 } });
  return (
    <Section title={say('journey')}>
      <Whole reading={entries}>
        <JourneyList steps={journeyOf(id, entries.data?.items ?? [], proposals)} />
      </Whole>
    </Section>
  );
}

function Asked({ dataset: id, of }: { readonly dataset: string; readonly of: TermsShown }) {
  const say = useWords(requestWords);
  const dataset = useRead(routes.dataset, { params: { id } });
  return (
    <Section title={say('asked')}>
      <Whole reading={dataset}>
        <Terms of={of} items={dataset.data?.entry.items ?? []} />
      </Whole>
    </Section>
  );
}
