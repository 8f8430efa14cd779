import type { VersionFile } from '#exchange';
import { EntitySchema } from 'typeorm';
import { count, id, json, small, text } from './columns.js';

export type VersionFileRow = Omit<VersionFile, 'parts'>;
export const versionFileRow = new EntitySchema<VersionFileRow>({
  name: 'version_file',
  schema: 'office',
  columns: {
    version: id(),
    recipient: text(),
    contentDigest: text('content_digest'),
    fileSha256: text('file_sha256'),
    fileName: text('file_name'),
    entry: json(),
  },
});

export type VersionPartRow = VersionFile['parts'][number] & { version: string; position: number };
export const versionPartRow = new EntitySchema<VersionPartRow>({
  name: 'version_part',
  schema: 'office',
  columns: {
    version: id(),
    position: small(undefined, { primary: true }),
    name: text(),
    rows: count(),
    sizeBytes: count('size_bytes'),
    sha256: text(),
  },
});
