import type { KeyList, KeyLists } from '#exchange';
import { present } from '../rows/columns.js';
import { keyListRow } from '../rows/key-list.row.js';
import type { Scope } from '../scope.js';

/** Lists of keys that departments sent. The runtime roles cannot change a list, only destroy it. */
export function keyListsOf({ manager, client }: Scope): KeyLists {
  return {
    async add(list) {
      await manager.insert(keyListRow, list);
    },
    async get(id) {
      const row = await manager.findOneBy(keyListRow, { id });
      return row ? present<KeyList>(row) : undefined;
    },
    // The old row version lies in the table's pages until vacuum, and in backups until they are rotated (docs/OPERATE).
    async destroy(id, at) {
      const { rowCount } = await client.query(
        `UPDATE office.key_list SET identity = NULL, commitment_key = NULL, destroyed_at = $2
         WHERE id = $1 AND destroyed_at IS NULL`,
        [id, at],
      );
      return rowCount === 1;
    },
    async unnamed(before, now) {
      const { rows } = await client.query<{ id: string }>(unnamedLists, [before, now]);
      return rows.map(({ id }) => id);
    },
    async objectNames() {
      const { rows } = await client.query<{ name: string }>(
        'SELECT object_name AS name FROM office.key_list WHERE destroyed_at IS NULL',
      );
      return new Set(rows.map(({ name }) => name));
    },
  };
}

// An id is random, so a state whose text holds it names it. What was refused, withdrawn, ended or delivered needs its keys no more;
// a proposal that was admitted shows in a state as soon as it is sealed, so a fresh one still counts.
const unnamedLists = `
SELECT id FROM office.key_list AS list
WHERE destroyed_at IS NULL AND created_at < $1
  AND NOT EXISTS (
    SELECT FROM projection.request
    WHERE from_department = list.department AND dataset = list.dataset AND status IN ('submitted', 'supplement-asked')
      AND position(list.id IN state::text) > 0)
  AND NOT EXISTS (
    SELECT FROM projection."right"
    WHERE grantee = list.department AND dataset = list.dataset AND status <> 'terminated' AND until > $2
      AND position(list.id IN state::text) > 0)
  AND NOT EXISTS (
    SELECT FROM projection.delivery
    WHERE grantee = list.department AND dataset = list.dataset AND status IN ('pulled', 'decided')
      AND position(list.id IN state::text) > 0)
  AND NOT EXISTS (
    SELECT FROM office.proposal
    WHERE (state IN ('awaiting-approval', 'awaiting-signature') OR (state = 'admitted' AND prepared_at > $1))
      AND position(list.id IN statement::text) > 0)
`;
