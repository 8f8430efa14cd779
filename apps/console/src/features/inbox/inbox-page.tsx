import { routes, statementWords } from '#contracts';
import { Segmented } from 'antd';
import { useSearchParams } from 'react-router';
import { useSession } from '../../app/session';
import { Due } from '../../components/due';
import { Instant } from '../../components/instant';
import { Page } from '../../components/page';
import { PagedTable, type Column } from '../../components/paged-table';
import { StateTag } from '../../components/state-tag';
import { useReadPages } from '../../lib/api';
import { usePick, useWords } from '../../lib/words';
import { entryOfProposal, type InboxEntry } from './inbox-list';
import './inbox.css';
import { useEntryTitle } from './use-entry-title';
import { useWaitingList } from './use-waiting-list';
import { inboxWords } from './words';

const tabs = ['mine', 'answer', 'approve', 'sign', 'underway', 'all'] as const;
type Tab = (typeof tabs)[number];

/** What waits for me, oldest first, with the days left; and what my department has under way or done. */
export function InboxPage() {
  const say = useWords(inboxWords);
  const { has } = useSession();
  const [params, setParams] = useSearchParams();
  const tab = tabs.find((one) => one === params.get('show')) ?? 'mine';
  const { who, isSteward, requests, waiting, list, isRead, hasMore } = useWaitingList();
  const all = useReadPages(routes.proposals, { query: { state: 'all' } }, { pageSize: 100, enabled: tab === 'all' });

  const inTab = (entry: InboxEntry, of: Tab) => (of === 'mine' ? entry.task !== 'underway' : entry.task === of);
  const countOf = (of: Tab) => `${list.filter((entry) => inTab(entry, of)).length}${hasMore ? '+' : ''}`;
  const shownTabs = tabs.filter((one) => (one !== 'answer' || isSteward) && (one !== 'approve' || has('office-head')));

  const pages =
    tab === 'all'
      ? { ...all, items: all.items.map((proposal) => entryOfProposal(proposal, who)) }
      : {
          data: isRead ? list : undefined,
          error: waiting.error ?? requests.error,
          isPending: waiting.isPending,
          isFetching: waiting.isFetching || requests.isFetching,
          refetch: () => Promise.all([waiting.refetch(), ...(isSteward ? [requests.refetch()] : [])]),
          items: list.filter((entry) => inTab(entry, tab)),
          hasNextPage: hasMore,
          isFetchingNextPage: waiting.isFetchingNextPage || requests.isFetchingNextPage,
          fetchNextPage: () => {
            if (requests.hasNextPage) void requests.fetchNextPage();
            if (waiting.hasNextPage) void waiting.fetchNextPage();
          },
        };
  return (
    <Page title={say('title')} lead={say('lead')}>
      <div className="inbox-tabs">
        <Segmented<Tab>
          aria-label={say('show')}
          value={tab}
          onChange={(one) => setParams(one === 'mine' ? {} : { show: one }, { replace: true })}
          options={shownTabs.map((one) => ({ value: one, label: one === 'all' ? say(one) : `${say(one)} ${countOf(one)}` }))}
        />
      </div>
      <PagedTable
        pages={pages}
        columns={useColumns()}
        keyOf={(entry) => entry.key}
        to={(entry) => entry.path}
        label={say(tab)}
        empty={say(tab === 'underway' ? 'noneUnderway' : tab === 'all' ? 'noneAll' : 'none')}
      />
    </Page>
  );
}

function useColumns(): Column<InboxEntry>[] {
  const say = useWords(inboxWords);
  const pick = usePick();
  const titleOf = useEntryTitle();
  return [
    {
      key: 'kind',
      title: say('kind'),
      width: '7rem',
      show: ({ task, request, proposal }) =>
        task === 'underway' && proposal ? pick(statementWords[proposal.type]) : <b>{say(request ? 'answer' : task)}</b>,
    },
    {
      key: 'what',
      title: say('what'),
      narrow: 'title',
      show: titleOf,
    },
    {
      key: 'from',
      title: say('from'),
      width: '12rem',
      yields: 3,
      show: ({ request, proposal }) => {
        const name = request?.fromName ?? proposal?.about.departments[0]?.name ?? '';
        const by = proposal?.preparedBy.name ?? '';
        const text = by === '' || name === '' ? name || by : say('preparedFor', { name, by });
        return <span title={text}>{text}</span>;
      },
    },
    { key: 'since', title: say('since'), width: '9.5rem', yields: 1, show: ({ since }) => <Instant at={since} /> },
    {
      key: 'due',
      title: say('due'),
      width: '9.5rem',
      show: ({ due, workingDaysLeft, request }) => <Due due={due} workingDaysLeft={workingDaysLeft} short quiet={!request} />,
    },
    {
      key: 'state',
      title: say('state'),
      width: '8.5rem',
      yields: 2,
      show: ({ request, proposal }) =>
        request ? (
          <StateTag kind="request" state={request.state} />
        ) : proposal ? (
          <StateTag kind="proposal" state={proposal.state} />
        ) : null,
    },
  ];
}
