import type pg from 'pg';
import { channels, type Change } from './listen.js';

/** Announces changes when, and only when, the open transaction commits; the same one twice in it goes out once. */
export async function announceIn(client: pg.ClientBase, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  // A payload may hold 8,000 bytes; whom it would not name reads anew with the next change.
  const said = changes.map(({ kind, id, departments }) =>
    JSON.stringify({ kind, id, departments: [...new Set(departments)].slice(0, 100) }),
  );
  await client.query('SELECT pg_notify($1, said) FROM unnest($2::text[]) AS said', [channels.change, said]);
}
