import type { Calendars, Notice, Notices } from '#exchange';
import { announceIn } from '../announce.js';
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
      const isNew = (raw as unknown[]).length === 1;
      const { id, department } = notice;
      if (isNew) await announceIn(client, [{ kind: 'notice', id, departments: [department] }]);
      return isNew;
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
    async unread({ departments, roles, person }) {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM (SELECT FROM office.notice n
         WHERE n.department = ANY($1) AND (n.role IS NULL OR n.role = ANY($2))
           AND NOT EXISTS (SELECT FROM office.notice_read r WHERE r.notice = n.id AND r.person = $3)
         ORDER BY n.seq DESC LIMIT 1000) AS unread`,
        [departments, roles, person],
      );
      return rows[0]?.count ?? 0;
    },
    async markAllRead({ departments, roles, person }) {
      await client.query(
        `INSERT INTO office.notice_read (notice, person)
         SELECT n.id, $3 FROM office.notice n WHERE n.department = ANY($1) AND (n.role IS NULL OR n.role = ANY($2))
         ON CONFLICT DO NOTHING`,
        [departments, roles, person],
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
