import { routes, type EntryView as Entry, type StateKind } from '#contracts';
import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useLocation, useNavigate, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { EntryView } from '../../components/entry-view';
import { ObjectPage } from '../../components/object-page';
import { Page } from '../../components/page';
import { useRead } from '../../lib/api';
import { usePick } from '../../lib/words';
import { defineWords, useWords } from '../../lib/words';
import { CheckEntry } from './check/entry-check';
import { trailPath } from './filters';
import { SameObject } from './same-object';
import './trail.css';

const words = defineWords('entry', {
  title: { zh: '存证记录 #{{index}}', en: 'Entry #{{index}}' },
  before: { zh: '上一条', en: 'Previous' },
  after: { zh: '下一条', en: 'Next' },
  back: { zh: '全部留痕', en: 'The whole trail' },
});

/** One entry in full, and the ways to check it. */
export function EntryPage() {
  const say = useWords(words);
  const pick = usePick();
  const navigate = useNavigate();
  const { state } = useLocation() as { state: unknown };
  const { competent, has } = useSession();
  const params = useParams();
  const index = Number(params['index']);
  const entry = useRead(routes.entry, { params: { index } }, { staleTime: Number.POSITIVE_INFINITY });
  const newest = useRead(routes.trail, { query: { limit: 1 } }, { staleTime: 60_000 });
  const last = newest.data?.items[0]?.index ?? index;
  // Whoever sees only some entries would step into the others.
  const canStep = competent && has('supervisor', 'office-head');
  const data = entry.data;
  if (!data) return <ObjectPage title={say('title', { index: params['index'] ?? '' })} reading={entry} list="/trail" />;
  // However far one steps, the list that one came from is one step back.
  const step = (to: number) => void navigate(`/trail/${to}`, { replace: true, state });
  return (
    <Page
      title={say('title', { index })}
      back={{ to: '/trail', label: say('back') }}
      lead={pick(data.sentence)}
      actions={
        <>
          {canStep ? (
            <>
              <Button icon={<LeftOutlined />} disabled={index <= 0} onClick={() => step(index - 1)}>
                {say('before')}
              </Button>
              <Button icon={<RightOutlined />} iconPlacement="end" disabled={index >= last} onClick={() => step(index + 1)}>
                {say('after')}
              </Button>
            </>
          ) : null}
        </>
      }
    >
      <OneEntry key={index} entry={data} />
    </Page>
  );
}

function OneEntry({ entry }: { readonly entry: Entry }) {
  const bytes = useMemo(() => (entry.bytes === undefined ? undefined : fromBase64(entry.bytes)), [entry.bytes]);
  return (
    <EntryView entry={entry} bytes={bytes} pathOf={pathOf}>
      <CheckEntry entry={entry} bytes={bytes} />
      <SameObject entry={entry} />
    </EntryView>
  );
}

const filterOf: Partial<Record<StateKind | 'person', 'department' | 'person' | 'dataset' | 'right' | 'delivery'>> = {
  department: 'department',
  person: 'person',
  dataset: 'dataset',
  right: 'right',
  delivery: 'delivery',
};
/** Who reads the trail goes on in the trail: everything about the thing that is named. */
function pathOf(kind: StateKind | 'person', id: string): string {
  return trailPath({ [filterOf[kind] ?? 'subject']: id });
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
