import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calendarYearFromChineseDays } from './chinese-days-calendar.js';
import { civilDate } from './civil-date.js';
import { dueDates, dutyDue, nationalDeadlines, replyDue } from './deadlines.js';
import { refusalOf } from './samples/exchange-in-memory.js';
import { addWorkingDays, countWorkingDays, WorkingCalendar, workingDaysLeft } from './working-days.js';

const calendar = new WorkingCalendar([2025, 2026].map(calendarYearFromChineseDays));

test('known answers: working days over National Day and Spring Festival', () => {
  assert.equal(addWorkingDays(calendar, '2025-09-25', 10), '2025-10-15');
  assert.equal(addWorkingDays(calendar, '2025-09-25', 20), '2025-10-29');
  assert.equal(addWorkingDays(calendar, '2026-02-12', 10), '2026-03-04');
  // 28 September 2025 is a Sunday that is worked, 1 October a Wednesday that is not.
  assert.equal(calendar.isWorkingDay('2025-09-28'), true);
  assert.equal(calendar.isWorkingDay('2025-10-01'), false);
  assert.equal(addWorkingDays(calendar, '2025-09-30', 1), '2025-10-09');
  assert.equal(addWorkingDays(calendar, '2025-09-30', 0), '2025-09-30');
});

test('a reply due over the holiday is late on the right day, not before', () => {
  const due = '2025-10-15';
  assert.equal(workingDaysLeft(calendar, '2025-09-25', due), 10);
  assert.equal(workingDaysLeft(calendar, '2025-10-08', due), 6);
  assert.equal(workingDaysLeft(calendar, '2025-10-15', due), 0);
  assert.equal(workingDaysLeft(calendar, '2025-10-16', due), -1);
  assert.equal(workingDaysLeft(calendar, '2025-10-19', due), -2);
});

test('no day is counted in a year that is not loaded', () => {
  assert.equal(
    refusalOf(() => calendarYearFromChineseDays(2027)),
    'year-not-loaded',
  );
  assert.equal(
    refusalOf(() => calendarYearFromChineseDays(2003)),
    'year-not-loaded',
  );
  assert.equal(
    refusalOf(() => calendar.isWorkingDay('2027-10-01')),
    'year-not-loaded',
  );
  assert.equal(
    refusalOf(() => addWorkingDays(calendar, '2026-12-25', 10)),
    'year-not-loaded',
  );
  assert.equal(
    refusalOf(() => workingDaysLeft(calendar, '2026-12-25', '2027-01-08')),
    'year-not-loaded',
  );
  for (let year = 2004; year <= 2026; year++) {
    const loaded = calendarYearFromChineseDays(year);
    assert.equal(new WorkingCalendar([loaded]).isWorkingDay(`${year}-10-01`), false);
    assert.ok(loaded.workingDays.length > 0 && loaded.notice !== '');
  }
});

test('the calendar does not depend on the time zone of the machine', () => {
  const zone = process.env.TZ;
  const seen = ['Asia/Shanghai', 'America/New_York', 'Pacific/Kiritimati'].map((tz) => {
    process.env.TZ = tz;
    return JSON.stringify(calendarYearFromChineseDays(2026));
  });
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  assert.equal(new Set(seen).size, 1);
  assert.match(seen[0] ?? '', /2026-02-14/);
});

test('a calendar that contradicts itself is refused', () => {
  const year = { year: 2027, notice: 'x', daysOff: ['2027-01-01'], workingDays: [] };
  const refused = (...years: (typeof year)[]) => refusalOf(() => new WorkingCalendar(years));
  assert.equal(refused(year), undefined);
  assert.equal(refused(year, year), 'bad-input');
  assert.equal(refused({ ...year, daysOff: ['2026-01-01'] }), 'bad-input');
  assert.equal(refused({ ...year, daysOff: ['2027-02-29'] }), 'bad-input');
  assert.equal(
    refusalOf(() => new WorkingCalendar([{ ...year, workingDays: ['2027-01-01'] }])),
    'bad-input',
  );
});

test('adding and counting agree', () => {
  const date = fc.integer({ min: 0, max: 400 }).map((n) => new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10));
  fc.assert(
    fc.property(date, fc.integer({ min: 1, max: 60 }), (from, n) => {
      const due = addWorkingDays(calendar, from, n);
      assert.equal(countWorkingDays(calendar, from, due), n);
      assert.equal(workingDaysLeft(calendar, from, due), n);
      assert.ok(calendar.isWorkingDay(due) && due > from);
    }),
  );
});

test('deadlines follow their profile', () => {
  // 23:30 in UTC on the 24th is the 25th in China.
  const receivedAt = '2025-09-24T23:30:00.000Z';
  assert.equal(civilDate(receivedAt), '2025-09-25');
  const due = (clock: object, profile = nationalDeadlines) =>
    dueDates(profile, calendar, { shareType: 'conditional', receivedAt, ...clock });
  assert.deepEqual(due({}), { reply: '2025-10-15' });
  assert.deepEqual(due({ shareType: 'unconditional' }), { reply: '2025-09-26' });
  assert.deepEqual(due({ extended: true }), { reply: '2025-10-29' });
  assert.deepEqual(due({ agreedAt: receivedAt }), { reply: '2025-10-15', supply: '2025-10-29' });
  assert.deepEqual(due({}, { ...nationalDeadlines, name: 'city', replyConditional: 5 }), { reply: '2025-10-09' });

  const supplement = { supplementAskedAt: '2025-09-26T02:00:00.000Z', supplementedAt: '2025-09-29T02:00:00.000Z' };
  const paused = { ...nationalDeadlines, supplementPauses: true };
  assert.deepEqual(due(supplement), { reply: '2025-10-15' });
  assert.deepEqual(due(supplement, paused), { reply: '2025-10-17' });
  assert.deepEqual(due({ supplementAskedAt: supplement.supplementAskedAt }, paused), {});

  assert.equal(dutyDue(nationalDeadlines, calendar, 'correction', receivedAt), '2025-10-15');
  assert.equal(dutyDue(nationalDeadlines, calendar, 'review', receivedAt), '2025-09-28');
  assert.equal(dutyDue(nationalDeadlines, calendar, 'update', receivedAt, true), '2025-10-22');
});

test('a list shows no date rather than a wrong one', () => {
  const left = (receivedAt: string) => replyDue(calendar, 'conditional', receivedAt, receivedAt);
  assert.deepEqual(left('2025-09-25T02:00:00.000Z'), { due: '2025-10-15', workingDaysLeft: 10 });
  assert.deepEqual(left('2026-12-28T02:00:00.000Z'), {});
});
