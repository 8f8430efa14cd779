import { routes, shortId, type DatasetView } from '#contracts';
import { standingOf } from '#rights';
import { Link, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { Due } from '../../components/due';
import { EvidenceButton } from '../../components/evidence-button';
import { Facts } from '../../components/facts';
import { Instant } from '../../components/instant';
import { ItemTable } from '../../components/item-table';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { entryWords, ShareType, UpdateCycle } from '../../components/share-type';
import { StateTag } from '../../components/state-tag';
import { Whole } from '../../components/whole';
import { useRead } from '../../lib/api';
import { count } from '../../lib/numbers';
import { lastDay } from '../../lib/window';
import { useLocale, useWords } from '../../lib/words';
import { StandingLine } from './standing-line';
import { datasetWords, findWords } from './words';
import './find.css';

/** An entry of the catalogue: first what I may do with it, then everything that the entry says. */
export function DatasetPage() {
  const say = useWords(datasetWords);
  const { dataset: id = '' } = useParams();
  const dataset = useRead(routes.dataset, { params: { id } });
  return dataset.data ? <Entry dataset={dataset.data} /> : <ObjectPage title={say('name')} reading={dataset} list="/find" />;
}

function Entry({ dataset }: { readonly dataset: DatasetView }) {
  const say = useWords(datasetWords);
  const sayFind = useWords(findWords);
  const { entry } = dataset;
  return (
    <Page
      title={entry.title}
      lead={dataset.providerName}
      back={{ to: '/find', label: sayFind('title') }}
      actions={<EvidenceButton of="dataset" id={dataset.id} />}
    >
      <Ours dataset={dataset} />
      <Section title={say('basics')}>
        <EntryFacts dataset={dataset} />
      </Section>
      <Section title={say('items', { count: entry.items.length })}>
        <ItemTable items={entry.items} full />
      </Section>
      <Versions dataset={dataset} />
    </Page>
  );
}

const ourTypes = ['request.submitted', 'request.supplemented'];

/** The sentence on top, and the department's own rights and requests that it rests on. */
function Ours({ dataset }: { readonly dataset: DatasetView }) {
  const say = useWords(datasetWords);
  const { department, roles } = useSession();
  const { id } = dataset;
  const rights = useRead(routes.rights, { query: { side: 'grantee', dataset: id } });
  const requests = useRead(routes.requests, { query: { side: 'from', dataset: id } });
  const proposals = useRead(routes.proposals, { query: { about: id, type: ourTypes.join(','), state: 'all' } });
  const isOwn = dataset.provider === department;
  const reading = [rights, requests, proposals].find(({ data }) => data === undefined) ?? proposals;
  const known = { rights: rights.data?.items ?? [], requests: requests.data?.items ?? [] };
  return (
    <>
      <Whole reading={reading}>
        <StandingLine
          dataset={dataset}
          answer={standingOf({ dataset, department, roles, ...known, proposals: proposals.data?.items ?? [] })}
          isRequester={roles.includes('requester')}
        />
      </Whole>
      {isOwn || known.rights.length + known.requests.length === 0 ? null : (
        <Section title={say('ours')}>
          <ul className="plain rows">
            {known.rights.map((right) => (
              <li key={right.id} className="row">
                <span>
                  <Link to={`/rights/${right.id}`}>
                    {say('right')} {shortId(right.id)}
                  </Link>{' '}
                  <StateTag kind="right" state={right.state} />
                </span>
                <span className="quiet">
                  {say('pullsUsed', { used: right.used.pulls, all: right.quota.pulls })} ·{' '}
                  {say('rightUntil', { date: lastDay(right.window) })}
                </span>
              </li>
            ))}
            {known.requests.map((request) => (
              <li key={request.id} className="row">
                <span>
                  <Link to={`/requests/${request.id}`}>
                    {say('request')} {shortId(request.id)}
                  </Link>{' '}
                  <StateTag kind="request" state={request.state} />
                </span>
                <span className="quiet">
                  {say('receivedAt')} <Instant at={request.receivedAt} show="day" />{' '}
                  {request.state === 'submitted' ? (
                    <Due due={request.due} workingDaysLeft={request.workingDaysLeft} quiet />
                  ) : null}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function EntryFacts({ dataset: { entry, provider, providerName, enteredAt } }: { readonly dataset: DatasetView }) {
  const say = useWords(datasetWords);
  const sayEntry = useWords(entryWords);
  const locale = useLocale();
  const separator = locale === 'zh' ? '、' : ', ';
  return (
    <>
      <p className="entry-abstract">{entry.abstract}</p>
      {entry.shareCondition === undefined ? null : (
        <p className="entry-condition">
          <b>{say(entry.shareType === 'not-shared' ? 'citation' : 'condition')}</b> {entry.shareCondition}
        </p>
      )}
      <Facts
        of={[
          [say('provider'), providerName],
          [say('providerCode'), <code key="code">{provider}</code>],
          [say('code'), <code key="code">{entry.resourceCode}</code>],
          [say('category'), entry.category],
          [say('shareType'), <ShareType key="share" of={entry.shareType} />],
          [say('methods'), entry.shareMethods.map((method) => say(method)).join(separator)],
          [say('format'), say(`format${entry.format}`)],
          [say('updateCycle'), <UpdateCycle key="cycle" of={entry.updateCycle} />],
          [say('publishedOn'), entry.publishedOn],
          [say('classification'), entry.classification],
          [say('grade'), sayEntry(entry.grade)],
          [say('open'), say(entry.open ? 'isOpen' : 'isNotOpen')],
          [say('openCondition'), entry.openCondition],
          [
            say('related'),
            entry.relatedCodes.length > 0 ? <code key="related">{entry.relatedCodes.join(separator)}</code> : undefined,
          ],
          [say('enteredAt'), <Instant key="entered" at={enteredAt} />],
        ]}
      />
    </>
  );
}

const shownVersions = 20;

function Versions({ dataset }: { readonly dataset: DatasetView }) {
  const say = useWords(datasetWords);
  const locale = useLocale();
  const versions = useRead(routes.versions, { params: { id: dataset.id } });
  const newest = versions.data?.items.toSorted((a, b) => b.number - a.number).slice(0, shownVersions);
  return (
    <Section title={say('versions')}>
      <Whole reading={versions} empty={newest?.length === 0 ? say('noVersions') : undefined}>
        <ul className="plain rows">
          {newest?.map((version) => (
            <li key={version.id} className="row">
              <span>
                {say('versionNumber', { number: version.number })}{' '}
                {version.id === dataset.latestVersion?.id ? <span className="quiet">{say('latest')}</span> : null}
              </span>
              <span>{say('rowCount', { rows: count(version.rows, locale) })}</span>
              <Instant at={version.publishedAt} />
            </li>
          ))}
        </ul>
      </Whole>
    </Section>
  );
}
