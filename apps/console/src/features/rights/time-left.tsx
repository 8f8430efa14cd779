import { lastDay } from '../../lib/window';
import { useWords } from '../../lib/words';
import { rightsWords } from './words';

const dayMs = 86_400_000;
const soonDays = 30;

/** The last day of a term, and how many days are left of it. */
export function TimeLeft({
  window,
  now = Date.now(),
}: {
  readonly window: { from: string; until: string };
  readonly now?: number;
}) {
  const say = useWords(rightsWords);
  const days = Math.floor((Date.parse(window.until) - now) / dayMs);
  const isOver = Date.parse(window.until) <= now;
  return (
    <span>
      {lastDay(window)}{' '}
      <span className={isOver || days < soonDays ? 'time-soon' : 'quiet'}>
        {isOver ? say('over') : days === 0 ? say('lastDay') : say('daysLeft', { count: days })}
      </span>
    </span>
  );
}
