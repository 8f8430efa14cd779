import { datasetEntrySchema, routes, shareTypeSchema, type DatasetView, type Sent } from '#contracts';
import { Button, Checkbox, Input, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useClearButton } from '../../components/use-clear-button';
import { Instant } from '../../components/instant';
import { Page } from '../../components/page';
import { PagedTable, type Column } from '../../components/paged-table';
import { entryWords, ShareType, UpdateCycle } from '../../components/share-type';
import { useChangeAddress } from '../../lib/address';
import { useRead, useReadPages } from '../../lib/api';
import { isLeaving } from '../../lib/leaving';
import { count } from '../../lib/numbers';
import { useLocale, useWords } from '../../lib/words';
import { findWords } from './words';
import './find.css';

type Query = NonNullable<Sent<typeof routes.datasets>['query']>;
const typingMs = 250;
const choices = ['provider', 'shareType', 'updateCycle', 'grade'] as const;
const flags = ['hasVersion', 'mine'] as const;

/** The catalogue: what is searched for stands in the address, so that it can be sent to a colleague and the back button works. */
export function FindPage() {
  const say = useWords(findWords);
  const locale = useLocale();
  const [params, setParams] = useSearchParams();
  const query = queryOf(params);
  const found = useReadPages(routes.datasets, { query });
  const isFiltered = Object.keys(query).length > 0;

  const columns: readonly Column<DatasetView>[] = [
    { key: 'title', title: say('name'), show: ({ entry }) => <b className="find-title">{entry.title}</b>, narrow: 'title' },
    { key: 'provider', title: say('provider'), show: ({ providerName }) => providerName, width: '13rem' },
    { key: 'share', title: say('shareType'), show: ({ entry }) => <ShareType of={entry.shareType} />, width: '8.5rem' },
    {
      key: 'items',
      title: say('items'),
      show: ({ entry }) => count(entry.items.length, locale),
      width: '5rem',
      align: 'end',
      yields: 1,
      narrow: 'hide',
    },
    {
      key: 'rows',
      title: say('rows'),
      show: ({ latestVersion }) =>
        latestVersion ? count(latestVersion.rows, locale) : <span className="quiet">{say('noData')}</span>,
      width: '7.5rem',
      align: 'end',
    },
    {
      key: 'latest',
      title: say('latest'),
      show: ({ latestVersion }) => (latestVersion ? <Instant at={latestVersion.publishedAt} show="day" /> : null),
      width: '7.5rem',
      yields: 3,
    },
    {
      key: 'cycle',
      title: say('updateCycle'),
      show: ({ entry }) => <UpdateCycle of={entry.updateCycle} />,
      width: '6rem',
      yields: 2,
      narrow: 'hide',
    },
  ];

  return (
    <Page title={say('title')}>
      <Filters params={params} setParams={setParams} isFiltered={isFiltered} />
      <PagedTable
        // What was scrolled to in another list is nothing here.
        key={params.toString()}
        pages={found}
        columns={columns}
        keyOf={({ id }) => id}
        to={({ id }) => `/find/${id}`}
        empty={say(isFiltered ? 'noneFound' : 'none')}
        label={say('label')}
      />
    </Page>
  );
}

/** What the address asks for; what it says wrongly is left out. */
function queryOf(params: URLSearchParams): Query {
  const stated = [...params].filter(
    ([name, value]) => value !== '' && routes.datasets.query && name in routes.datasets.query.shape,
  );
  const read = routes.datasets.query?.partial().safeParse(Object.fromEntries(stated));
  return read?.success ? (Object.fromEntries(stated) as Query) : {};
}

function Filters({
  params,
  setParams,
  isFiltered,
}: {
  readonly params: URLSearchParams;
  readonly setParams: ReturnType<typeof useSearchParams>[1];
  readonly isFiltered: boolean;
}) {
  const say = useWords(findWords);
  const sayEntry = useWords(entryWords);
  const clearButton = useClearButton();
  const departments = useRead(routes.departments, {}, { staleTime: 300_000 });
  const change = useChangeAddress();
  const set = (name: string, value: string | undefined, replace = false) => change({ [name]: value }, { replace });
  const options = {
    provider: departments.data?.items.map((one) => ({ value: one.code, label: one.name })) ?? [],
    shareType: shareTypeSchema.options.map((one) => ({ value: one as string, label: sayEntry(one) })),
    updateCycle: datasetEntrySchema.shape.updateCycle.options.map((one) => ({
      value: one as string,
      label: sayEntry(`cycle${one}`),
    })),
    grade: datasetEntrySchema.shape.grade.options.map((one) => ({ value: one as string, label: sayEntry(one) })),
  };
  return (
    <search className="find-filters" aria-label={say('filters')}>
      <SearchBox text={params.get('text') ?? ''} onType={(text) => set('text', text, true)} />
      {choices.map((name) => (
        <Select
          key={name}
          className={`find-${name}`}
          allowClear={clearButton}
          showSearch={name === 'provider' ? { optionFilterProp: 'label' } : false}
          aria-label={say(name)}
          placeholder={say(name)}
          popupMatchSelectWidth={false}
          options={options[name]}
          value={params.get(name)}
          onChange={(value?: string | null) => set(name, value ?? undefined)}
        />
      ))}
      <div className="find-flags">
        {flags.map((name) => (
          <Checkbox
            key={name}
            checked={params.get(name) === 'true'}
            onChange={({ target }) => set(name, target.checked ? 'true' : undefined)}
          >
            {say(name)}
          </Checkbox>
        ))}
        {isFiltered ? (
          <Button type="link" size="small" onClick={() => setParams({})}>
            {say('clear')}
          </Button>
        ) : null}
      </div>
    </search>
  );
}

/** Searches while one types, a moment after the last letter; letters that an input method still composes are not searched for. */
function SearchBox({ text, onType }: { readonly text: string; readonly onType: (text: string) => void }) {
  const say = useWords(findWords);
  const [typed, setTyped] = useState(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isComposing = useRef(false);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const later = (value: string) => {
    clearTimeout(timer.current);
    if (isComposing.current) return;
    timer.current = setTimeout(() => {
      // Whoever opened a row since is on the way to its page; a search that starts now would lead back here.
      if (!isLeaving()) onType(value.trim());
    }, typingMs);
  };
  return (
    <Input.Search
      className="find-text"
      value={typed}
      maxLength={100}
      allowClear={useClearButton()}
      aria-label={say('search')}
      placeholder={say('search')}
      onCompositionStart={() => {
        isComposing.current = true;
      }}
      onCompositionEnd={(event) => {
        isComposing.current = false;
        later(event.currentTarget.value);
      }}
      onChange={({ target }) => {
        setTyped(target.value);
        later(target.value);
      }}
      onSearch={(value) => {
        clearTimeout(timer.current);
        onType(value.trim());
      }}
    />
  );
}
