import { EntitySchema } from 'typeorm';
import { id, optionalInstant, optionalText } from './columns.js';

export interface ProseRow {
  commitment: string;
  key: string | null;
  text: string | null;
  destroyedAt: string | null;
}
export const proseRow = new EntitySchema<ProseRow>({
  name: 'prose',
  schema: 'office',
  columns: { commitment: id(), key: optionalText(), text: optionalText(), destroyedAt: optionalInstant('destroyed_at') },
});
