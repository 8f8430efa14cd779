import { refuse } from '#contracts';
import type { Upload, Uploads, VersionFiles } from '#exchange';
import { announceIn } from '../announce.js';
import { asRow, present } from '../rows/columns.js';
import { uploadRow } from '../rows/upload.row.js';
import { versionFileRow, versionPartRow } from '../rows/version.row.js';
import { isDuplicate, type Scope } from '../scope.js';

/** Where versions lie. The runtime roles cannot change these rows. */
export function versionsOf({ manager, client }: Scope): VersionFiles {
  return {
    async add({ parts, ...file }) {
      const numbered = parts.map((part, position) => ({ ...part, version: file.version, position }));
      try {
        await manager.insert(versionFileRow, file);
        // In batches: a statement takes 65,535 parameters at most.
        for (let i = 0; i < numbered.length; i += 1000) await manager.insert(versionPartRow, numbered.slice(i, i + 1000));
      } catch (error) {
        if (isDuplicate(error)) throw refuse('already-exists', { what: file.version });
        throw error;
      }
    },
    async get(version) {
      const file = await manager.findOneBy(versionFileRow, { version });
      if (!file) return undefined;
      const parts = await manager.find(versionPartRow, { where: { version }, order: { position: 'ASC' } });
      return { ...file, parts: parts.map(({ name, rows, sizeBytes, sha256 }) => ({ name, rows, sizeBytes, sha256 })) };
    },
    async partNames() {
      const { rows } = await client.query<{ name: string }>('SELECT name FROM office.version_part');
      return new Set(rows.map(({ name }) => name));
    },
  };
}

const columns = [
  'id',
  'dataset',
  'person',
  'department',
  'fileName',
  'state',
  'bytes',
  'rows',
  'fileSha256',
  'contentDigest',
  'detected',
  'leftOut',
  'faultyObject',
  'problem',
  'proposal',
  'updatedAt',
] as const;

/** Files on their way in. */
export function uploadsOf({ manager, client }: Scope): Uploads {
  return {
    async put(upload) {
      await manager.upsert(uploadRow, asRow<Upload>(upload, columns), ['id']);
      await announceIn(client, [{ kind: 'upload', id: upload.id, departments: [upload.department] }]);
    },
    async get(id) {
      const row = await manager.findOneBy(uploadRow, { id });
      return row ? present<Upload>(row) : undefined;
    },
    async failStale(before, problem) {
      const { rowCount } = await client.query(
        `UPDATE office.upload SET state = 'failed', problem = $2 WHERE state = 'receiving' AND updated_at < $1`,
        [before, JSON.stringify(problem)],
      );
      return rowCount ?? 0;
    },
    async faultyObjects(since) {
      const { rows } = await client.query<{ name: string }>(
        'SELECT faulty_object AS name FROM office.upload WHERE faulty_object IS NOT NULL AND updated_at >= $1',
        [since],
      );
      return new Set(rows.map(({ name }) => name));
    },
  };
}
