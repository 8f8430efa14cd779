import { entrySentences, routes, statementTypeSchema, statementWords, type StatementType } from '#contracts';
import { AutoComplete, Input } from 'antd';
import { useDeferredValue, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { useSession } from '../../app/session';
import { useClearButton } from '../../components/use-clear-button';
import { useRead } from '../../lib/api';
import { useLocale, useWords } from '../../lib/words';
import { entryPath, indexIn, type Change, type Filters } from './filters';
import { trailWords } from './words';

const shownAtMost = 6;

/** One box for whatever one knows of an entry; names are offered as filters while one types. */
export function SearchBox({ filters, change }: { readonly filters: Filters; readonly change: (change: Change) => void }) {
  const say = useWords(trailWords);
  const navigate = useNavigate();
  const [text, setText] = useState(filters.q ?? '');
  const [shownFor, setShownFor] = useState(filters.q);
  if (shownFor !== filters.q) {
    setShownFor(filters.q);
    setText(filters.q ?? '');
  }
  const options = useSuggestions(text.trim(), filters);

  const go = (value: string) => {
    const index = indexIn(value);
    if (index !== undefined) return void navigate(entryPath({ index }));
    change({ q: value.trim() || undefined });
  };
  return (
    <AutoComplete
      className="trail-search"
      value={text}
      options={options}
      onSearch={setText}
      popupMatchSelectWidth
      onSelect={(value: string) => {
        const [kind, id] = splitValue(value);
        if (kind === 'text' || kind === 'index') return go(id);
        setText('');
        change({ ...(kind === 'types' ? { types: [id as StatementType] } : { [kind]: id }), q: undefined });
      }}
    >
      <Input.Search
        allowClear={useClearButton()}
        placeholder={say('searchHint')}
        aria-label={say('search')}
        enterButton={say('searchDo')}
        onSearch={go}
        maxLength={100}
      />
    </AutoComplete>
  );
}

function splitValue(value: string): [kind: 'dataset' | 'department' | 'person' | 'types' | 'text' | 'index', id: string] {
  const at = value.indexOf(':');
  return [value.slice(0, at) as 'dataset', value.slice(at + 1)];
}

function useSuggestions(text: string, filters: Filters) {
  const say = useWords(trailWords);
  const locale = useLocale();
  const { department } = useSession();
  const asked = useDeferredValue(text);
  const isName = asked.length > 0 && !/^[#0-9]|^[0-9a-f]{8,}$/.test(asked);
  const departments = useRead(routes.departments, {}, { staleTime: 300_000 });
  const datasets = useRead(
    routes.datasets,
    { query: { text: asked, limit: shownAtMost } },
    { enabled: isName, staleTime: 60_000 },
  );
  const people = useRead(
    routes.people,
    { query: { department: filters.department ?? department, limit: 500 } },
    { enabled: isName, staleTime: 300_000 },
  );
  return useMemo(() => {
    if (asked === '') return [];
    const index = indexIn(asked);
    if (index !== undefined) return [{ value: `index:${asked}`, label: say('openEntry', { index }) }];
    if (!isName) return [];
    const group = (label: string, options: { value: string; label: string }[]) =>
      options.length > 0 ? [{ label, options: options.slice(0, shownAtMost) }] : [];
    const inDepartments = (departments.data?.items ?? []).filter((one) => one.name.includes(asked) || one.code === asked);
    const inPeople = (people.data?.items ?? []).filter((one) => one.name.includes(asked) || one.login.startsWith(asked));
    // Shown as the rows say it; found by what people do as well.
    const inTypes = statementTypeSchema.options.filter((type) =>
      [entrySentences, statementWords].some((words) => words[type][locale].toLowerCase().includes(asked.toLowerCase())),
    );
    return [
      { value: `text:${asked}`, label: say('findText', { text: asked }) },
      ...group(
        say('matter'),
        inTypes.map((type) => ({ value: `types:${type}`, label: entrySentences[type][locale] })),
      ),
      ...group(
        say('department'),
        inDepartments.map((one) => ({ value: `department:${one.code}`, label: one.name })),
      ),
      ...group(
        say('dataset'),
        (datasets.data?.items ?? []).map((one) => ({
          value: `dataset:${one.id}`,
          label: `${one.entry.title} · ${one.providerName}`,
        })),
      ),
      ...group(
        say('person'),
        inPeople.map((one) => ({ value: `person:${one.id}`, label: `${one.name} · ${one.login}` })),
      ),
    ];
  }, [asked, isName, departments.data, datasets.data, people.data, say, locale]);
}
