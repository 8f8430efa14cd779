import { routes, type Problem, type UploadView } from '#contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { isLoggedOut, problemOf, queryClient, randomHex, useRead } from '../../lib/api';
import { sendFile } from '../../lib/send-file';

/** What is remembered of an upload, so that a reload of the page finds it again. */
interface Kept {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
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
  | { readonly state: 'sending'; readonly sentBytes: number }
  /** Nobody answered: the line broke. */
  | { readonly state: 'cut' }
  | { readonly state: 'refused'; readonly problem: Problem };

/**
 * Sends a file as the body of one request, with what was sent so far, and reads at the exchange how far its own check is. The upload's id
 * is kept in this browser: after a reload the exchange still tells what became of it.
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
      const next: Kept = { id: randomHex(16), name, sizeBytes: file.size };
      localStorage.setItem(keyOf(dataset), JSON.stringify(next));
      setKept(next);
      setSending({ state: 'sending', sentBytes: 0 });
      const ended = new AbortController();
      request.current = ended;
      const sent = { params: { id: dataset }, query: { fileName: name, upload: next.id, noSecrets: 'true', ...more } } as const;
      const onProgress = (sentBytes: number) => setSending({ state: 'sending', sentBytes });
      void sendFile(routes.publishVersion, sent, file, { onProgress, signal: ended.signal })
        .then(
          (view) => {
            setAnswer(view);
            setSending({ state: 'none' });
          },
          (error: unknown) => {
            // Cancelled: what was to be said is said.
            if (ended.signal.aborted) return;
            // Logged out: that is asked for in the dialog above the page; the file is still chosen.
            const problem = isLoggedOut(error) ? undefined : problemOf(error);
            setSending(problem ? { state: 'refused', problem } : { state: 'cut' });
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
    forget();
  }, [forget]);

  useEffect(() => {
    if (!isSending) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isSending]);
  useEffect(() => () => request.current?.abort(), []);

  return {
    kept,
    sending,
    view: answer !== undefined && upload.data?.state !== 'proposed' ? answer : upload.data,
    isLooking: upload.isPending && upload.fetchStatus !== 'idle',
    send,
    cancel,
    forget,
  };
}
