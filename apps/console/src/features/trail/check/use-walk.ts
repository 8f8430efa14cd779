import { routes } from '#contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { departmentNow } from '../../../lib/who';
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
  | { readonly kind: 'no-answer'; readonly status: number };

/** Walks the whole ledger in a worker, so that the page stays alive; can be given up at any time. Remembers what it saw. */
export function useWalk(): { state: WalkState; start: (walk: Omit<Walk, 'seen'>) => void; cancel: () => void } {
  const [state, setState] = useState<WalkState>({ kind: 'idle' });
  const worker = useRef<Worker>(undefined);
  const stop = useCallback(() => {
    worker.current?.terminate();
    worker.current = undefined;
  }, []);
  useEffect(() => stop, [stop]);

  const start = useCallback(
    (walk: Omit<Walk, 'seen'>) => {
      stop();
      setState({ kind: 'walking', entries: 0, bytes: 0 });
      const before = seenOf(walk.root.origin);
      const own = new Worker(new URL('check.worker.ts', import.meta.url), { type: 'module' });
      worker.current = own;
      own.addEventListener('message', ({ data }: MessageEvent<News>) => {
        if (worker.current !== own) return;
        if (data.kind === 'progress') return setState({ kind: 'walking', entries: data.entries, bytes: data.bytes });
        stop();
        if (data.kind === 'no-answer') return setState(data);
        if (data.verdict.kind === 'clean') rememberSeen(walk.root.origin, data.verdict.report);
        setState({ kind: 'done', verdict: data.verdict, bytes: data.bytes, ms: data.ms, before });
      });
      // Its code could not be loaded: the exchange was updated or cannot be reached.
      own.addEventListener('error', () => {
        if (worker.current !== own) return;
        stop();
        setState({ kind: 'no-answer', status: 0 });
      });
      const seen = before && { size: before.size, head: before.head };
      const url = new URL(routes.exportLedger.path, location.origin).href;
      const order: Order = { ...walk, seen, url, department: departmentNow() };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker is no window: what it is told goes nowhere else
      own.postMessage(order);
    },
    [stop],
  );
  const cancel = useCallback(() => {
    stop();
    setState({ kind: 'idle' });
  }, [stop]);
  return { state, start, cancel };
}
