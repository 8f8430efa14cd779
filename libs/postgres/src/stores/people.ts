import { refuse } from '#contracts';
import type { People, Person } from '#exchange';
import { In, IsNull, type EntityManager } from 'typeorm';
import { personRow, type PersonRow } from '../rows/people.row.js';
import { isDuplicate, type Scope } from '../scope.js';

/** Who has an account. Log-in names are one whatever their case. */
export function peopleOf({ manager, client }: Scope): People {
  return {
    async add(person) {
      try {
        await manager.insert(personRow, { ...person, failures: 0 });
      } catch (error) {
        if (isDuplicate(error)) throw refuse('already-exists', { what: person.login });
        throw error;
      }
    },
    get: (id) => find(manager, { id }),
    async byLogin(login) {
      const { rows } = await client.query<{ id: string }>('SELECT id FROM office.person WHERE lower(login) = lower($1)', [login]);
      return rows[0] && find(manager, { id: rows[0].id });
    },
    async names(ids) {
      const { rows } = await client.query<{ id: string; name: string }>(
        'SELECT id, name FROM office.person WHERE id = ANY($1) AND erased_at IS NULL',
        [ids],
      );
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    async getMany(ids) {
      const rows = await manager.findBy(personRow, { id: In([...ids]) });
      return new Map(rows.map((row) => [row.id, personOf(row)]));
    },
    async setPassword(id, passwordHash) {
      await manager.update(personRow, { id, erasedAt: IsNull() }, { passwordHash });
    },
    async countFailure(id, lockedUntil) {
      const { rows } = await client.query<{ failures: number }>(
        'UPDATE office.person SET failures = failures + 1, locked_until = coalesce($2, locked_until) WHERE id = $1 RETURNING failures',
        [id, lockedUntil ?? null],
      );
      return rows[0]?.failures ?? 0;
    },
    async clearFailures(id) {
      await manager.update(personRow, { id }, { failures: 0, lockedUntil: null });
    },
    // Credentials name the person and may carry a label that does, too.
    async erase(id, at) {
      await client.query('DELETE FROM office.credential WHERE person = $1', [id]);
      await client.query('DELETE FROM office.notice_read WHERE person = $1', [id]);
      await client.query(
        `UPDATE office.person SET login = NULL, name = NULL, password_hash = NULL, failures = 0, locked_until = NULL, erased_at = $2
         WHERE id = $1 AND erased_at IS NULL`,
        [id, at],
      );
    },
    count: () => manager.count(personRow),
  };
}

async function find(manager: EntityManager, where: { id: string }): Promise<Person | undefined> {
  const row = await manager.findOneBy(personRow, where);
  return row ? personOf(row) : undefined;
}

function personOf(row: PersonRow): Person {
  const { id, login, name, passwordHash, failures, lockedUntil, erasedAt } = row;
  return {
    id,
    login: login ?? '',
    name: name ?? '',
    passwordHash: passwordHash ?? '',
    failures,
    ...(lockedUntil === null ? {} : { lockedUntil }),
    ...(erasedAt === null ? {} : { erasedAt }),
  };
}
