import { routes, type DatasetView, type ProposalView, type RequestView } from '#contracts';
import { andScope } from '#rights';
import { Alert, Button } from 'antd';
import { Link, useNavigate, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { SupplementChanges } from '../../components/changes';
import { Due } from '../../components/due';
import { Facts } from '../../components/facts';
import { Instant } from '../../components/instant';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { ScopeEditor } from '../../components/scope-editor';
import { ScopeWords } from '../../components/scope-words';
import { NextStep, StateTag, stateOf } from '../../components/state-tag';
import { Terms } from '../../components/terms';
import { useRead } from '../../lib/api';
import { useDraft } from '../../lib/draft';
import { usePick, useWords } from '../../lib/words';
import { DecisionForm } from './decision-form';
import { History } from './history';
import { NarrowItems } from './narrow-items';
import { NarrowLimits } from './narrow-limits';
import { emptyReview, readReview } from './narrowing';
import { PreviewTable } from './preview-table';
import './inbox.css';
import { inboxWords, reviewWords } from './words';

/** A request before its provider: why, what exactly would leave, what was before, and the decision. */
export function ReviewPage() {
  const say = useWords(reviewWords);
  const sayInbox = useWords(inboxWords);
  const { id = '' } = useParams();
  const request = useRead(routes.request, { params: { id } });
  const datasetId = request.data?.dataset;
  const dataset = useRead(routes.dataset, { params: { id: datasetId ?? '' } }, { enabled: datasetId !== undefined });
  const replies = useRead(routes.proposals, {
    query: { state: 'waiting', about: id, type: 'request.supplement-asked,request.refused,right.granted' },
  });
  if (!request.data || !dataset.data)
    return <ObjectPage title={say('title')} reading={request.data ? dataset : request} list="/inbox" />;
  return (
    <Page title={say('titleOf', { title: request.data.datasetTitle })} back={{ to: '/inbox', label: sayInbox('title') }}>
      <Why request={request.data} dataset={dataset.data} />
      {request.data.answer === undefined ? null : (
        <Section title={say('changes')}>
          <SupplementChanges request={id} dataset={dataset.data.id} asked={request.data.asked} />
        </Section>
      )}
      <History request={request.data} />
      <Review key={id} request={request.data} dataset={dataset.data} prepared={replies.data?.items[0]} />
    </Page>
  );
}

function Why({ request, dataset }: { readonly request: RequestView; readonly dataset: DatasetView }) {
  const say = useWords(reviewWords);
  return (
    <Section title={say('why')} extra={<StateTag kind="request" state={request.state} />}>
      <Facts
        of={[
          [say('from'), request.fromName],
          [say('received'), <Instant key="received" at={request.receivedAt} />],
          [
            say('due'),
            request.state === 'submitted' ? (
              <Due key="due" due={request.due} workingDaysLeft={request.workingDaysLeft} />
            ) : undefined,
          ],
          [say('basis'), request.asked.purpose.basis],
          [say('scenario'), request.asked.purpose.scenario],
          [say('condition'), dataset.entry.shareCondition],
          [say('missing'), request.missing],
          [say('answer'), request.answer],
          [say('reason'), request.refusal?.reason],
        ]}
      />
    </Section>
  );
}

function Review({
  request,
  dataset,
  prepared,
}: {
  readonly request: RequestView;
  readonly dataset: DatasetView;
  readonly prepared: ProposalView | undefined;
}) {
  const say = useWords(reviewWords);
  const pick = usePick();
  const navigate = useNavigate();
  const { person, department, roles, competent, has } = useSession();
  const { items } = dataset.entry;
  const draft = useDraft(`review:${person.id}:${request.id}`, emptyReview());
  const read = readReview(draft.value, request.asked, items);
  const isOpen = request.to === department && (request.state === 'submitted' || request.state === 'supplement-asked');
  const mayDecide = isOpen && has('steward') && prepared === undefined;
  // Why it is asked for stands above.
  const { purpose: _, ...asked } = request.asked;
  if (!mayDecide || request.state !== 'submitted')
    return (
      <>
        {prepared ? (
          <Alert
            type="info"
            showIcon
            className="refusal"
            title={say('prepared', { name: prepared.preparedBy.name, state: pick(stateOf('proposal', prepared.state).label) })}
            description={<Link to={`/inbox/proposals/${prepared.id}`}>{say('open')}</Link>}
          />
        ) : isOpen ? (
          <Alert type="info" showIcon className="refusal" title={say('notYours')} />
        ) : (
          <Alert
            type="info"
            showIcon
            className="refusal"
            title={say('doneTitle')}
            description={<NextStep kind="request" state={request.state} />}
          />
        )}
        <Section title={say('asked')}>
          <Terms of={asked} items={items} />
        </Section>
        {request.to === department && request.state === 'submitted' && !prepared ? (
          <Section title={say('preview')}>
            <PreviewTable request={request.id} selection={{}} items={items} />
          </Section>
        ) : null}
        {mayDecide ? (
          <Section title={say('decide')}>
            <DecisionForm
              request={request}
              who={{ person: person.id, department, roles, competent }}
              condition={dataset.entry.shareCondition}
              draft={{ ...draft.value, decision: 'refuse' }}
              set={draft.set}
              read={read}
              onDone={(proposal) => {
                draft.drop();
                void navigate(`/inbox/proposals/${proposal.id}`);
              }}
            />
          </Section>
        ) : null}
      </>
    );
  return (
    <div className="review">
      <div className="review-terms">
        <Section
          title={say('items')}
          extra={
            draft.isKept ? (
              <Button
                size="small"
                onClick={() => {
                  const { decision, missing, code, reason } = draft.value;
                  draft.set({ ...emptyReview(), decision, missing, code, reason });
                }}
              >
                {say('reset')}
              </Button>
            ) : null
          }
        >
          <NarrowItems asked={request.asked.items} items={items} draft={draft.value} set={draft.set} clear={read.clear} />
        </Section>
        <Section title={say('rows')}>
          <p>
            <span className="quiet">{say('rowsAsked')}:</span> <ScopeWords rows={request.asked.rows} items={items} />
          </p>
          <p className="quiet review-note">{say('rowsTighter')}:</p>
          <ScopeEditor
            items={items}
            value={draft.value.scope}
            onChange={(scope) => draft.set({ ...draft.value, scope })}
            strict
          />
          {read.rows && read.rows.op !== 'all' ? (
            <p>
              <b>
                <ScopeWords rows={andScope(request.asked.rows, read.rows)} items={items} />
              </b>
            </p>
          ) : null}
        </Section>
        <Section title={say('limits')}>
          <NarrowLimits asked={request.asked} draft={draft.value} set={draft.set} />
        </Section>
      </div>
      <div className="review-preview">
        <Section title={say('preview')}>
          <p className="quiet review-note">{say('previewLead')}</p>
          {read.selection ? (
            <PreviewTable request={request.id} selection={read.selection} items={items} />
          ) : (
            <p className="quiet">{say('fixScope')}</p>
          )}
        </Section>
      </div>
      <div className="review-decide">
        <Section title={say('decide')}>
          <DecisionForm
            request={request}
            who={{ person: person.id, department, roles, competent }}
            condition={dataset.entry.shareCondition}
            draft={draft.value}
            set={draft.set}
            read={read}
            onDone={(proposal) => {
              draft.drop();
              void navigate(`/inbox/proposals/${proposal.id}`);
            }}
          />
        </Section>
      </div>
    </div>
  );
}
