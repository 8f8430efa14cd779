import {
  CallError,
  createClient,
  routes,
  newStatementId,
  type Answer,
  type CallOptions,
  type Problem,
  type Route,
  type Sent,
} from '#contracts';
import {
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryKey,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useRef } from 'react';
import { fetchOrTake } from './early';
import { departmentNow } from './who';

/** The one client of the API; the session is the browser's cookie, which script cannot read. */
export const client = createClient({ baseUrl: location.origin, department: departmentNow, fetch: fetchOrTake });
export { routes };

/** What the exchange answered when it said no; undefined for a broken line or a bug of ours. */
export function problemOf(error: unknown): Problem | undefined {
  return error instanceof CallError ? error.problem : undefined;
}
/** The exchange could not be reached at all. */
export const isUnreachable = (error: unknown): boolean => error instanceof CallError && error.status === 0;
/** There is no session any more. A wrong password, asked for again before an approval, is answered 401 too and ends nothing. */
export const isLoggedOut = (error: unknown): boolean =>
  error instanceof CallError && error.status === 401 && error.problem?.code !== 'bad-login';

// Who must log in again hears of it from the first call that is refused for it (app/session.tsx).
const loggedOutListeners = new Set<() => void>();
export function onLoggedOut(listener: () => void): () => void {
  loggedOutListeners.add(listener);
  return () => loggedOutListeners.delete(listener);
}
function noteError(error: unknown): void {
  if (isLoggedOut(error)) for (const listener of loggedOutListeners) listener();
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // Who comes back to a list after reading finds it as long as it was.
      gcTime: 30 * 60_000,
      // A restart of the server takes seconds: reading is tried again, and what is on screen stays there.
      retry: (count, error) => (isUnreachable(error) || (error instanceof CallError && error.status >= 502) ? count < 6 : false),
      retryDelay: (count) => Math.min(400 * 2 ** count, 5_000),
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});
queryClient.getQueryCache().subscribe((event) => {
  if (event.type === 'updated' && event.action.type === 'error') noteError(event.action.error);
});

type Parts = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };

/** How a call is filed in the cache: by path and what was asked. A live event of a kind finds its calls by the route's tag. */
export function keyOf<T extends Route>(route: T, sent: Sent<T>): QueryKey {
  const { params, query, body } = sent as Parts;
  return [route.tag, route.path, params ?? {}, query ?? {}, body ?? {}, departmentNow() ?? ''];
}

export interface ReadOptions {
  readonly enabled?: boolean;
  /** Milliseconds between readings, for what no event announces. */
  readonly refetchInterval?: number | false;
  readonly staleTime?: number;
}
interface Known<A> {
  /** What another reading has told already, and when. */
  readonly initialData?: A;
  readonly initialDataUpdatedAt?: number;
}

/** Reads a JSON route and keeps it fresh: `const right = useRead(routes.right, { params: { id } })`. */
export function useRead<T extends Route>(
  route: T,
  sent: Sent<T>,
  options: ReadOptions & Known<Answer<T>> = {},
): UseQueryResult<Answer<T>> {
  return useQuery({
    queryKey: keyOf(route, sent),
    queryFn: ({ signal }) => client.call(route, sent, { signal }),
    ...options,
  });
}

interface PageAnswer<I> {
  readonly items: readonly I[];
  readonly next?: string | undefined;
}

/** Reads a paged list page by page; `items` are those read so far. */
export function useReadPages<T extends Route>(
  route: T,
  sent: Sent<T>,
  options: ReadOptions & { readonly pageSize?: number } = {},
) {
  const { pageSize = 100, ...rest } = options;
  type I = Answer<T> extends { items: readonly (infer X)[] } ? X : never;
  const pages = useInfiniteQuery({
    queryKey: [...keyOf(route, sent), 'pages'],
    queryFn: async ({ signal, pageParam }): Promise<Answer<T> & PageAnswer<I>> => {
      const query = { ...(sent as Parts).query, limit: pageSize, ...(pageParam === '' ? {} : { cursor: pageParam }) };
      const page: unknown = await client.call(route, { ...(sent as Parts), query }, { signal });
      return page as Answer<T> & PageAnswer<I>;
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    ...rest,
  });
  return { ...pages, items: pages.data?.pages.flatMap((page) => page.items) ?? [], first: pages.data?.pages[0] };
}

export interface SendOptions<A> {
  readonly onDone?: (answer: A) => void;
  /** Tags whose lists are read again afterwards, besides the route's own. */
  readonly refresh?: readonly string[];
}

/**
 * Sends a change. One attempt of a person has one idempotency key, kept until it is answered: a double click or a second try over a
 * line that broke is the same statement, never two.
 */
export function useSend<T extends Route>(route: T, options: SendOptions<Answer<T>> = {}) {
  const cache = useQueryClient();
  const attempt = useRef<{ key: string; of: string }>(undefined);
  const tags = new Set([route.tag, 'proposals', ...(options.refresh ?? [])]);
  const refresh = () => cache.invalidateQueries({ predicate: ({ queryKey }) => tags.has(String(queryKey[0])) });
  return useMutation({
    mutationFn: (sent: Sent<T>) => {
      const of = JSON.stringify(sent);
      if (attempt.current?.of !== of) attempt.current = { key: newStatementId(), of };
      const call: CallOptions = { headers: { 'idempotency-key': attempt.current.key } };
      return client.call(route, sent, call);
    },
    onSuccess: async (answer) => {
      attempt.current = undefined;
      await refresh();
      options.onDone?.(answer);
    },
    onError: (error) => {
      // An answer was given: what is sent next is another attempt. Without an answer it may have arrived, so the key stays.
      if (problemOf(error)) attempt.current = undefined;
      // The page showed what is no more: somebody else was first.
      if (error instanceof CallError && error.status === 409) void refresh();
      noteError(error);
    },
  });
}

/** So many random bytes in hex. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
