import type { CalendarYear, Notice } from '#exchange';
import { EntitySchema } from 'typeorm';
import { id, instant, json, optionalText, sequence, small, text, type Row } from './columns.js';

export type NoticeRow = Row<Notice> & { seq: number };
export const noticeRow = new EntitySchema<NoticeRow>({
  name: 'notice',
  schema: 'office',
  columns: {
    id: id(),
    seq: sequence(),
    at: instant(),
    kind: text(),
    sentence: json(),
    subject: optionalText(),
    department: text(),
    role: optionalText(),
  },
});

export type CalendarYearRow = CalendarYear;
export const calendarYearRow = new EntitySchema<CalendarYearRow>({
  name: 'calendar_year',
  schema: 'office',
  columns: {
    year: small(undefined, { primary: true }),
    notice: text(),
    daysOff: json('days_off'),
    workingDays: json('working_days'),
    loadedAt: instant('loaded_at'),
  },
});
