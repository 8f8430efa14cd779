import type { Problem } from '#contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { randomHex, queryClient } from '../../lib/api';
import { saveBlob } from '../../lib/save';
import { useWarnBeforeLeaving } from '../../lib/warn-before-leaving';
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

type PickedFile = FileSystemFileHandle & { remove?: () => Promise<void> };
interface SavePicker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<PickedFile>;
}

/** Where the bytes go, and how what the choice made is taken away again when nothing comes. */
type Chosen = Target & { readonly undo?: () => void };

const undoTries = 20;
const undoEveryMs = 100;

/** Removes the empty file that the dialog made. The writer of a worker that was just ended holds it a moment longer. */
async function removeEmpty(handle: PickedFile): Promise<void> {
  for (let tries = 0; tries < undoTries; tries += 1) {
    try {
      if ((await handle.getFile()).size === 0) await handle.remove?.();
      return;
    } catch {
      await new Promise((done) => setTimeout(done, undoEveryMs));
    }
  }
}

/** Asks where to put the file; only after a click. Undefined: the person changed their mind. */
async function chooseTarget(fileName: string, sizeBytes: number): Promise<Chosen | { limitBytes: number } | undefined> {
  const picker = (globalThis as SavePicker).showSaveFilePicker;
  if (picker) {
    try {
      const handle = await picker({ suggestedName: fileName });
      const isNew = (await handle.getFile()).size === 0;
      return { kind: 'file', handle, ...(isNew ? { undo: () => void removeEmpty(handle) } : {}) };
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
  const undo = useRef<() => void>(undefined);
  const isChoosing = useRef(false);

  const end = useCallback((isSaved = false) => {
    worker.current?.terminate();
    worker.current = undefined;
    if (!isSaved) undo.current?.();
    undo.current = undefined;
  }, []);
  const stop = useCallback(() => {
    end();
    setOpening({ state: 'idle' });
  }, [end]);
  useEffect(() => {
    void sweepOwnFiles();
    return () => {
      end();
      release.current?.();
      void sweepOwnFiles();
    };
  }, [end]);
  const isRunning = opening.state === 'running';
  useWarnBeforeLeaving(isRunning);

  const start = useCallback(
    async (fileName: string, order: Omit<OpenOrder, 'target'>): Promise<boolean> => {
      // A second click comes while the first still asks where the file shall go.
      if (worker.current || isChoosing.current) return false;
      isChoosing.current = true;
      const totalBytes = order.expected.sizeBytes;
      const chosen = await chooseTarget(fileName, totalBytes).finally(() => {
        isChoosing.current = false;
      });
      if (!chosen) return false;
      if ('limitBytes' in chosen) {
        setOpening({ state: 'too-large', limitBytes: chosen.limitBytes });
        return false;
      }
      const { undo: takeAway, ...target } = chosen;
      undo.current = takeAway;
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
          end();
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
            end(true);
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
    },
    [end],
  );
  return { opening, start, stop };
}

/** What `useOpening` answers: one for both ways of a page, so that neither stops the other's work unasked. */
export type Opener = ReturnType<typeof useOpening>;

function saverOf(target: Target, fileName: string, blob: Blob | undefined): (() => void) | undefined {
  if (blob) return () => saveBlob(fileName, blob);
  if (target.kind !== 'own') return undefined;
  return () => void ownFile(target.name).then(async (handle) => saveBlob(fileName, await handle.getFile()));
}
