import { routes, type Problem, type UploadView } from '#contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { isLoggedOut, problemOf, queryClient, randomHex, useRead } from '../../lib/api';
import { FileUnread, giveUp, goesOnWith, sendFile } from '../../lib/send-file';
import { useWarnBeforeLeaving } from '../../lib/warn-before-leaving';

/** What is remembered of an upload, so that a reload of the page finds it again. */
interface Kept {
  readonly id: string;
  readonly name: string;
  /** Of what is sent, which may be another text than the chosen file's: names of items instead of titles. */
  readonly sizeBytes: number;
  readonly choices: UploadChoices;
}
/** A small file has arrived before anything could be asked about it; of a large one the exchange is asked once it surely began. */
const askedFromBytes = 4 * 1024 * 1024;

const keyOf = (dataset: string) => `quanlian.upload.${dataset}`;

function readKept(dataset: string): Kept | undefined {
  const text = localStorage.getItem(keyOf(dataset));
  return text === null ? undefined : (JSON.parse(text) as Kept);
}

/** What the publisher says besides: see the route's query. */
export interface UploadChoices {
  readonly skip?: 'all';
  readonly leaveOutFaulty?: 'true';
}

export type Sending =
  | { readonly state: 'none' }
  /** `isBroken`: the line broke, and is tried again. */
  | { readonly state: 'sending'; readonly sentBytes: number; readonly isBroken?: boolean }
  /** Nobody answered, however often it was tried. */
  | { readonly state: 'cut' }
  /** The browser cannot read the file any more. */
  | { readonly state: 'unread' }
  | { readonly state: 'refused'; readonly problem: Problem };

/**
 * Sends a file over a line that may break, with what was sent so far, and reads at the exchange how far its own check is. The upload's id
 * is kept in this browser: after a reload the exchange still tells what became of it, and the same file, chosen again, is gone on with.
 */
export function useUpload(dataset: string) {
  const [kept, setKept] = useState(() => readKept(dataset));
  const [sending, setSending] = useState<Sending>({ state: 'none' });
  const request = useRef<AbortController>(undefined);
  const [answer, setAnswer] = useState<UploadView>();
  const isSending = sending.state === 'sending';
  const isAsked = kept !== undefined && (sending.state !== 'sending' || sending.sentBytes > askedFromBytes);
  // Once it is known what became of the file there is nothing more to ask; what follows is news of the proposal.
  const ended = useRef(false);
  const upload = useRead(
    routes.upload,
    { params: { id: kept?.id ?? '' } },
    { enabled: isAsked, refetchInterval: ended.current ? false : 1_000 },
  );

  ended.current = upload.data?.state === 'proposed' || (upload.data?.state === 'failed' && !isSending);

  const forget = useCallback(() => {
    localStorage.removeItem(keyOf(dataset));
    setKept(undefined);
    setAnswer(undefined);
    setSending({ state: 'none' });
  }, [dataset]);

  const send = useCallback(
    (file: Blob, name: string, more: UploadChoices = {}) => {
      if (request.current) return;
      const ended = new AbortController();
      request.current = ended;
      setSending({ state: 'sending', sentBytes: 0 });
      const sendIt = async () => {
        const before = readKept(dataset);
        const isBegun = before !== undefined && (await goesOn(before, file, name, more));
        if (before && !isBegun) void giveUp(before.id);
        const next = isBegun ? before : { id: randomHex(16), name, sizeBytes: file.size, choices: more };
        localStorage.setItem(keyOf(dataset), JSON.stringify(next));
        setKept(next);
        const query = { fileName: name, noSecrets: 'true', ...more };
        const onProgress = (sentBytes: number) => setSending({ state: 'sending', sentBytes });
        const onBroken = () =>
          setSending((now) => ({ state: 'sending', sentBytes: now.state === 'sending' ? now.sentBytes : 0, isBroken: true }));
        const begin = { route: routes.beginVersion, dataset, query };
        return sendFile(begin, next.id, file, { onProgress, onBroken, signal: ended.signal, isBegun });
      };
      void sendIt()
        .then(
          (view) => {
            setAnswer(view);
            setSending({ state: 'none' });
          },
          (error: unknown) => {
            // Cancelled: what was to be said is said.
            if (ended.signal.aborted) return undefined;
            if (error instanceof FileUnread) return setSending({ state: 'unread' });
            // Logged out: that is asked for in the dialog above the page; the file is still chosen.
            const problem = isLoggedOut(error) ? undefined : problemOf(error);
            return setSending(problem ? { state: 'refused', problem } : { state: 'cut' });
          },
        )
        .finally(() => {
          request.current = undefined;
          void queryClient.invalidateQueries({
            predicate: ({ queryKey }) => ['datasets', 'proposals'].includes(String(queryKey[0])),
          });
        });
    },
    [dataset],
  );
  const cancel = useCallback(() => {
    request.current?.abort();
    const now = readKept(dataset);
    if (now) void giveUp(now.id);
    forget();
  }, [dataset, forget]);

  useWarnBeforeLeaving(isSending);
  useEffect(() => () => request.current?.abort(), []);

  /** What an earlier page began, or this one before its line broke for good, and the same file can go on with. */
  const rest = !isSending && upload.data?.state === 'receiving' ? upload.data.pieces : undefined;

  return {
    kept,
    sending,
    canGoOn: rest !== undefined && (sending.state === 'none' || sending.state === 'cut'),
    view: answer !== undefined && upload.data?.state !== 'proposed' ? answer : upload.data,
    isLooking: upload.isPending && upload.fetchStatus !== 'idle',
    send,
    cancel,
    forget,
  };
}

/** Whether this is the file that was begun, and what arrived is its beginning. */
async function goesOn(before: Kept, file: Blob, name: string, more: UploadChoices): Promise<boolean> {
  const isAlike = before.name === name && before.sizeBytes === file.size;
  if (!isAlike || JSON.stringify(before.choices) !== JSON.stringify(more)) return false;
  return goesOnWith(file, before.id);
}
