import { routes, type DatasetView } from '#contracts';
import { Button } from 'antd';
import { Link, useNavigate, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { Facts } from '../../components/facts';
import { Hash } from '../../components/hash';
import { Instant } from '../../components/instant';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { ShareType, UpdateCycle } from '../../components/share-type';
import { WaitingStatements } from '../../components/waiting-statements';
import { Whole } from '../../components/whole';
import { useRead } from '../../lib/api';
import { count } from '../../lib/numbers';
import { useLocale, useWords } from '../../lib/words';
import './publish.css';
import { VersionReport } from './version-report';
import { VersionUpload } from './version-upload';
import { publishWords } from './words';

/** One of the department's datasets: a new version by dropping a file, and the versions so far. */
export function DatasetPage() {
  const say = useWords(publishWords);
  const { dataset: id = '' } = useParams();
  const dataset = useRead(routes.dataset, { params: { id } });
  return dataset.data ? (
    <ShownDataset dataset={dataset.data} />
  ) : (
    <ObjectPage title={say('title')} reading={dataset} list="/publish" />
  );
}

function ShownDataset({ dataset }: { readonly dataset: DatasetView }) {
  const say = useWords(publishWords);
  const navigate = useNavigate();
  const { department, has } = useSession();
  const { entry, id, provider } = dataset;
  const isOurs = provider === department && has('steward');
  return (
    <Page
      title={entry.title}
      back={{ to: '/publish', label: say('back') }}
      actions={isOurs ? <Button onClick={() => void navigate(`/publish/${id}/entry`)}>{say('changeEntry')}</Button> : null}
    >
      <WaitingStatements about={id} />
      {isOurs ? (
        <Section title={say('publishVersion')}>
          {entry.shareType === 'not-shared' ? <p className="quiet">{say('notShared')}</p> : null}
          <VersionUpload dataset={dataset} />
        </Section>
      ) : null}
      <Section title={say('dataset')} extra={<Link to={`/find/${id}`}>{entry.title}</Link>}>
        <Facts
          of={[
            [say('code'), <code key="code">{entry.resourceCode}</code>],
            [say('shareType'), <ShareType key="share" of={entry.shareType} />],
            [say('cycle'), <UpdateCycle key="cycle" of={entry.updateCycle} />],
            [say('item'), entry.items.length],
          ]}
        />
      </Section>
      <Versions dataset={id} />
      {dataset.latestVersion && provider === department && (has('steward') || has('office-head')) ? (
        <VersionReport dataset={id} version={dataset.latestVersion.id} />
      ) : null}
    </Page>
  );
}

function Versions({ dataset }: { readonly dataset: string }) {
  const say = useWords(publishWords);
  const locale = useLocale();
  const versions = useRead(routes.versions, { params: { id: dataset } });
  const items = versions.data?.items.toSorted((a, b) => b.number - a.number) ?? [];
  return (
    <Section title={say('versions')}>
      <Whole reading={versions} empty={items.length === 0 ? say('noVersions') : undefined}>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
        <div className="faults-box" role="region" aria-label={say('versions')} tabIndex={0}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{say('number')}</th>
                <th scope="col" className="number">
                  {say('rows')}
                </th>
                <th scope="col" className="number">
                  {say('parts')}
                </th>
                <th scope="col">{say('publishedAt')}</th>
                <th scope="col">{say('contentDigest')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((version) => (
                <tr key={version.id}>
                  <td>{version.number}</td>
                  <td className="number">
                    {count(version.rows, locale)}
                    {version.leftOut === undefined ? null : (
                      <span className="quiet"> ({say('leftOut', { rows: count(version.leftOut, locale) })})</span>
                    )}
                  </td>
                  <td className="number">{version.parts}</td>
                  <td>
                    <Instant at={version.publishedAt} />
                  </td>
                  <td>{version.contentDigest ? <Hash of={version.contentDigest} /> : null}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Whole>
    </Section>
  );
}
