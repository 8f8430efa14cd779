import type { EntryView } from '#contracts';
import { SafetyCertificateOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useSession } from '../../app/session';
import { Instant } from '../../components/instant';
import { IssuerName } from '../../components/issuer-name';
import { Page } from '../../components/page';
import { PagedTable, type Column } from '../../components/paged-table';
import { count } from '../../lib/numbers';
import { useLocale, useWords } from '../../lib/words';
import { checkWords } from './check/words';
import { useEntries } from './entries';
import { ExportLinks } from './export-links';
import { FilterBar } from './filter-bar';
import { entryPath, queryOf, useFilters } from './filters';
import { Matter } from './matter';
import { SearchBox } from './search-box';
import { Timeline } from './timeline';
import './trail.css';
import { trailWords } from './words';

// Cryptography and the ledger's law are not needed to read the trail.
const WholeLedger = lazy(async () => ({ default: (await import('./check/whole-ledger')).WholeLedger }));

function WholeLedgerButton() {
  const say = useWords(checkWords);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={<SafetyCertificateOutlined />} onClick={() => setOpen(true)}>
        {say('whole')}
      </Button>
      {isOpen ? (
        <Suspense>
          <WholeLedger onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

/** Everything that happened, as the ledger holds it, and ways to find one thing in it. */
export function TrailPage() {
  const say = useWords(trailWords);
  const locale = useLocale();
  const { competent, has } = useSession();
  const { filters, change, clear } = useFilters();
  const query = useMemo(() => queryOf(filters), [filters]);
  const { pages, total, hasNews, loadNews } = useEntries(query);
  const totalText = total
    ? say(total.more ? 'totalMore' : 'total', { count: total.more ? count(total.count, locale) : total.count })
    : '';
  const seesAll = competent && has('supervisor', 'office-head');
  const columns: Column<EntryView>[] = [
    {
      key: 'index',
      title: say('index'),
      width: '5.5rem',
      narrow: 'title',
      show: (one) => <span className="entry-index">#{one.index}</span>,
    },
    { key: 'time', title: say('time'), width: '10rem', show: (one) => <Instant at={one.sealedAt} /> },
    {
      key: 'who',
      title: say('who'),
      width: '11rem',
      show: (one) => <IssuerName of={one} />,
    },
    { key: 'matter', title: say('matter'), narrow: 'title', show: (one) => <Matter entry={one} /> },
    { key: 'dataset', title: say('dataset'), width: '12rem', yields: 1, show: (one) => one.dataset?.title ?? '' },
  ];
  return (
    <Page
      title={say('title')}
      lead={say(seesAll ? 'leadAll' : 'leadOwn')}
      actions={
        <>
          {has('supervisor') ? <WholeLedgerButton /> : null}
          <ExportLinks query={query} total={totalText} />
        </>
      }
    >
      <section className="section trail-find" aria-label={say('filters')}>
        <SearchBox filters={filters} change={change} />
        <FilterBar filters={filters} change={change} clear={clear} />
      </section>
      <Timeline filters={filters} change={change} />
      <div className="trail-count">
        <h2>{say('entries')}</h2>
        <span className="quiet" role="status">
          {totalText}
        </span>
        {hasNews ? (
          <Button type="primary" size="small" ghost onClick={() => void loadNews()}>
            {say('news')}
          </Button>
        ) : null}
      </div>
      <PagedTable
        pages={pages}
        columns={columns}
        keyOf={(one) => String(one.index)}
        to={entryPath}
        empty={say('none')}
        label={say('entries')}
        abovePx={440}
      />
    </Page>
  );
}
