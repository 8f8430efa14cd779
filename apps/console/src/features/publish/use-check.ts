import type { Item, Problem } from '#contracts';
import { useEffect, useState } from 'react';
import type { CheckNews, CheckOrder } from './check-worker';

/** How the check of a whole file stands. */
export type Check =
  | { readonly state: 'checking'; readonly doneBytes: number; readonly rows: number }
  | { readonly state: 'checked'; readonly rows: number; readonly faults: readonly Problem[]; readonly isCut: boolean }
  /** The file could not be read to its end: a stick that was pulled out, or a file that another program changed. */
  | { readonly state: 'unread' };

export const faultsMax = 1000;

/** Reads the whole file on this computer as the exchange will, row by row, in a worker. Undefined without a file. */
export function useCheck(
  file: Blob | undefined,
  items: readonly Item[],
  columns: readonly number[] | undefined,
): Check | undefined {
  const [check, setCheck] = useState<Check>();
  const order = JSON.stringify(columns);
  useEffect(() => {
    setCheck(undefined);
    if (!file || !order) return undefined;
    setCheck({ state: 'checking', doneBytes: 0, rows: 0 });
    const worker = new Worker(new URL('./check-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<CheckNews>) => {
      if (data.kind === 'progress') setCheck({ state: 'checking', doneBytes: data.doneBytes, rows: data.rows });
      else if (data.kind === 'checked') setCheck({ state: 'checked', rows: data.rows, faults: data.faults, isCut: data.isCut });
      else setCheck({ state: 'unread' });
    });
    worker.postMessage({ file, items, columns: JSON.parse(order) as number[], faultsMax } satisfies CheckOrder, []);
    return () => worker.terminate();
  }, [file, items, order]);
  return check;
}
