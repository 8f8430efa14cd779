import { routes, type Problem, type UploadView } from '#contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { queryClient, randomHex, useRead } from '../../lib/api';
import { departmentNow } from '../../lib/who';

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
  const request = useRef<XMLHttpRequest>(undefined);
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
    (file: Blob, name: string) => {
      if (request.current) return;
      const next: Kept = { id: randomHex(16), name, sizeBytes: file.size };
      localStorage.setItem(keyOf(dataset), JSON.stringify(next));
      setKept(next);
      setSending({ state: 'sending', sentBytes: 0 });
      const xhr = new XMLHttpRequest();
      request.current = xhr;
      const url = new URL(routes.publishVersion.path.replace(':id', dataset), location.origin);
      url.search = new URLSearchParams({ fileName: name, upload: next.id, noSecrets: 'true' }).toString();
      xhr.open(routes.publishVersion.method, url);
      xhr.responseType = 'json';
      xhr.setRequestHeader('content-type', routes.publishVersion.consumes ?? 'text/csv');
      xhr.setRequestHeader('x-quanlian-request', '1');
      const department = departmentNow();
      if (department !== undefined) xhr.setRequestHeader('x-quanlian-department', department);
      xhr.upload.addEventListener('progress', ({ loaded }) => setSending({ state: 'sending', sentBytes: loaded }));
      xhr.addEventListener('loadend', () => {
        request.current = undefined;
        if (xhr.status >= 200 && xhr.status < 300) {
          setAnswer(xhr.response as UploadView);
          setSending({ state: 'none' });
        } else if (xhr.status === 401) {
          // Asked for in the dialog above the page; the file is still chosen.
          setSending({ state: 'cut' });
          void queryClient.invalidateQueries();
        } else {
          const problem = xhr.response as Problem | null;
          setSending(problem?.title ? { state: 'refused', problem } : { state: 'cut' });
        }
        void queryClient.invalidateQueries({
          predicate: ({ queryKey }) => ['datasets', 'proposals'].includes(String(queryKey[0])),
        });
      });
      xhr.send(file);
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
