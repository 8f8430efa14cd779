import type { Problem } from './refusal.js';
import { idempotencyHeader } from './routes/idempotency.js';
import type { Answer, Route, Sent } from './routes/route.js';

/** The exchange said no, or could not be reached (`problem` is then absent). */
export class CallError extends Error {
  override readonly name = 'CallError';
  constructor(
    message: string,
    readonly status: number,
    readonly problem?: Problem,
  ) {
    super(message);
  }
}

export interface ClientSettings {
  readonly baseUrl: string;
  /** A bearer token, for the command and for systems; browsers use their cookie. */
  readonly token?: () => string | undefined;
  /** The department acted for; needed by people who serve several. */
  readonly department?: () => string | undefined;
  readonly locale?: 'zh' | 'en';
  readonly fetch?: typeof fetch;
}
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** 32 hex digits, made once for one act and sent with each try: however often it arrives, it is done once. */
  readonly idempotencyKey?: string;
  /** For routes that consume a stream. */
  readonly stream?: ReadableStream<Uint8Array>;
}

/** A client of the API whose methods are the routes themselves: `client.call(routes.right, { params: { id } })`. */
export function createClient(settings: ClientSettings) {
  const doFetch = settings.fetch ?? fetch;

  async function open<T extends Route>(route: T, sent: Sent<T>, options: CallOptions = {}): Promise<Response> {
    const parts = sent as {
      params?: Record<string, unknown>;
      query?: Record<string, string | number | boolean | undefined>;
      body?: unknown;
    };
    const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(parts.params?.[name])));
    const url = new URL(path, settings.baseUrl);
    for (const [name, value] of Object.entries(parts.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const headers: Record<string, string> = { 'x-quanlian-request': '1', ...options.headers };
    if (options.idempotencyKey !== undefined) headers[idempotencyHeader] = options.idempotencyKey;
    const token = settings.token?.();
    if (token) headers['authorization'] = `Bearer ${token}`;
    const department = settings.department?.();
    if (department) headers['x-quanlian-department'] = department;
    const init: RequestInit & { duplex?: 'half' } = { method: route.method, headers, signal: options.signal ?? null };
    if (options.stream) {
      headers['content-type'] = route.consumes ?? 'application/octet-stream';
      init.body = options.stream as unknown as NonNullable<RequestInit['body']>;
      init.duplex = 'half';
      // Where a fetch may have to send a body again, after a redirect or a log-in, it keeps a copy of it: Node's (undici) of all that was
      // streamed, to the end of the call. Nothing here is sent again by itself.
      init.redirect = 'error';
      init.window = null;
    } else if (parts.body !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(parts.body);
    }
    let response: Response;
    try {
      response = await doFetch(url, init);
    } catch (error) {
      throw new CallError(
        error instanceof Error
          ? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}`
          : String(error),
        0,
      );
    }
    if (response.ok) return response;
    const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
    throw new CallError(problem?.title?.[settings.locale ?? 'en'] ?? `HTTP ${response.status}`, response.status, problem);
  }

  return {
    /** Opens the raw answer, for streams and pages. Throws CallError. */
    open,
    /** Calls a JSON route. Throws CallError with the problem that the exchange gave. */
    async call<T extends Route>(route: T, sent: Sent<T>, options?: CallOptions): Promise<Answer<T>> {
      const response = await open(route, sent, options);
      const answer: unknown = response.status === 204 ? undefined : await response.json();
      return answer as Answer<T>;
    },
  };
}
export type Client = ReturnType<typeof createClient>;
