import { entrySentences, routes, statementKinds, statementKindWords, typesOfKind, shortId, type StatementType } from '#contracts';
import { Button, Segmented, Select, Tag } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { lazy, Suspense, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { useSession } from '../../app/session';
import { useClearButton } from '../../components/use-clear-button';
import { useRead } from '../../lib/api';
import { tallWindow } from '../../lib/look-word';
import { usePick, useWords } from '../../lib/words';
import { presets, type Change, type Filters } from './filters';
import { trailWords } from './words';

const DayPicker = lazy(() => import('./day-picker'));

interface Filtering {
  readonly filters: Filters;
  readonly change: (change: Change) => void;
}

/** Everything that one can narrow the trail by; they hold together. */
export function FilterBar({ filters, change, clear }: Filtering & { readonly clear: () => void }) {
  const say = useWords(trailWords);
  const isAny = Object.entries(filters).some(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== undefined));
  const [isOpen, setOpen] = useState(() => isAny || matchMedia(tallWindow).matches);
  const [hadAny, setHadAny] = useState(isAny);
  if (hadAny !== isAny) {
    setHadAny(isAny);
    if (isAny) setOpen(true);
  }
  return (
    <details className="filters" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{say('filters')}</summary>
      {isOpen ? <Choices filters={filters} change={change} /> : null}
      <div className="filter-chips">
        {filters.q ? (
          <Tag closable onClose={() => change({ q: undefined })}>
            {say('text')}: {filters.q}
          </Tag>
        ) : null}
        {filters.subject ? (
          <Tag closable onClose={() => change({ subject: undefined })}>
            {say('subject')}: {filters.subject.slice(0, 16)}
          </Tag>
        ) : null}
        {isAny ? (
          <Button type="link" size="small" onClick={clear}>
            {say('clear')}
          </Button>
        ) : null}
      </div>
    </details>
  );
}

/** Nobody waits for these before they are unfolded: six lists to choose from are half of the page. */
function Choices({ filters, change }: Filtering) {
  const say = useWords(trailWords);
  return (
    <>
      <div className="filter-grid">
        <Labelled label={say('types')}>
          <TypeChoice filters={filters} change={change} />
        </Labelled>
        <Labelled label={say('department')}>
          <DepartmentChoice filters={filters} change={change} />
        </Labelled>
        <Labelled label={say('dataset')}>
          <DatasetChoice filters={filters} change={change} />
        </Labelled>
        <Labelled label={say('right')}>
          <RightChoice filters={filters} change={change} />
        </Labelled>
        <Labelled label={say('delivery')}>
          <DeliveryChoice filters={filters} change={change} />
        </Labelled>
        <Labelled label={say('person')}>
          <PersonChoice filters={filters} change={change} />
        </Labelled>
      </div>
      <Period filters={filters} change={change} />
    </>
  );
}

function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the control is the child, a select with its own input
    <label className="filter">
      <span>{label}</span>
      {children}
    </label>
  );
}

/** What every choice has in common: nothing chosen is everything. */
function useChoiceProps() {
  const placeholder = useWords(trailWords)('all');
  return { style: { width: '100%' }, popupMatchSelectWidth: false, allowClear: useClearButton(), placeholder } as const;
}

function TypeChoice({ filters, change }: Filtering) {
  const say = useWords(trailWords);
  const pick = usePick();
  const options = statementKinds.map((kind) => ({
    label: pick(statementKindWords[kind]),
    options: typesOfKind(kind).map((type) => ({ value: type, label: pick(entrySentences[type]) })),
  }));
  return (
    <Select<StatementType[]>
      mode="multiple"
      {...useChoiceProps()}
      value={[...filters.types]}
      options={options}
      onChange={(types) => change({ types })}
      maxTagCount="responsive"
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={say('types')}
    />
  );
}

function DepartmentChoice({ filters, change }: Filtering) {
  const say = useWords(trailWords);
  const departments = useRead(routes.departments, {}, { staleTime: 300_000 });
  return (
    <Select
      {...useChoiceProps()}
      value={filters.department}
      options={departments.data?.items.map((one) => ({ value: one.code, label: one.name }))}
      onChange={(department) => change({ department })}
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={say('department')}
    />
  );
}

function DatasetChoice({ filters, change }: Filtering) {
  const say = useWords(trailWords);
  const [typed, setTyped] = useState('');
  const [isOpen, setOpen] = useState(false);
  const text = useDeferredValue(typed);
  const found = useRead(
    routes.datasets,
    { query: { ...(text ? { text } : {}), limit: 50 } },
    { enabled: isOpen, staleTime: 60_000 },
  );
  const chosen = useRead(
    routes.dataset,
    { params: { id: filters.dataset ?? '' } },
    { enabled: filters.dataset !== undefined, staleTime: 300_000 },
  );
  const options = useMemo(() => {
    const all = [...(chosen.data ? [chosen.data] : []), ...(found.data?.items.filter((one) => one.id !== chosen.data?.id) ?? [])];
    return all.map((one) => ({ value: one.id, label: `${one.entry.title} · ${one.providerName}` }));
  }, [chosen.data, found.data]);
  return (
    <Select
      {...useChoiceProps()}
      value={filters.dataset}
      options={options}
      onOpenChange={setOpen}
      loading={isOpen && found.isFetching}
      onChange={(dataset) => change({ dataset, right: undefined, delivery: undefined })}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      aria-label={say('dataset')}
    />
  );
}

function RightChoice({ filters, change }: Filtering) {
  const say = useWords(trailWords);
  const [isOpen, setOpen] = useState(false);
  const { dataset, right } = filters;
  const rights = useRead(
    routes.rights,
    { query: { ...(dataset ? { dataset } : {}), limit: 200 } },
    { enabled: isOpen, staleTime: 60_000 },
  );
  const chosen = useRead(routes.right, { params: { id: right ?? '' } }, { enabled: right !== undefined, staleTime: 300_000 });
  const all = [...(chosen.data ? [chosen.data] : []), ...(rights.data?.items.filter((one) => one.id !== right) ?? [])];
  return (
    <Select
      {...useChoiceProps()}
      value={right}
      options={all.map((one) => ({ value: one.id, label: `${one.granteeName} ← ${one.datasetTitle} · ${one.id.slice(0, 6)}` }))}
      onOpenChange={setOpen}
      loading={isOpen && rights.isFetching}
      onChange={(value) => change({ right: value, delivery: undefined })}
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={say('right')}
    />
  );
}

function DeliveryChoice({ filters, change }: Filtering) {
  const say = useWords(trailWords);
  const [isOpen, setOpen] = useState(false);
  const { right, delivery } = filters;
  const deliveries = useRead(
    routes.deliveries,
    { query: { ...(right ? { right } : {}), limit: 200 } },
    { enabled: isOpen, staleTime: 60_000 },
  );
  const chosen = useRead(
    routes.delivery,
    { params: { id: delivery ?? '' } },
    { enabled: delivery !== undefined, staleTime: 60_000 },
  );
  const all = [...(chosen.data ? [chosen.data] : []), ...(deliveries.data?.items.filter((one) => one.id !== delivery) ?? [])];
  return (
    <Select
      {...useChoiceProps()}
      value={delivery}
      options={all.map((one) => ({
        value: one.id,
        label: `${dayjs(one.pulledAt).format('YYYY-MM-DD HH:mm')} · ${one.granteeName} ← ${one.datasetTitle}`,
      }))}
      onOpenChange={setOpen}
      loading={isOpen && deliveries.isFetching}
      onChange={(value) => change({ delivery: value })}
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={say('delivery')}
    />
  );
}

/** People of the department that is chosen, else of one's own: names are kept department by department. */
function PersonChoice({ filters, change }: Filtering) {
  const say = useWords(trailWords);
  const { department } = useSession();
  const people = useRead(
    routes.people,
    { query: { department: filters.department ?? department, limit: 500 } },
    { staleTime: 300_000 },
  );
  const known =
    people.data?.items.map((one) => ({ value: one.id, label: one.name ? `${one.name} · ${one.login}` : say('erased') })) ?? [];
  const { person } = filters;
  const isKnown = person === undefined || known.some(({ value }) => value === person);
  return (
    <Select
      {...useChoiceProps()}
      value={person}
      options={isKnown ? known : [{ value: person, label: `…${shortId(person)}` }, ...known]}
      onChange={(value) => change({ person: value })}
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={say('person')}
    />
  );
}

function Period({ filters, change }: Filtering) {
  const say = useWords(trailWords);
  const { from, until, period } = filters;
  const chosen = period ?? (from || until ? '' : 'all');
  return (
    <div className="period" role="group" aria-label={say('period')}>
      <Segmented<string>
        value={chosen}
        options={[{ value: 'all', label: say('all') }, ...presets.map((one) => ({ value: one, label: say(one) }))]}
        onChange={(value) => change({ from: undefined, until: undefined, period: value === 'all' ? undefined : value })}
        aria-label={say('period')}
      />
      <span className="period-days">
        <Day
          label={say('from')}
          day={from}
          onChange={(day) => change({ period: undefined, from: day?.startOf('day').toISOString() })}
          maxDate={until ? dayjs(until) : undefined}
        />
        <span aria-hidden="true">–</span>
        <Day
          label={say('until')}
          // Half-open: the last instant that still belongs to it is shown.
          day={until && dayjs(until).subtract(1, 'millisecond').toISOString()}
          onChange={(day) => change({ period: undefined, until: day?.startOf('day').add(1, 'day').toISOString() })}
          minDate={from ? dayjs(from) : undefined}
        />
      </span>
    </div>
  );
}

/** A day to choose. The calendar is large, so its code comes when somebody wants to choose. */
function Day({
  label,
  day,
  onChange,
  ...limits
}: {
  readonly label: string;
  /** An instant of the day chosen. */
  readonly day: string | undefined;
  readonly onChange: (day: Dayjs | null) => void;
  readonly minDate?: Dayjs | undefined;
  readonly maxDate?: Dayjs | undefined;
}) {
  const [isWanted, setWanted] = useState(false);
  const shown = day ? dayjs(day).format('YYYY-MM-DD') : label;
  const button = (
    <Button className={day ? 'day' : 'day quiet'} aria-label={`${label} ${day ? shown : ''}`} onClick={() => setWanted(true)}>
      {shown}
    </Button>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <DayPicker
        autoFocus
        defaultOpen
        value={day ? dayjs(day) : null}
        onChange={onChange}
        onOpenChange={(isOpen) => isOpen || setWanted(false)}
        aria-label={label}
        {...limits}
      />
    </Suspense>
  );
}
