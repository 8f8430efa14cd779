import type { RightView } from '#contracts';
import { lastDay } from '../../lib/window';
import { useWords } from '../../lib/words';
import { rightsWords } from './words';

const dayMs = 86_400_000;
const soonDays = 30;

/** The last day of a term, and how many days are left of it while the right can still be used. */
export function TimeLeft({
  window,
  state,
  now = Date.now(),
}: {
  readonly window: { from: string; until: string };
  readonly state: RightView['state'];
  readonly now?: number;
}) {
  const say = useWords(rightsWords);
  const days = Math.floor((Date.parse(window.until) - now) / dayMs);
  const isOver = Date.parse(window.until) <= now;
  if (state === 'terminated') return <span>{lastDay(window)}</span>;
  return (
    <span>
      {lastDay(window)}{' '}
      <span className={isOver || days < soonDays ? 'time-soon' : 'quiet'}>
        {isOver ? say('over') : days === 0 ? say('lastDay') : say('daysLeft', { count: days })}
      </span>
    </span>
  );
}
