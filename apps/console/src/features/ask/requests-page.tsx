import { routes, workflow, type ProposalView, type RequestView, type Sent } from '#contracts';
import { Radio } from 'antd';
import { Link, useSearchParams } from 'react-router';
import { useSession } from '../../app/session';
import { Due } from '../../components/due';
import { Instant } from '../../components/instant';
import { LinkButton } from '../../components/link-button';
import { Page, Section } from '../../components/page';
import { PagedTable, type Column } from '../../components/paged-table';
import { StateTag } from '../../components/state-tag';
import { useRead, useReadPages } from '../../lib/api';
import { usePick, useWords } from '../../lib/words';
import { requestWords } from './words';
import './ask.css';

type State = RequestView['state'];
const states = Object.keys(workflow.request.states) as State[];

/** What my department asked for, by state, with clocks; on top what has not left it yet. */
export function RequestsPage() {
  const say = useWords(requestWords);
  const pick = usePick();
  const { has } = useSession();
  const [params, setParams] = useSearchParams();
  const state = states.find((one) => one === params.get('state'));
  const query: Sent<typeof routes.requests>['query'] = { side: 'from', ...(state ? { state } : {}) };
  const requests = useReadPages(routes.requests, { query });

  const columns: readonly Column<RequestView>[] = [
    {
      key: 'dataset',
      title: say('dataset'),
      show: (one) => <b className="request-title">{one.datasetTitle}</b>,
      narrow: 'title',
    },
    { key: 'state', title: say('state'), show: (one) => <StateTag kind="request" state={one.state} />, width: '8.5rem' },
    {
      key: 'clock',
      title: say('clock'),
      show: (one) => <Due due={one.due} workingDaysLeft={one.workingDaysLeft} short quiet />,
      width: '10rem',
    },
    { key: 'provider', title: say('provider'), show: (one) => one.toName, width: '12rem', yields: 2 },
    { key: 'scenario', title: say('scenario'), show: (one) => one.asked.purpose.scenario, narrow: 'hide', yields: 3 },
    {
      key: 'received',
      title: say('received'),
      show: (one) => <Instant at={one.receivedAt} show="day" />,
      width: '7.5rem',
      yields: 1,
    },
  ];
  return (
    <Page
      title={say('title')}
      lead={say('lead')}
      actions={
        has('requester') ? (
          <LinkButton to="/find" type="primary">
            {say('find')}
          </LinkButton>
        ) : undefined
      }
    >
      <WithinDepartment />
      <div className="request-states">
        <Radio.Group
          optionType="button"
          aria-label={say('states')}
          value={state ?? ''}
          options={[
            { value: '', label: say('all') },
            ...states.map((one) => ({ value: one as string, label: pick(workflow.request.states[one].label) })),
          ]}
          onChange={({ target }) => setParams(target.value === '' ? {} : { state: String(target.value) })}
        />
      </div>
      <PagedTable
        key={state}
        pages={requests}
        columns={columns}
        keyOf={({ id }) => id}
        to={({ id }) => `/requests/${id}`}
        empty={say(state ? 'noneOfState' : 'none')}
        label={say('label')}
      />
    </Page>
  );
}

const leavingTypes = ['request.submitted', 'request.supplemented', 'request.withdrawn'];

/** What is written and waits for the department's own approval or signature: the other side sees nothing of it. */
function WithinDepartment() {
  const say = useWords(requestWords);
  const waiting = useRead(routes.proposals, { query: { type: leavingTypes.join(','), limit: 100 } });
  const items = waiting.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section title={say('waiting')}>
      <p className="quiet">{say('waitingLead')}</p>
      <ul className="plain rows">
        {items.map((one) => (
          <li key={one.id} className="row">
            <span>
              <Link to={`/requests/${requestOf(one)}`}>{one.about.title}</Link>{' '}
              {one.type === 'request.submitted' ? null : say(one.type as 'request.supplemented' | 'request.withdrawn')}{' '}
              <StateTag kind="proposal" state={one.state} />
            </span>
            <span className="quiet">
              {say('prepared', { name: one.preparedBy.name || say('erased') })} · <Instant at={one.preparedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The request that a proposal makes or is about. */
function requestOf(proposal: ProposalView): string {
  return (proposal.statement.body as { request?: string }).request ?? proposal.id;
}
