import { CallError, giveUpUpload, sendResumably, type Problem, type Route, type UploadLine, type UploadView } from '#contracts';
import { createSha256 } from '#crypto';
import { client, queryClient, routes } from './api';
import { departmentNow } from './who';

const tus = { 'tus-resumable': '1.0.0' };

/** The browser cannot read the file any more: it was moved, or another program changed it. */
export class FileUnread extends Error {
  override readonly name = 'FileUnread';
}

export interface Sending {
  readonly onProgress: (sentBytes: number) => void;
  /** Told when the line broke, before it is tried again. */
  readonly onBroken?: () => void;
  readonly signal: AbortSignal;
  /** An earlier page began it. */
  readonly isBegun?: boolean;
}

/**
 * Sends a file as one upload (docs/formats/uploads.md) over a line that may break, and tells how much of it is gone; answers what became of
 * it. `upload` is its id, made up before. Rejects with CallError as the client does, and with FileUnread; `signal` stops it.
 */
export function sendFile(
  begin: { readonly route: Route; readonly dataset: string; readonly query: Readonly<Record<string, string>> },
  upload: string,
  file: Blob,
  { onProgress, onBroken, signal, isBegun = false }: Sending,
): Promise<UploadView> {
  const path = begin.route.path.replace(':id', encodeURIComponent(begin.dataset));
  const beginUrl = `${path}?${new URLSearchParams({ ...begin.query, upload }).toString()}`;
  const params = { id: upload };
  const headers = { ...tus, 'upload-length': String(file.size) };
  const line: UploadLine = {
    sizeBytes: file.size,
    begin: async (isWithFile) =>
      (await request('POST', beginUrl, headers, isWithFile ? file : undefined, onProgress, signal)) as UploadView,
    async offset() {
      const answer = await client.open(routes.uploadOffset, { params }, { headers: tus, signal });
      return Number(answer.headers.get('upload-offset'));
    },
    append: (offset) =>
      request(
        'PATCH',
        `/api/uploads/${upload}`,
        { ...tus, 'upload-offset': String(offset) },
        file.slice(offset),
        (sent) => onProgress(offset + sent),
        signal,
      ),
    view: () => client.call(routes.upload, { params }, { signal }),
    pause: (ms) => pause(ms, signal),
    ...(onBroken ? { onBroken } : {}),
  };
  return sendResumably(line, isBegun).catch((error: unknown) => {
    // The first reading that is refused brings the dialog in which one logs in again.
    if (error instanceof CallError && error.status === 401) void queryClient.invalidateQueries();
    throw error;
  });
}

/** Gives an upload up. That there is none any more is no error. */
export const giveUp = (upload: string): Promise<void> =>
  giveUpUpload(() => client.open(routes.cancelUpload, { params: { id: upload } }, { headers: tus }), pause);

/** Whether an upload still waits for the rest of this very file. */
export async function goesOnWith(file: Blob, upload: string): Promise<boolean> {
  const view = await client.call(routes.upload, { params: { id: upload } }).catch(() => undefined);
  return view?.state === 'receiving' && view.pieces !== undefined && beginsWith(file, view.pieces);
}

/** Whether a file begins with what arrived of an upload. */
async function beginsWith(file: Blob, pieces: NonNullable<UploadView['pieces']>): Promise<boolean> {
  let at = 0;
  for (const { sizeBytes, sha256 } of pieces) {
    const bytes = new Uint8Array(await file.slice(at, at + sizeBytes).arrayBuffer());
    if (createSha256().update(bytes).digest('hex') !== sha256) return false;
    at += sizeBytes;
  }
  return true;
}

// (A streamed `fetch` needs HTTP/2 and tells nothing of how far it is.)
function request(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Blob | undefined,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<unknown> {
  const xhr = new XMLHttpRequest();
  xhr.open(method, url);
  xhr.responseType = 'json';
  xhr.setRequestHeader('x-quanlian-request', '1');
  if (body) xhr.setRequestHeader('content-type', 'application/offset+octet-stream');
  for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
  const department = departmentNow();
  if (department !== undefined) xhr.setRequestHeader('x-quanlian-department', department);
  xhr.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
  const stop = () => xhr.abort();
  signal.addEventListener('abort', stop);
  return new Promise((done, fail) => {
    xhr.addEventListener('loadend', () => {
      signal.removeEventListener('abort', stop);
      if (xhr.status >= 200 && xhr.status < 300) return done(xhr.response);
      const problem = xhr.response as Problem | null;
      const refused = new CallError(`HTTP ${xhr.status}`, xhr.status, problem?.title ? problem : undefined);
      if (xhr.status !== 0 || body === undefined) return fail(refused);
      // A file that changed ends the request as a broken line does: what can still be read tells them apart.
      void body
        .slice(0, 1)
        .arrayBuffer()
        .then(
          () => fail(refused),
          () => fail(new FileUnread()),
        );
      return undefined;
    });
    xhr.send(body ?? null);
  });
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const stop = () => fail(new DOMException('stopped', 'AbortError'));
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    setTimeout(done, ms);
    return undefined;
  });
}
