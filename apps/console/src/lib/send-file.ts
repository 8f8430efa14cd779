import { CallError, type Answer, type Problem, type Route, type Sent } from '#contracts';
import { queryClient } from './api';
import { departmentNow } from './who';

/**
 * Sends a file as the body of one request and tells how much of it is gone. (A streamed `fetch` needs HTTP/2 and tells nothing.) Rejects
 * with CallError as the client does; `signal` stops it.
 */
export function sendFile<T extends Route>(
  route: T,
  sent: Sent<T>,
  file: Blob,
  { onProgress, signal }: { readonly onProgress: (sentBytes: number) => void; readonly signal: AbortSignal },
): Promise<Answer<T>> {
  const { params = {}, query = {} } = sent as { params?: Record<string, string>; query?: Record<string, string> };
  const url = new URL(
    route.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? '')),
    location.origin,
  );
  url.search = new URLSearchParams(query).toString();
  const xhr = new XMLHttpRequest();
  xhr.open(route.method, url);
  xhr.responseType = 'json';
  xhr.setRequestHeader('content-type', route.consumes ?? 'application/octet-stream');
  xhr.setRequestHeader('x-quanlian-request', '1');
  const department = departmentNow();
  if (department !== undefined) xhr.setRequestHeader('x-quanlian-department', department);
  xhr.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
  signal.addEventListener('abort', () => xhr.abort());
  return new Promise((done, fail) => {
    xhr.addEventListener('loadend', () => {
      if (xhr.status >= 200 && xhr.status < 300) return done(xhr.response as Answer<T>);
      // The first reading that is refused brings the dialog in which one logs in again.
      if (xhr.status === 401) void queryClient.invalidateQueries();
      const problem = xhr.response as Problem | null;
      return fail(new CallError(`HTTP ${xhr.status}`, xhr.status, problem?.title ? problem : undefined));
    });
    xhr.send(file);
  });
}
