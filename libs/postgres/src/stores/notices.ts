import type { Calendars, Notice, Notices } from '#exchange';
import { limitOf, openCursor, pageOf } from '../page.js';
import { asRow, present } from '../rows/columns.js';
import { calendarYearRow, noticeRow, type NoticeRow } from '../rows/notice.row.js';
import type { Scope } from '../scope.js';

const columns = ['id', 'at', 'kind', 'sentence', 'subject', 'department', 'role'] as const;

/** What people should see, once each. */
export function noticesOf({ manager, client }: Scope): Notices {
  return {
    async add(notice) {
      const { raw } = await manager
        .createQueryBuilder()
        .insert()
        .into(noticeRow)
        .values(asRow<Notice>(notice, columns))
        .orIgnore()
        .returning(['id'])
        .execute();
      return (raw as unknown[]).length === 1;
    },
    async list({ departments, roles, person }, page) {
      const limit = limitOf(page);
      const before = openCursor<[number]>(page, 'number');
      const { rows } = await client.query<Omit<NoticeRow, 'at' | 'seq'> & { at: Date; seq: string; read: boolean }>(
        `SELECT n.*, EXISTS (SELECT FROM office.notice_read r WHERE r.notice = n.id AND r.person = $3) AS read
         FROM office.notice n
         WHERE n.department = ANY($1) AND (n.role IS NULL OR n.role = ANY($2)) AND ($4::bigint IS NULL OR n.seq < $4)
         ORDER BY n.seq DESC LIMIT $5`,
        [departments, roles, person, before?.[0] ?? null, limit + 1],
      );
      return pageOf(
        rows,
        limit,
        ({ seq }) => [Number(seq)],
        ({ seq: _seq, at, read, ...notice }) => ({ ...present<Omit<Notice, 'at'>>(notice), at: at.toISOString(), read }),
      );
    },
    async markRead(id, { departments, roles, person }) {
      const { rows } = await client.query(
        `WITH found AS (
           SELECT id FROM office.notice WHERE id = $1 AND department = ANY($3) AND (role IS NULL OR role = ANY($4))
         ), marked AS (
           INSERT INTO office.notice_read (notice, person) SELECT id, $2 FROM found ON CONFLICT DO NOTHING
         )
         SELECT FROM found`,
        [id, person, departments, roles],
      );
      return rows.length === 1;
    },
  };
}

/** Public holidays and exchanged working days, as the State Council announced them. */
export function calendarsOf({ manager }: Scope): Calendars {
  return {
    async get(year) {
      return (await manager.findOneBy(calendarYearRow, { year })) ?? undefined;
    },
    all: () => manager.find(calendarYearRow, { order: { year: 'ASC' } }),
    async put(year) {
      await manager.upsert(calendarYearRow, year, ['year']);
    },
  };
}
