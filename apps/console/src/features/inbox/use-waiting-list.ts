import { routes, type Who } from '#contracts';
import { useMemo } from 'react';
import { useSession } from '../../app/session';
import { useReadPages } from '../../lib/api';
import { waitingList } from './inbox-list';

/** What waits in the department, with the pages that it was read from; the tasks are those of the person at the screen. */
export function useWaitingList() {
  const { person, department, roles, competent, has } = useSession();
  const isSteward = has('steward');
  const requests = useReadPages(
    routes.requests,
    { query: { side: 'to', state: 'submitted', sort: 'due' } },
    { pageSize: 200, enabled: isSteward },
  );
  const waiting = useReadPages(routes.proposals, {}, { pageSize: 200 });
  const who: Who = useMemo(
    () => ({ person: person.id, department, roles, competent }),
    [person.id, department, roles, competent],
  );
  const isRead = waiting.data !== undefined && (!isSteward || requests.data !== undefined);
  const hasMore = requests.hasNextPage || waiting.hasNextPage;
  return { who, isSteward, requests, waiting, list: waitingList(requests.items, waiting.items, who), isRead, hasMore };
}
