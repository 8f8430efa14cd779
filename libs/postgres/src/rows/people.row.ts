import type { Credential } from '#exchange';
import { EntitySchema } from 'typeorm';
import { id, instant, optionalInstant, optionalText, small, text, type Row } from './columns.js';

export interface PersonRow {
  id: string;
  login: string | null;
  name: string | null;
  passwordHash: string | null;
  failures: number;
  lockedUntil: string | null;
  erasedAt: string | null;
}
export const personRow = new EntitySchema<PersonRow>({
  name: 'person',
  schema: 'office',
  columns: {
    id: id(),
    login: optionalText(),
    name: optionalText(),
    passwordHash: optionalText('password_hash'),
    failures: small(),
    lockedUntil: optionalInstant('locked_until'),
    erasedAt: optionalInstant('erased_at'),
  },
});

export type CredentialRow = Row<Credential> & { secretHash: string };
export const credentialRow = new EntitySchema<CredentialRow>({
  name: 'credential',
  schema: 'office',
  columns: {
    id: id(),
    person: text(),
    kind: text(),
    label: text(),
    // Read by no query: it goes in, and is only ever compared.
    secretHash: text('secret_hash', { select: false }),
    createdAt: instant('created_at'),
    expiresAt: instant('expires_at'),
    lastUsedAt: optionalInstant('last_used_at'),
  },
});
