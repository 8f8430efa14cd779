import type { Upload } from '#exchange';
import { EntitySchema } from 'typeorm';
import { count, id, instant, json, optionalText, text, type Row } from './columns.js';

export type UploadRow = Row<Upload>;
export const uploadRow = new EntitySchema<UploadRow>({
  name: 'upload',
  schema: 'office',
  columns: {
    id: id(),
    dataset: text(),
    person: text(),
    department: text(),
    fileName: text('file_name'),
    state: text(),
    bytes: count(),
    rows: count(),
    fileSha256: optionalText('file_sha256'),
    contentDigest: optionalText('content_digest'),
    detected: json(undefined, { nullable: true }),
    leftOut: json('left_out', { nullable: true }),
    faultyObject: optionalText('faulty_object'),
    problem: json(undefined, { nullable: true }),
    proposal: optionalText(),
    updatedAt: instant('updated_at'),
  },
});
