import { endingReasonWords, routes, word, shortId, type DeliveryView, type RightView } from '#contracts';
import { Button } from 'antd';
import { Link, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { EvidenceButton } from '../../components/evidence-button';
import { Facts } from '../../components/facts';
import { Instant } from '../../components/instant';
import { IssuerName } from '../../components/issuer-name';
import { LinkButton } from '../../components/link-button';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { PagedTable, type Column } from '../../components/paged-table';
import { StateActions } from '../../components/state-actions';
import { NextStep, StateTag } from '../../components/state-tag';
import { useFormatName, Terms } from '../../components/terms';
import { useWaiting, WaitingStatements } from '../../components/waiting-statements';
import { Whole } from '../../components/whole';
import { client, useRead, useReadPages } from '../../lib/api';
import { saveText } from '../../lib/save';
import { bytes, count } from '../../lib/numbers';
import { localTime } from '../../lib/times';
import { lastDay } from '../../lib/window';
import { useLocale, usePick, useWords } from '../../lib/words';
import { PullForm } from './pull-form';
import { QuotaBar } from './quota-bar';
import { TimeLeft } from './time-left';
import { rightsWords } from './words';
import './rights.css';

/** One usage right: what it allows, what is left of it, what was done under it, and what can be done now. */
export function RightPage() {
  const say = useWords(rightsWords);
  const { id = '' } = useParams();
  const right = useRead(routes.right, { params: { id } });
  return right.data ? <ShownRight right={right.data} /> : <ObjectPage title={say('title')} reading={right} list="/rights" />;
}

function ShownRight({ right }: { readonly right: RightView }) {
  const say = useWords(rightsWords);
  const pick = usePick();
  const { department, has } = useSession();
  const dataset = useRead(routes.dataset, { params: { id: right.dataset } });
  const items = dataset.data?.entry.items ?? [];
  const mayPull = right.state === 'in-force' && right.grantee === department && has('requester');
  const isOver = right.state === 'ended' || right.state === 'terminated';
  // Of what changes a right in the same way only one is on its way at a time: it is not offered again.
  const onTheirWay = new Set(useWaiting(right.id).map(({ type }) => type));
  const decision = right.decision as 'agree' | 'agree-in-part' | 'by-rule';
  return (
    <Page
      title={right.datasetTitle}
      back={{ to: '/rights', label: say('title') }}
      lead={say('gist', {
        to: right.granteeName,
        from: right.grantorName,
        title: right.datasetTitle,
        count: right.items.length,
        scenario: right.purpose.scenario.replace(/[。.]$/, '') || say('notDisclosed'),
        last: lastDay(right.window),
      })}
      actions={
        <>
          <EvidenceButton of="right" id={right.id} />
          <StateActions
            kind="right"
            state={right.state}
            parties={{ grantor: right.grantor, grantee: right.grantee, endedBy: right.end?.by }}
            params={{ id: right.id }}
            only={['record-use', ...endings.filter((one) => !onTheirWay.has(endingTypes[one]))]}
          />
        </>
      }
    >
      <p className="right-state">
        <StateTag kind="right" state={right.state} /> <NextStep kind="right" state={right.state} />
        {right.end ? (
          <span className="right-end">
            {say('ended', {
              who: right.end.byName,
              at: localTime(right.end.at),
              cause: pick(word(endingReasonWords, right.end.code)),
              reason: right.end.reason,
            })}
          </span>
        ) : null}
      </p>
      {isOver && right.grantee === department && has('requester') ? (
        <p>
          <LinkButton to={`/ask/${right.dataset}`}>{say('askAnew')}</LinkButton>
        </p>
      ) : null}
      {right.waits ? <p role="status">{pick(right.waits.sentence)}</p> : null}
      <WaitingStatements about={right.id} />
      {mayPull ? (
        <Section title={say('pull')}>
          <PullForm right={right} items={items} />
        </Section>
      ) : null}
      <Section title={say('quota')}>
        <Facts
          of={[
            [say('pulls'), <QuotaBar key="pulls" label={say('pulls')} used={right.used.pulls} total={right.quota.pulls} />],
            [
              say('today'),
              <QuotaBar key="today" label={say('today')} used={right.used.pullsToday} total={right.quota.pullsPerDay} />,
            ],
            [say('rows'), <QuotaBar key="rows" label={say('rows')} used={right.used.rows} total={right.quota.rows} />],
            [say('end'), <TimeLeft key="end" window={right.window} state={right.state} />],
            [say('granted'), <Instant key="granted" at={right.grantedAt} />],
            [say('decision'), decision in rightsWords.phrases ? say(decision) : right.decision],
          ]}
        />
      </Section>
      <Deliveries right={right.id} />
      <Section
        title={say('terms')}
        extra={
          <Button size="small" onClick={() => void saveOdrl(right.id)}>
            {say('odrl')}
          </Button>
        }
      >
        <Terms of={right} items={items} />
        <details className="right-words">
          <summary>{say('inWords')}</summary>
          <p>{pick(right.sentence)}</p>
        </details>
      </Section>
      <History right={right.id} />
    </Page>
  );
}

const endings = ['suspend', 'resume', 'terminate'] as const;
const endingTypes = { suspend: 'right.suspended', resume: 'right.resumed', terminate: 'right.terminated' } as const;

async function saveOdrl(id: string): Promise<void> {
  const policy = await client.call(routes.rightPolicy, { params: { id } });
  saveText(`${shortId(id)}.odrl.json`, 'application/ld+json', JSON.stringify(policy, undefined, 2));
}

function Deliveries({ right }: { readonly right: string }) {
  const say = useWords(rightsWords);
  const formatName = useFormatName();
  const locale = useLocale();
  const deliveries = useReadPages(routes.deliveries, { query: { right } }, { pageSize: 50 });
  const columns: readonly Column<DeliveryView>[] = [
    { key: 'at', title: say('pulledAt'), narrow: 'title', show: (one) => <Instant at={one.pulledAt} /> },
    { key: 'state', title: say('state'), width: '9rem', show: (one) => <StateTag kind="delivery" state={one.state} /> },
    { key: 'format', title: say('format'), width: '9rem', show: (one) => formatName(one.format) },
    {
      key: 'rows',
      title: say('rows'),
      width: '9rem',
      align: 'end',
      show: (one) => (one.rows === undefined ? '' : count(one.rows, locale)),
    },
    {
      key: 'size',
      title: say('size'),
      width: '8rem',
      yields: 1,
      align: 'end',
      show: (one) => (one.sizeBytes === undefined ? '' : bytes(one.sizeBytes)),
    },
  ];
  return (
    <Section title={say('deliveries')}>
      <PagedTable
        pages={deliveries}
        columns={columns}
        keyOf={(one) => one.id}
        to={(one) => `/deliveries/${one.id}`}
        label={say('deliveries')}
        empty={say('noDeliveries')}
      />
    </Section>
  );
}

function History({ right }: { readonly right: string }) {
  const say = useWords(rightsWords);
  const pick = usePick();
  const entries = useReadPages(routes.trail, { query: { right } }, { pageSize: 20 });
  return (
    <Section title={say('history')} extra={<Link to={`/trail?right=${right}`}>{say('all')}</Link>}>
      <Whole reading={entries} empty={entries.items.length === 0 ? say('noHistory') : undefined}>
        <ul className="plain rows">
          {entries.items.map((entry) => (
            <li key={entry.index} className="row">
              <span className="history-what">
                <Link to={`/trail/${entry.index}`} className="history-index">
                  {say('entry', { index: entry.index })}
                </Link>{' '}
                {pick(entry.sentence)}
              </span>
              <span className="quiet">
                <IssuerName of={entry} /> · <Instant at={entry.sealedAt} />
              </span>
            </li>
          ))}
        </ul>
      </Whole>
    </Section>
  );
}
