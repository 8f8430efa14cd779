import { routes, type DatasetView } from '#contracts';
import { nationalDeadlines, replyDue, WorkingCalendar, type WorkingYear } from '#rights';
import { useSession } from '../../app/session';
import { useRead } from '../../lib/api';
import { today } from '../../lib/window';
import { useLocale, useWords } from '../../lib/words';
import { nextWords } from './words';

/** The steps after submitting, with who acts and by when. `byRule`: nobody at the provider has to decide. */
export function WhatNext({ dataset, byRule }: { readonly dataset: DatasetView; readonly byRule: boolean }) {
  const say = useWords(nextWords);
  const names = useHeadNames();
  const isOwnKey = useHoldsItsKey();
  const due = useReplyDue(dataset);
  const days =
    dataset.entry.shareType === 'unconditional' ? nationalDeadlines.replyUnconditional : nationalDeadlines.replyConditional;
  return (
    <aside className="ask-next" aria-label={say('title')}>
      <h2>{say('title')}</h2>
      <ol>
        <li>
          <b>{say('head')}</b>
          {names === '' ? null : <span>{say('headWho', { names })}</span>}
        </li>
        {isOwnKey ? (
          <li>
            <b>{say('sign')}</b>
          </li>
        ) : null}
        <li>
          <b>{say('received', { provider: dataset.providerName })}</b>
          <span>{say('receivedHint')}</span>
        </li>
        {byRule ? (
          <li>
            <b>{say('byRule')}</b>
            <span>{say('byRuleHint')}</span>
          </li>
        ) : (
          <li>
            <b>{say('reply')}</b>
            <span className="ask-next-due">
              {due === undefined ? say('replyIn', { count: days }) : say('replyBy', { date: due, count: days })}
            </span>
            <span>{say('replyHint')}</span>
          </li>
        )}
        <li>
          <b>{say('pull')}</b>
          <span>{say('pullHint')}</span>
        </li>
      </ol>
    </aside>
  );
}

/** Who may approve in my department, by name, without myself. */
function useHeadNames(): string {
  const { department, person } = useSession();
  const locale = useLocale();
  const people = useRead(routes.people, { query: { department } }, { staleTime: 300_000 });
  return (people.data?.items ?? [])
    .filter(
      ({ id, memberships }) =>
        id !== person.id && memberships.some((one) => one.department === department && one.roles.includes('office-head')),
    )
    .flatMap(({ name }) => (name === '' ? [] : [name]))
    .join(locale === 'zh' ? '、' : ', ');
}

function useHoldsItsKey(): boolean {
  const { department } = useSession();
  const departments = useRead(routes.departments, {}, { staleTime: 300_000 });
  const own = departments.data?.items.find(({ code }) => code === department);
  return own?.keys.some(({ custody, endedAt }) => custody === 'department' && endedAt === undefined) ?? false;
}

/** The last day for the reply to a request that is received now; undefined where no calendar is loaded that reaches so far. */
function useReplyDue(dataset: DatasetView): string | undefined {
  const year = Number(today().slice(0, 4));
  const now = new Date().toISOString();
  const read = (year: number) => ({ params: { year } });
  const thisYear = useRead(routes.calendar, read(year), { staleTime: 3_600_000 });
  const dueBy = (calendars: readonly WorkingYear[]) =>
    replyDue(new WorkingCalendar(calendars), dataset.entry.shareType, now, now).due;
  const due = thisYear.data && dueBy([thisYear.data]);
  // Next year's is often not announced yet, so it is asked for only when the days reach into it.
  const nextYear = useRead(routes.calendar, read(year + 1), {
    staleTime: 3_600_000,
    enabled: thisYear.data !== undefined && due === undefined,
  });
  return due ?? (thisYear.data && nextYear.data ? dueBy([thisYear.data, nextYear.data]) : undefined);
}
