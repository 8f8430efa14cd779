import { routes, type RightView } from '#contracts';
import { Segmented } from 'antd';
import { useSearchParams } from 'react-router';
import { useSession } from '../../app/session';
import { Page } from '../../components/page';
import { PagedTable, type Column } from '../../components/paged-table';
import { StateTag } from '../../components/state-tag';
import { useReadPages } from '../../lib/api';
import { useWords } from '../../lib/words';
import { QuotaBar } from './quota-bar';
import { TimeLeft } from './time-left';
import { rightsWords } from './words';
import './rights.css';

type Side = 'grantee' | 'grantor' | 'any';
const leads = { grantee: 'leadGrantee', grantor: 'leadGrantor', any: 'leadAny' } as const;

/** The department's usage rights, with what is left of them. */
export function RightsPage() {
  const say = useWords(rightsWords);
  const { has } = useSession();
  const [query, setQuery] = useSearchParams();
  const sides: Side[] = [
    ...(has('requester', 'office-head') ? (['grantee'] as const) : []),
    ...(has('steward', 'office-head') ? (['grantor'] as const) : []),
    ...(has('supervisor') ? (['any'] as const) : []),
  ];
  const asked = query.get('side') as Side | null;
  const side = asked && sides.includes(asked) ? asked : (sides[0] ?? 'any');
  const rights = useReadPages(routes.rights, { query: { side } });
  const columns: readonly Column<RightView>[] = [
    { key: 'dataset', title: say('dataset'), narrow: 'title', show: (right) => <b>{right.datasetTitle}</b> },
    ...(side === 'grantor'
      ? []
      : [{ key: 'from', title: say('from'), width: '10.5rem', show: (right: RightView) => right.grantorName }]),
    ...(side === 'grantee'
      ? []
      : [{ key: 'to', title: say('to'), width: '10.5rem', show: (right: RightView) => right.granteeName }]),
    { key: 'state', title: say('state'), width: '8.5rem', show: (right) => <StateTag kind="right" state={right.state} /> },
    {
      key: 'pulls',
      title: say('pulls'),
      width: '8rem',
      yields: 2,
      show: (right) => <QuotaBar label={say('pulls')} used={right.used.pulls} total={right.quota.pulls} />,
    },
    // Both departments leave no room for it in a window of 1280 px; the right's own page has it.
    ...(side === 'any'
      ? []
      : [
          {
            key: 'rows',
            title: say('rows'),
            width: '12.5rem',
            yields: 1,
            narrow: 'hide' as const,
            show: (right: RightView) => <QuotaBar label={say('rows')} used={right.used.rows} total={right.quota.rows} />,
          },
        ]),
    {
      key: 'end',
      title: say('end'),
      width: '11.5rem',
      yields: 3,
      show: (right) => <TimeLeft window={right.window} state={right.state} />,
    },
  ];
  return (
    <Page title={say('title')} lead={say(leads[side])}>
      {sides.length > 1 ? (
        <p>
          <Segmented<Side>
            aria-label={say('side')}
            value={side}
            options={sides.map((value) => ({ value, label: say(value) }))}
            onChange={(value) => setQuery({ side: value }, { replace: true })}
          />
        </p>
      ) : null}
      <PagedTable
        pages={rights}
        columns={columns}
        keyOf={(right) => right.id}
        to={(right) => `/rights/${right.id}`}
        label={say('title')}
        empty={say(side === 'grantee' ? 'noneGrantee' : 'none')}
      />
    </Page>
  );
}
