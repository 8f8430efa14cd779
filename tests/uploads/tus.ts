import { routes, type Route, type UploadView } from '#contracts';
import { randomId } from '#crypto';
import type { TestPerson } from '#testing';

/** One request of tus 1.0, written out by hand. */
export interface TusAnswer {
  readonly status: number;
  readonly offset: number | undefined;
  readonly headers: Headers;
  readonly body: unknown;
}

export async function tus(
  by: TestPerson,
  method: string,
  url: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: Uint8Array | ReadableStream<Uint8Array> } = {},
): Promise<TusAnswer> {
  const stretch = body === undefined ? {} : { 'content-type': 'application/offset+octet-stream' };
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${by.token}`, 'tus-resumable': '1.0.0', ...stretch, ...headers },
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  } as RequestInit);
  const offset = response.headers.get('upload-offset');
  const text = await response.text();
  return {
    status: response.status,
    offset: offset === null ? undefined : Number(offset),
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** Where a version of a dataset begins to arrive. */
export function beginUrl(
  baseUrl: string,
  dataset: string,
  more: Record<string, string> = {},
  route: Route = routes.beginVersion,
): string {
  const query = new URLSearchParams(
    route === routes.beginVersion ? { fileName: 'data.csv', noSecrets: 'true', ...more } : { fileName: 'list.csv', ...more },
  );
  return `${baseUrl}${route.path.replace(':id', dataset)}?${query.toString()}`;
}

export const codeOf = ({ body }: TusAnswer): string | undefined => (body as { code?: string } | undefined)?.code;

/** Begins a file without a byte of it; answers its address and id. */
export async function begun(by: TestPerson, baseUrl: string, dataset: string, sizeBytes: number, more = {}) {
  const id = randomId();
  const answer = await tus(by, 'POST', beginUrl(baseUrl, dataset, { upload: id, ...more }), {
    headers: { 'upload-length': String(sizeBytes) },
  });
  if (answer.status !== 201) throw new Error(`Not begun: ${JSON.stringify(answer.body)}`);
  return { id, url: new URL(answer.headers.get('location') ?? '', baseUrl).href };
}

/** Adds bytes at an offset. */
export const add = (by: TestPerson, url: string, offset: number, body: Uint8Array | ReadableStream<Uint8Array>) =>
  tus(by, 'PATCH', url, { headers: { 'upload-offset': String(offset) }, body });

/** What became of it. */
export const view = (by: TestPerson, id: string): Promise<UploadView> => by.client.call(routes.upload, { params: { id } });
