import { routes } from '#contracts';
import { Link } from 'react-router';
import { useRead } from '../lib/api';
import { usePick, useWords } from '../lib/words';
import { appWords } from './words';

/** What everybody must know of the ledger just now: that it is not sealed, that too few witnesses answer, that demo witnesses prove nothing. */
export function LogStanding() {
  const say = useWords(appWords);
  const pick = usePick();
  const status = useRead(routes.ledgerStatus, {}, { refetchInterval: 60_000 }).data;
  if (!status) return null;
  const { sealing, witnesses } = status;
  const trouble = sealing.problem
    ? pick(sealing.problem.title)
    : witnesses.quorum && !witnesses.reached
      ? say('belowQuorum')
      : undefined;
  if (trouble === undefined && !witnesses.demo) return null;
  return (
    <aside className={trouble === undefined ? 'log-standing' : 'log-standing log-standing-trouble'} aria-label={say('standing')}>
      <span role={trouble === undefined ? undefined : 'alert'}>{trouble ?? (witnesses.demo ? pick(witnesses.demo) : '')}</span>{' '}
      <Link to="/ledger">{say('standingMore')}</Link>
    </aside>
  );
}
