import {
  actionsOn,
  custodyWords,
  decisionWords,
  routes,
  statementWords,
  word,
  type ProposalView,
  type Statement,
} from '#contracts';
import { Alert } from 'antd';
import { Link, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { SupplementChanges } from '../../components/changes';
import { Due } from '../../components/due';
import { Facts } from '../../components/facts';
import { Instant } from '../../components/instant';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { PasswordAgain } from '../../components/password-again';
import { ReceiptButton } from '../../components/receipt-button';
import { SignHere } from '../../components/sign-here';
import { StateActions } from '../../components/state-actions';
import { NextStep, StateTag } from '../../components/state-tag';
import { StatementWords } from '../../components/statement-words';
import { Whole } from '../../components/whole';
import { useRead } from '../../lib/api';
import { useCustody } from '../../lib/custody';
import { message } from '../../lib/message';
import { usePick, useWords } from '../../lib/words';
import { Difference } from './difference';
import { partiesOf } from './inbox-list';
import { NextWaiting } from './next-waiting';
import { PreviewTable } from './preview-table';
import './inbox.css';
import { inboxWords, proposalWords, reviewWords } from './words';

/** What exactly would be signed, and the approval, the signature or the way back. */
export function ProposalPage() {
  const say = useWords(proposalWords);
  const sayInbox = useWords(inboxWords);
  const pick = usePick();
  const { id = '' } = useParams();
  const proposal = useRead(
    routes.proposal,
    { params: { id } },
    // A seal takes a moment; news of it may be lost on the way.
    { refetchInterval: 10_000 },
  );
  if (!proposal.data) return <ObjectPage title={say('title')} reading={proposal} list="/inbox" />;
  return (
    <Page
      title={pick(proposal.data.sentence)}
      lead={pick(statementWords[proposal.data.type])}
      back={{ to: '/inbox', label: sayInbox('title') }}
      actions={proposal.data.index === undefined ? undefined : <ReceiptButton statement={id} />}
    >
      <Proposal key={id} proposal={proposal.data} />
    </Page>
  );
}

function Proposal({ proposal }: { readonly proposal: ProposalView }) {
  const say = useWords(proposalWords);
  const sayReview = useWords(reviewWords);
  const pick = usePick();
  const { person, department, roles, competent, has } = useSession();
  const parties = partiesOf(proposal);
  const custody = useCustody(proposal);
  const can = new Set(
    actionsOn('proposal', proposal.state, { person: person.id, department, roles, competent }, parties).map(({ name }) => name),
  );
  const isGrant = proposal.statement.type === 'right.granted';
  const mustSign = proposal.state === 'awaiting-signature' && proposal.custody === 'department' && can.has('sign');
  const requestId = 'request' in proposal.statement.body ? proposal.statement.body.request : undefined;
  // Of what is asked the provider's side comes last; it has a page of its own for the request.
  const isProvider = proposal.about.departments.at(-1)?.code === department && has('steward', 'office-head');
  const isWaitingForOther =
    proposal.state === 'awaiting-approval' && has('office-head') && proposal.approvalBy === department && !can.has('approve');
  const words = (
    <StatementWords
      statement={proposal.statement}
      texts={proposal.texts}
      persons={[proposal.preparedBy, ...(proposal.approval ? [proposal.approval.person] : [])]}
    />
  );
  const mayApprove = can.has('approve');
  return (
    <div className={mayApprove ? 'proposal' : undefined}>
      <div className="proposal-said">
        <Section title={say('summary')} extra={<StateTag kind="proposal" state={proposal.state} />}>
          <Facts
            of={[
              [
                say('about'),
                // A request goes from one to the other; an end of a right goes the other way.
                [
                  proposal.about.title,
                  [...new Set(proposal.about.departments.map(({ name }) => name))].join(
                    proposal.type.startsWith('request.') ? ' → ' : ' · ',
                  ),
                ]
                  .filter((text) => text !== '')
                  .join(' · '),
              ],
              [
                say('due'),
                proposal.due ? <Due key="due" due={proposal.due} workingDaysLeft={proposal.workingDaysLeft} /> : undefined,
              ],
              [
                say('preparedBy'),
                <span key="by">
                  {proposal.preparedBy.name} · <Instant at={proposal.preparedAt} />
                </span>,
              ],
              [
                say('approval'),
                proposal.approval ? (
                  <span key="approval">
                    {proposal.approval.person.name} · <Instant at={proposal.approval.at} />
                  </span>
                ) : undefined,
              ],
              [say('custody'), pick(word(custodyWords, custody))],
              [
                say('sealedAt'),
                proposal.index === undefined ? undefined : (
                  <Link key="entry" to={`/trail/${proposal.index}`}>
                    #{proposal.index}
                  </Link>
                ),
              ],
              [say('returned'), proposal.returnReason],
              [
                say('request'),
                requestId ? (
                  <Link key="request" to={isProvider ? `/inbox/requests/${requestId}` : `/requests/${requestId}`}>
                    {say('openRequest')}
                  </Link>
                ) : undefined,
              ],
            ]}
          />
          <p className="proposal-next">
            <NextStep kind="proposal" state={proposal.state} />
          </p>
          {proposal.problem ? <Alert type="error" showIcon title={pick(proposal.problem.title)} className="refusal" /> : null}
          {mayApprove || mustSign ? null : <NextWaiting done={proposal.id} />}
        </Section>
        {isGrant ? <Grant statement={proposal.statement as Statement<'right.granted'>} proposal={proposal} /> : null}
        {proposal.statement.type === 'request.supplemented' ? (
          <Section title={sayReview('changes')}>
            <SupplementChanges {...proposal.statement.body} />
          </Section>
        ) : null}
        {mustSign ? (
          <Section title={say('signature')}>
            <SignHere proposal={proposal} />
          </Section>
        ) : (
          <Section title={say('statement')}>
            {isGrant ? (
              <details className="proposal-statement">
                <summary>{say('statementMore')}</summary>
                {words}
              </details>
            ) : (
              words
            )}
          </Section>
        )}
      </div>
      <div className="proposal-turn">
        {mayApprove ? (
          <Section title={say('yourTurn')}>
            <PasswordAgain proposal={proposal} onDone={() => message.success(say('done'))} />
          </Section>
        ) : null}
        {isWaitingForOther ? <Alert type="info" showIcon className="refusal" title={say('sameperson')} /> : null}
        {can.has('return') || can.has('take-back') ? (
          <div className="proposal-other">
            <span className="quiet">{say('otherwise')}</span>
            <StateActions
              kind="proposal"
              state={proposal.state}
              parties={parties}
              params={{ id: proposal.id }}
              // Whoever prepared it takes it back; to return one's own would say the same.
              only={can.has('take-back') ? ['take-back'] : ['return']}
            />
          </div>
        ) : null}
      </div>
    </div>
  );
}

function Grant({ statement, proposal }: { readonly statement: Statement<'right.granted'>; readonly proposal: ProposalView }) {
  const say = useWords(proposalWords);
  const sayReview = useWords(reviewWords);
  const pick = usePick();
  const { department, has } = useSession();
  const { dataset: datasetId, request, decision } = statement.body;
  const dataset = useRead(routes.dataset, { params: { id: datasetId } });
  const items = dataset.data?.entry.items ?? [];
  const maySeeRows = has('steward', 'office-head') && statement.issuer === department && proposal.state !== 'returned';
  return (
    <Whole reading={dataset}>
      <Section title={say('difference')} extra={<b>{pick(word(decisionWords, decision))}</b>}>
        <Difference statement={statement} items={items} />
      </Section>
      {maySeeRows ? (
        <Section title={sayReview('preview')}>
          <p className="quiet review-note">{sayReview('previewLead')}</p>
          <PreviewTable request={request} selection={{ proposal: proposal.id }} items={items} />
        </Section>
      ) : null}
    </Whole>
  );
}
