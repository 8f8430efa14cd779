import { routes } from '#contracts';
import { DownloadOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { useSession } from '../../app/session';
import { PopList } from '../../components/pop-list';
import { RefusalNote } from '../../components/refusal-note';
import { client } from '../../lib/api';
import { saveBlob, saveLink } from '../../lib/save';
import { useLocale, useWords } from '../../lib/words';
import type { TrailQuery } from './filters';
import { trailWords } from './words';

const files = {
  xlsx: { route: routes.trailSheet, name: 'trail.xlsx' },
  html: { route: routes.trailPage, name: 'trail.html' },
  json: { route: routes.trailFile, name: 'trail.json' },
} as const;
type Kind = keyof typeof files;

/** No exchange is older. */
const beforeEverything = '2000-01-01T00:00:00.000Z';

/** The trail as it is filtered, as a file. */
export function ExportLinks({ query, total }: { readonly query: TrailQuery; readonly total: string }) {
  const say = useWords(trailWords);
  const locale = useLocale();
  const { person } = useSession();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  // A link streams to disk whatever the size, but cannot say for which department one acts, nor in which language: where either matters
  // the file is fetched here.
  const isPlain = person.memberships.length < 2 && navigator.language.startsWith(locale);
  const follow = (kind: Kind) => {
    const asked = new URLSearchParams(query);
    saveLink(files[kind].name, `${files[kind].route.path}?${asked.toString()}`);
  };
  const fetchFile = async (name: string, open: () => Promise<Response>) => {
    setBusy(true);
    setError(undefined);
    try {
      saveBlob(name, await (await open()).blob());
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  const fetchKind = (kind: Kind) =>
    fetchFile(files[kind].name, () => client.open(files[kind].route, { query }, { headers: { 'accept-language': locale } }));
  // Everything of a period, since a proof of what is filtered could not show that nothing was left out by the filter. Without a
  // beginning it is the whole ledger, which is soon too much: the exchange says so, and what to do.
  const { from, until = new Date().toISOString() } = query;
  const fetchEvidence = () =>
    fetchFile(`${from === undefined ? 'until' : from.slice(0, 10)}-${until.slice(0, 10)}.evidence.zip`, () =>
      client.open(routes.evidence, { query: { from: from ?? beforeEverything, until } }),
    );
  const label = (kind: Kind) => say('exportAs', { format: kind === 'html' ? say('printable') : kind.toUpperCase() });
  return (
    <>
      <PopList
        type="default"
        icon={<DownloadOutlined />}
        loading={busy}
        button={say(busy ? 'exporting' : 'exports')}
        choices={[
          ...(Object.keys(files) as Kind[]).map((kind) => ({
            key: kind,
            label: `${label(kind)} (${total})`,
            onChoose: () => void (isPlain ? follow(kind) : fetchKind(kind)),
          })),
          { key: 'evidence', label: say('evidence'), onChoose: () => void fetchEvidence() },
        ]}
      />
      <RefusalNote error={error} />
    </>
  );
}
