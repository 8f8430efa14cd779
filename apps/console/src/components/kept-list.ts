import { routes, type KeyListView } from '#contracts';
import { useEffect, useState } from 'react';
import { useSession } from '../app/session';
import { client, problemOf } from '../lib/api';

/** What is remembered of a key list on its way, so that a reload of the page finds it again. Never a key. */
export interface KeptList {
  readonly id: string;
  readonly item: string;
  readonly name: string;
  readonly sizeBytes: number;
}

/** The list that this person began to send for a dataset, kept in this browser. */
export function useKeptList(dataset: string) {
  const { person } = useSession();
  const key = `quanlian.list.${person.id}:${dataset}`;
  return {
    read(): KeptList | undefined {
      const text = localStorage.getItem(key);
      return text === null ? undefined : (JSON.parse(text) as KeptList);
    },
    keep: (list: KeptList) => localStorage.setItem(key, JSON.stringify(list)),
    forget: () => localStorage.removeItem(key),
  };
}

/**
 * What became of a list that an earlier page began: how many of its bytes arrived, when it still waits for the rest. One that was taken
 * meanwhile is handed to `onTaken`; one that is gone is forgotten.
 */
export function useEarlierList(
  dataset: string,
  onTaken: (list: KeyListView) => void,
): (KeptList & { arrived: number }) | undefined {
  const kept = useKeptList(dataset);
  const [earlier, setEarlier] = useState<KeptList & { arrived: number }>();
  useEffect(() => {
    const before = kept.read();
    if (!before) return undefined;
    const stop = new AbortController();
    client.call(routes.upload, { params: { id: before.id } }, { signal: stop.signal }).then(
      (view) => {
        if (view.state === 'receiving') return setEarlier({ ...before, arrived: view.bytes });
        kept.forget();
        if (view.keyList) onTaken(view.keyList);
        return undefined;
      },
      (error: unknown) => {
        if (problemOf(error)?.status === 404) kept.forget();
      },
    );
    return () => stop.abort();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- asked once, when the page opens
  }, [dataset]);
  return earlier;
}
