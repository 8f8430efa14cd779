import { routes } from '#contracts';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { client, useRead } from '../../lib/api';
import { departmentNow } from '../../lib/who';
import { useMemo } from 'react';
import type { TrailQuery } from './filters';

/** A screenful and a little: the first screen waits for it. */
const firstSize = 40;
const pageSize = 200;
const newsMs = 15_000;

/**
 * The entries that match, page by page. What is sealed never changes, so pages stay as they were read, however many there are; only
 * whether there are newer ones is asked again and again, and told.
 */
export function useEntries(query: TrailQuery) {
  const cache = useQueryClient();
  const queryKey = ['entries', query, departmentNow() ?? ''];
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ signal, pageParam }) =>
      client.call(
        routes.trail,
        { query: { ...query, ...(pageParam === '' ? { limit: firstSize } : { limit: pageSize, cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const items = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const first = pages.data?.pages[0];
  const newest = useRead(
    routes.trail,
    { query: { ...query, limit: 1 } },
    {
      refetchInterval: newsMs,
      enabled: pages.isSuccess,
      // The first page has told it, when it was read.
      ...(first && { initialData: { ...first, items: first.items.slice(0, 1) }, initialDataUpdatedAt: pages.dataUpdatedAt }),
    },
  );
  const head = newest.data?.items[0]?.index;
  return {
    pages: { ...pages, items },
    total: (newest.data ?? first)?.total,
    hasNews: head !== undefined && head > (items[0]?.index ?? -1),
    loadNews: () => cache.resetQueries({ queryKey }),
  };
}
