import { routes, type DatasetView } from '#contracts';
import { Link, useNavigate } from 'react-router';
import { Button } from 'antd';
import { useSession } from '../../app/session';
import { Page, Section } from '../../components/page';
import { PagedTable, type Column } from '../../components/paged-table';
import { ShareType, UpdateCycle } from '../../components/share-type';
import { StateTag } from '../../components/state-tag';
import { Instant } from '../../components/instant';
import { useReadPages } from '../../lib/api';
import { count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import { freshness } from './freshness';
import './publish.css';
import { publishWords } from './words';

/** The department's own datasets: what they hold, how old that is, and what is on its way. */
export function PublishPage() {
  const say = useWords(publishWords);
  const navigate = useNavigate();
  const locale = useLocale();
  const { department, has } = useSession();
  const datasets = useReadPages(routes.datasets, { query: { provider: department } });
  const columns: readonly Column<DatasetView>[] = [
    { key: 'title', title: say('dataset'), narrow: 'title', show: ({ entry }) => <b>{entry.title}</b> },
    {
      key: 'code',
      title: say('code'),
      width: '10rem',
      narrow: 'hide',
      yields: 1,
      show: ({ entry }) => <code>{entry.resourceCode}</code>,
    },
    { key: 'share', title: say('shareType'), width: '9rem', yields: 3, show: ({ entry }) => <ShareType of={entry.shareType} /> },
    {
      key: 'version',
      title: say('version'),
      width: '13rem',
      show: ({ latestVersion }) =>
        latestVersion ? (
          say('versionOf', { number: latestVersion.number, rows: count(latestVersion.rows, locale) })
        ) : (
          <span className="quiet">{say('noVersion')}</span>
        ),
    },
    { key: 'cycle', title: say('cycle'), width: '8rem', yields: 2, show: ({ entry }) => <UpdateCycle of={entry.updateCycle} /> },
    { key: 'age', title: say('age'), width: '11rem', show: (dataset) => <Age of={dataset} /> },
  ];
  return (
    <Page
      title={say('title')}
      lead={say('lead')}
      actions={
        has('steward') ? (
          <Button type="primary" onClick={() => void navigate('/publish/new')}>
            {say('enter')}
          </Button>
        ) : null
      }
    >
      <OnTheirWay />
      <PagedTable
        pages={datasets}
        columns={columns}
        keyOf={({ id }) => id}
        to={({ id }) => `/publish/${id}`}
        label={say('title')}
        empty={say('none')}
      />
    </Page>
  );
}

function Age({ of: { entry, latestVersion, enteredAt } }: { readonly of: DatasetView }) {
  const say = useWords(publishWords);
  const { days, isOverdue } = freshness(latestVersion?.publishedAt ?? enteredAt, entry.updateCycle);
  return (
    <span className={isOverdue ? 'age age-overdue' : 'age'}>
      {say('days', { count: days })}
      {isOverdue ? ` · ${say('overdue')}` : null}
    </span>
  );
}

/** Entries and versions of this department that wait for approval, signature or seal. */
function OnTheirWay() {
  const say = useWords(publishWords);
  const pick = usePick();
  const { department } = useSession();
  const proposals = useReadPages(
    routes.proposals,
    { query: { type: 'dataset.entered,dataset.changed,version.published' } },
    { pageSize: 50 },
  );
  const own = proposals.items.filter(({ statement }) => statement.issuer === department);
  if (own.length === 0) return null;
  return (
    <Section title={say('waiting')}>
      <ul className="plain rows">
        {own.map((proposal) => (
          <li key={proposal.id} className="row">
            <Link to={`/inbox/proposals/${proposal.id}`}>{pick(proposal.sentence)}</Link>
            <span className="quiet">
              <StateTag kind="proposal" state={proposal.state} /> {proposal.preparedBy.name} ·{' '}
              <Instant at={proposal.preparedAt} show="ago" />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
