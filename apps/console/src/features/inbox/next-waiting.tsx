import { Link } from 'react-router';
import { useWords } from '../../lib/words';
import { useEntryTitle } from './use-entry-title';
import { useWaitingList } from './use-waiting-list';
import { inboxWords } from './words';

/** Where to go on once `done` needs nothing of the person any more: the first of what else waits, and how much that is. */
export function NextWaiting({ done }: { readonly done: string }) {
  const say = useWords(inboxWords);
  const titleOf = useEntryTitle();
  const { list, isRead, hasMore } = useWaitingList();
  if (!isRead) return null;
  const mine = list.filter(({ key, task }) => key !== done && task !== 'underway');
  const [next] = mine;
  if (!next) return <p className="quiet">{say('noneElse')}</p>;
  return (
    <p>
      {say('more', { count: `${mine.length}${hasMore ? '+' : ''}` })} <Link to={next.path}>{titleOf(next)}</Link>
    </p>
  );
}
