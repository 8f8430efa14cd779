import { defineWords, useWords } from '../lib/words';
import './due.css';

const words = defineWords('due', {
  by: { zh: '{{date}} 前答复', en: 'Reply due {{date}}' },
  left: {
    zh: '还剩 {{count}} 个工作日',
    en: { one: '{{count}} working day left', other: '{{count}} working days left' },
  },
  today: { zh: '今天到期', en: 'due today' },
  late: { zh: '已逾期 {{count}} 个工作日', en: { one: '{{count}} working day late', other: '{{count}} working days late' } },
  over: { zh: '已逾期', en: 'late' },
  unknown: { zh: '未载入该年工作日历，无法计算期限', en: 'The calendar of that year is not loaded: no date can be counted' },
});

/** Fewer working days than these, and it is urgent. */
const urgentDays = 2;

/**
 * The day by which a reply is due and the working days left. Both are undefined where the calendar of a year is not loaded; then it says
 * so, unless `quiet`. With `short` only the days left.
 */
export function Due({
  due,
  workingDaysLeft: left,
  short = false,
  quiet = false,
}: {
  readonly due: string | undefined;
  readonly workingDaysLeft: number | undefined;
  readonly short?: boolean;
  readonly quiet?: boolean;
}) {
  const say = useWords(words);
  if (due === undefined || left === undefined) return quiet ? null : <span className="quiet">{say('unknown')}</span>;
  // A day off after the last day is late by no working day yet.
  const isLate = left < 0 || (left === 0 && due < new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10));
  const tone = isLate ? 'due due-late' : left <= urgentDays ? 'due due-urgent' : 'due';
  const rest = isLate
    ? left === 0
      ? say('over')
      : say('late', { count: -left })
    : left === 0
      ? say('today')
      : say('left', { count: left });
  return (
    <span className={tone} title={say('by', { date: due })}>
      {short ? null : <span className="due-date">{say('by', { date: due })} · </span>}
      <b>{rest}</b>
    </span>
  );
}
