import type { Credential, Credentials } from '#exchange';
import { LessThanOrEqual, MoreThan, Not } from 'typeorm';
import { present } from '../rows/columns.js';
import { credentialRow } from '../rows/people.row.js';
import type { Scope } from '../scope.js';

/** Sessions, tokens and set-up links. Revoking removes the row: there is nothing left to steal. */
export function credentialsOf({ manager, client }: Scope): Credentials {
  return {
    async add(credential, secretHash) {
      // Each log-in sweeps the same person's expired ones, so that they do not gather.
      await manager.delete(credentialRow, { person: credential.person, expiresAt: LessThanOrEqual(credential.createdAt) });
      await manager.insert(credentialRow, { ...credential, secretHash });
    },
    async find(secretHash, now) {
      const row = await manager.findOneBy(credentialRow, { secretHash, expiresAt: MoreThan(now) });
      return row ? present<Credential>(row) : undefined;
    },
    async touch(id, now) {
      await manager.update(credentialRow, { id }, { lastUsedAt: now });
    },
    async list(person) {
      const rows = await manager.find(credentialRow, { where: { person }, order: { createdAt: 'DESC', id: 'ASC' } });
      return rows.map((row) => present<Credential>(row));
    },
    async revoke(person, id) {
      const { affected } = await manager.delete(credentialRow, { person, id });
      return affected === 1;
    },
    async revokeAll(person) {
      await manager.delete(credentialRow, { person });
    },
    async revokeOthers(person, kept) {
      const { affected } = await manager.delete(credentialRow, { person, id: Not(kept) });
      return affected ?? 0;
    },
    async openSetup(secretHash, expiresAt) {
      await client.query(
        `INSERT INTO office.setup_link (secret_hash, expires_at) VALUES ($1, $2)
         ON CONFLICT (single) DO UPDATE SET secret_hash = excluded.secret_hash, expires_at = excluded.expires_at`,
        [secretHash, expiresAt],
      );
    },
    async isSetupOpen(secretHash, now) {
      const { rowCount } = await client.query('SELECT FROM office.setup_link WHERE secret_hash = $1 AND expires_at > $2', [
        secretHash,
        now,
      ]);
      return rowCount === 1;
    },
    async closeSetup(secretHash, now) {
      const { rowCount } = await client.query('DELETE FROM office.setup_link WHERE secret_hash = $1 AND expires_at > $2', [
        secretHash,
        now,
      ]);
      return rowCount === 1;
    },
  };
}
