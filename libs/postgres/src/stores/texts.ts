import type { Secrets, Texts } from '#exchange';
import { In, IsNull } from 'typeorm';
import { proseRow } from '../rows/prose.row.js';
import type { Scope } from '../scope.js';

/** Prose behind commitments. */
export function textsOf({ manager, client }: Scope): Texts {
  return {
    // A text that was destroyed stays destroyed, even when a task that knew it runs again.
    async add({ commitment, key, text }) {
      await client.query('INSERT INTO office.prose (commitment, key, text) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        commitment,
        key,
        text,
      ]);
    },
    async get(commitments) {
      const rows = await manager.findBy(proseRow, { commitment: In([...commitments]), destroyedAt: IsNull() });
      return new Map(rows.map(({ commitment, key, text }) => [commitment, { key: key ?? '', text: text ?? '' }]));
    },
    // The old row version lies in the table's pages until vacuum, and in backups until they are rotated (docs/OPERATE).
    async destroy(commitment) {
      await client.query(
        'UPDATE office.prose SET key = NULL, text = NULL, destroyed_at = now() WHERE commitment = $1 AND destroyed_at IS NULL',
        [commitment],
      );
    },
  };
}

/** Small secrets, already sealed under the vault key. */
export function secretsOf({ client }: Scope): Secrets {
  return {
    async put(name, sealed) {
      await client.query(
        `INSERT INTO office.secret (name, sealed) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, updated_at = now()`,
        [name, sealed],
      );
    },
    async putIfAbsent(name, sealed) {
      const { rowCount } = await client.query('INSERT INTO office.secret (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        name,
        sealed,
      ]);
      return rowCount === 1;
    },
    async get(name) {
      const { rows } = await client.query<{ sealed: Buffer }>('SELECT sealed FROM office.secret WHERE name = $1', [name]);
      return rows[0]?.sealed;
    },
  };
}
