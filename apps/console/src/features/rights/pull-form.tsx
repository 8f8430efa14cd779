import { isPackable, routes, type Format, type Item, type RightView } from '#contracts';
import { Alert, Button, Checkbox, Form, Radio, Select, Switch } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useSession } from '../../app/session';
import { RefusalNote } from '../../components/refusal-note';
import { ScopeEditor } from '../../components/scope-editor';
import { useFormatName } from '../../components/terms';
import { useRead, useSend } from '../../lib/api';
import { count } from '../../lib/numbers';
import { draftOfScope, scopeOfDraft } from '../../lib/scope-draft';
import { useLocale, useWords } from '../../lib/words';
import { ChangesSince } from './changes-since';
import { rightsWords } from './words';

/** Pulls under a right: everything in one click, or a part of it. Afterwards the delivery's own page tells how far it is. */
export function PullForm({ right, items }: { readonly right: RightView; readonly items: readonly Item[] }) {
  const say = useWords(rightsWords);
  const formatName = useFormatName();
  const navigate = useNavigate();
  const { department } = useSession();
  const [format, setFormat] = useState<Format>(right.formats[0] ?? 'csv');
  const [isPacked, setPacked] = useState(false);
  const [isPart, setPart] = useState(false);
  const [isChanges, setChanges] = useState(false);
  const [chosen, choose] = useState<readonly string[]>(right.items);
  const [scope, setScope] = useState(() => draftOfScope({ op: 'all' }));
  const [version, setVersion] = useState('latest');
  const [isTried, setTried] = useState(false);
  const received = useRead(routes.deliveries, { query: { right: right.id, state: 'received', limit: 1 } });
  const last = received.data?.items[0];
  const own = useRead(routes.department, { params: { code: department } });
  const pull = useSend(routes.pull, {
    refresh: ['rights', 'deliveries'],
    onDone: ({ delivery }) => void navigate(`/deliveries/${delivery}`),
  });

  const covered = items.filter(({ name }) => right.items.includes(name));
  const noChanges = changesUntellable(right, items);
  const { rows, faults } = scopeOfDraft(scope, covered);
  const noItem = isPart && chosen.length === 0;
  const { pulls, pullsPerDay } = right.quota;
  const gone = right.used.pulls >= pulls ? 'quotaGone' : right.used.pullsToday >= pullsPerDay ? 'quotaToday' : undefined;
  const lacksRecipient = own.data?.recipients.every(({ endedAt }) => endedAt !== undefined) === true;

  const submit = () => {
    setTried(true);
    if (noItem || (isPart && faults.size > 0)) return;
    const part = isPart
      ? {
          items: right.items.filter((name) => chosen.includes(name)),
          ...(rows && rows.op !== 'all' ? { rows } : {}),
          ...(right.version === 'latest' && version !== 'latest' ? { version } : {}),
        }
      : {};
    const packed = isPacked && isPackable(format) ? { compression: 'gzip' as const } : {};
    const since = isChanges && last ? { since: last.id } : {};
    pull.mutate({ params: { id: right.id }, body: { format, ...packed, ...since, ...part } });
  };
  return (
    <Form layout="vertical" onFinish={submit} className="pull-form">
      <p className="quiet">{say('pullLead')}</p>
      <Form.Item label={say('format')}>
        <Radio.Group
          aria-label={say('format')}
          value={format}
          onChange={(event) => setFormat(event.target.value as Format)}
          options={right.formats.map((value) => ({ value, label: formatName(value) }))}
        />
      </Form.Item>
      {isPackable(format) ? (
        <p>
          <Switch size="small" checked={isPacked} onChange={setPacked} aria-label={say('pack')} />{' '}
          <span aria-hidden="true">{say('pack')}</span>
        </p>
      ) : null}
      {last && noChanges ? <p className="quiet">{say(noChanges)}</p> : null}
      {last && !noChanges ? (
        <p>
          <Switch size="small" checked={isChanges} onChange={setChanges} aria-label={say('changesOnly')} />{' '}
          <span aria-hidden="true">{say('changesOnly')}</span> <ChangesSince right={right.id} />
        </p>
      ) : null}
      <p>
        <Switch size="small" checked={isPart} onChange={setPart} aria-label={say('narrow')} />{' '}
        <span aria-hidden="true">{say('narrow')}</span>
      </p>
      {isPart ? (
        <div className="pull-part">
          <Form.Item label={say('items')} {...(noItem ? { validateStatus: 'error' as const, help: say('itemsNeeded') } : {})}>
            <ItemChoice names={right.items} items={items} chosen={chosen} onChange={choose} />
          </Form.Item>
          <Form.Item label={say('onlyRows')}>
            <ScopeEditor items={covered} value={scope} onChange={setScope} strict={isTried} />
          </Form.Item>
          {right.version === 'latest' ? <VersionChoice dataset={right.dataset} value={version} onChange={setVersion} /> : null}
        </div>
      ) : null}
      {gone ? <Alert className="refusal" type="warning" showIcon title={say(gone)} /> : null}
      {lacksRecipient ? <Alert className="refusal" type="warning" showIcon title={say('noRecipient')} /> : null}
      <RefusalNote error={pull.error} />
      <Button type="primary" htmlType="submit" loading={pull.isPending} disabled={gone !== undefined || pull.isSuccess}>
        {say('pullNow')}
      </Button>
    </Form>
  );
}

/** Why what changed could not be told, whatever is pulled; the exchange refuses it for the same (docs/decisions/0025-what-changed.md). */
function changesUntellable(right: RightView, items: readonly Item[]): 'noKey' | 'keyHidden' | undefined {
  // The entry may not be read yet.
  if (items.length === 0) return undefined;
  const keys = items.filter(({ key }) => key).map(({ name }) => name);
  if (keys.length === 0) return 'noKey';
  // A pseudonym is one to one; any other mask makes one of several keys.
  const blurred = right.transformations.filter(({ transformation: { kind } }) => kind !== 'pseudonym').map(({ item }) => item);
  return keys.every((key) => right.items.includes(key) && !blurred.includes(key)) ? undefined : 'keyHidden';
}

function ItemChoice({
  names,
  items,
  chosen,
  onChange,
}: {
  readonly names: readonly string[];
  readonly items: readonly Item[];
  readonly chosen: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}) {
  const say = useWords(rightsWords);
  const titleOf = new Map(items.map(({ name, title }) => [name, title]));
  return (
    <>
      <Checkbox
        checked={chosen.length === names.length}
        indeterminate={chosen.length > 0 && chosen.length < names.length}
        onChange={(event) => onChange(event.target.checked ? names : [])}
      >
        {say('allItems')}
      </Checkbox>
      <Checkbox.Group
        className="pull-items"
        value={[...chosen]}
        onChange={(values) => onChange(values)}
        options={names.map((name) => ({ value: name, label: titleOf.get(name) ?? name }))}
      />
    </>
  );
}

function VersionChoice({
  dataset,
  value,
  onChange,
}: {
  readonly dataset: string;
  readonly value: string;
  readonly onChange: (version: string) => void;
}) {
  const say = useWords(rightsWords);
  const locale = useLocale();
  const versions = useRead(routes.versions, { params: { id: dataset } });
  const options = [
    { value: 'latest', label: say('latest') },
    ...(versions.data?.items ?? []).map(({ id, number, rows }) => ({
      value: id,
      label: say('versionOf', { number, rows: count(rows, locale) }),
    })),
  ];
  return (
    <Form.Item label={say('version')}>
      <Select aria-label={say('version')} className="version-choice" value={value} options={options} onChange={onChange} />
    </Form.Item>
  );
}
