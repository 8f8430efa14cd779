import type { KeyList } from '#exchange';
import { EntitySchema } from 'typeorm';
import { count, id, instant, json, optionalInstant, text, type Row } from './columns.js';

export type KeyListRow = Row<KeyList>;
export const keyListRow = new EntitySchema<KeyListRow>({
  name: 'key_list',
  schema: 'office',
  columns: {
    id: id(),
    dataset: text(),
    item: text(),
    department: text(),
    person: text(),
    fileName: text('file_name'),
    count: count(),
    duplicates: count(),
    malformed: json(),
    commitment: text(),
    objectName: text('object_name'),
    createdAt: instant('created_at'),
    identity: { type: 'bytea', nullable: true },
    commitmentKey: { type: 'bytea', name: 'commitment_key', nullable: true },
    destroyedAt: optionalInstant('destroyed_at'),
  },
});
