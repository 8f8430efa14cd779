import type { Problem } from '#contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { randomHex, queryClient } from '../../lib/api';
import { saveBlob } from '../../lib/save';
import type { OpenNews, OpenOrder, Target } from './open-messages';
import { holdOwnFile, ownFile, ownSpaceBytes, sweepOwnFiles } from './own-files';

export type Opening =
  | { readonly state: 'idle' }
  | {
      readonly state: 'running';
      readonly doneBytes: number;
      readonly totalBytes: number;
      readonly startedAt: number;
      readonly waiting?: 'line' | 'session' | undefined;
    }
  | { readonly state: 'done'; readonly sizeBytes: number; readonly tookMs: number; readonly save?: () => void }
  | { readonly state: 'failed'; readonly problem?: Problem | undefined; readonly message: string }
  | { readonly state: 'too-large'; readonly limitBytes: number };

/** What a page may hold in memory where the browser has no place on disk for it. */
const memoryLimitBytes = 512 * 1024 * 1024;

interface SavePicker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;
}

/** Asks where to put the file; only after a click. Undefined: the person changed their mind. */
async function chooseTarget(fileName: string, sizeBytes: number): Promise<Target | { limitBytes: number } | undefined> {
  const picker = (globalThis as SavePicker).showSaveFilePicker;
  if (picker) {
    try {
      return { kind: 'file', handle: await picker({ suggestedName: fileName }) };
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return undefined;
      // A browser whose policy forbids the dialog: the next best place.
    }
  }
  const spaceBytes = await ownSpaceBytes();
  if (spaceBytes !== undefined && spaceBytes > sizeBytes) return { kind: 'own', name: randomHex(8) };
  return sizeBytes <= memoryLimitBytes ? { kind: 'memory' } : { limitBytes: Math.max(memoryLimitBytes, spaceBytes ?? 0) };
}

/** Downloads a delivery in a worker, decrypting and checking it or as it is, onto the person's disk. One at a time. */
export function useOpening() {
  const [opening, setOpening] = useState<Opening>({ state: 'idle' });
  const worker = useRef<Worker>(undefined);
  const release = useRef<() => void>(undefined);

  const stop = useCallback(() => {
    worker.current?.terminate();
    worker.current = undefined;
    setOpening({ state: 'idle' });
  }, []);
  useEffect(() => {
    void sweepOwnFiles();
    return () => {
      worker.current?.terminate();
      release.current?.();
      void sweepOwnFiles();
    };
  }, []);
  const isRunning = opening.state === 'running';
  useEffect(() => {
    if (!isRunning) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isRunning]);

  const start = useCallback(async (fileName: string, order: Omit<OpenOrder, 'target'>): Promise<boolean> => {
    if (worker.current) return false;
    const totalBytes = order.expected.sizeBytes;
    const target = await chooseTarget(fileName, totalBytes);
    if (!target) return false;
    if ('limitBytes' in target) {
      setOpening({ state: 'too-large', limitBytes: target.limitBytes });
      return false;
    }
    if (target.kind === 'own') {
      release.current?.();
      release.current = await holdOwnFile(target.name);
    }
    const startedAt = performance.now();
    setOpening({ state: 'running', doneBytes: 0, totalBytes, startedAt });
    const running = new Worker(new URL('./open-worker.ts', import.meta.url), { type: 'module' });
    worker.current = running;
    return new Promise<boolean>((settle) => {
      const fail = (message: string, problem?: Problem) => {
        running.terminate();
        worker.current = undefined;
        setOpening({ state: 'failed', message, problem });
        settle(false);
      };
      running.addEventListener('error', (event) => fail(event.message));
      running.addEventListener('message', ({ data }: MessageEvent<OpenNews>) => {
        if (data.kind === 'progress') setOpening({ state: 'running', doneBytes: data.doneBytes, totalBytes, startedAt });
        else if (data.kind === 'waiting') {
          // The session's own dialog asks for it; the download goes on after it.
          if (data.reason === 'session') void queryClient.invalidateQueries();
          setOpening((now) => (now.state === 'running' ? { ...now, waiting: data.reason } : now));
        } else if (data.kind === 'failed') fail(data.message, data.problem);
        else {
          running.terminate();
          worker.current = undefined;
          const save = saverOf(target, fileName, data.blob);
          save?.();
          setOpening({
            state: 'done',
            sizeBytes: data.sizeBytes,
            tookMs: performance.now() - startedAt,
            ...(save ? { save } : {}),
          });
          settle(true);
        }
      });
      running.postMessage({ ...order, target } satisfies OpenOrder, []);
    });
  }, []);
  return { opening, start, stop };
}

/** What `useOpening` answers: one for both ways of a page, so that neither stops the other's work unasked. */
export type Opener = ReturnType<typeof useOpening>;

function saverOf(target: Target, fileName: string, blob: Blob | undefined): (() => void) | undefined {
  if (blob) return () => saveBlob(fileName, blob);
  if (target.kind !== 'own') return undefined;
  return () => void ownFile(target.name).then(async (handle) => saveBlob(fileName, await handle.getFile()));
}
