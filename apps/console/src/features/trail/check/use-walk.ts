import { routes } from '#contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../../../lib/api';
import type { News, Order } from './check.worker';
import { rememberSeen, seenOf, type Remembered } from './seen';
import type { Verdict, Walk } from './walk';

export type WalkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'walking'; readonly entries: number; readonly bytes: number }
  | {
      readonly kind: 'done';
      readonly verdict: Verdict;
      readonly bytes: number;
      readonly ms: number;
      /** What this browser had seen before. */
      readonly before: Remembered | undefined;
    }
  /** Nothing was concluded: the export could not be read to its end. */
  | { readonly kind: 'broken' };

/** Walks the whole ledger in a worker, so that the page stays alive; can be given up at any time. Remembers what it saw. */
export function useWalk(): { state: WalkState; start: (walk: Omit<Walk, 'seen'>) => void; cancel: () => void } {
  const [state, setState] = useState<WalkState>({ kind: 'idle' });
  const stop = useRef<() => void>(undefined);
  const end = useCallback((next: WalkState) => {
    stop.current?.();
    stop.current = undefined;
    setState(next);
  }, []);
  useEffect(() => () => stop.current?.(), []);

  const start = useCallback(
    async (walk: Omit<Walk, 'seen'>) => {
      end({ kind: 'walking', entries: 0, bytes: 0 });
      const worker = new Worker(new URL('check.worker.ts', import.meta.url), { type: 'module' });
      const abort = new AbortController();
      stop.current = () => {
        worker.terminate();
        abort.abort();
      };
      const before = seenOf(walk.root.origin);
      worker.addEventListener('message', ({ data }: MessageEvent<News>) => {
        if (abort.signal.aborted) return;
        if (data.kind === 'progress') return setState({ kind: 'walking', entries: data.entries, bytes: data.bytes });
        if (data.kind === 'done' && data.verdict.kind === 'clean') rememberSeen(walk.root.origin, data.verdict.report);
        end(data.kind === 'done' ? { ...data, before } : data);
      });
      // Its code could not be loaded: the exchange was updated or cannot be reached.
      worker.addEventListener('error', () => abort.signal.aborted || end({ kind: 'broken' }));
      const answer = await client.open(routes.exportLedger, {}, { signal: abort.signal }).catch(() => undefined);
      if (abort.signal.aborted) return;
      if (!answer?.body) return end({ kind: 'broken' });
      const seen = before && { size: before.size, head: before.head };
      const order: Order = { ...walk, seen, stream: answer.body };
      worker.postMessage(order, [answer.body]);
    },
    [end],
  );
  const cancel = useCallback(() => end({ kind: 'idle' }), [end]);
  return { state, start: useCallback((walk) => void start(walk), [start]), cancel };
}
