import { withClient } from '#postgres';
import type { TestDatabase } from '#testing';
import type pg from 'pg';

const tables = [
  'ledger.ledger_entry',
  'ledger.ledger_head',
  'ledger.ledger_tile',
  'ledger.ledger_checkpoint',
  'projection.membership',
] as const;

/** What a superuser can do behind the product's back; undone after a look at it. */
export async function tamper(
  at: TestDatabase,
  change: (client: pg.Client) => Promise<unknown>,
  look: () => Promise<void>,
): Promise<void> {
  await withClient(at.url, async (client) => {
    await client.query('ALTER TABLE ledger.ledger_entry DISABLE TRIGGER never_changed');
    await client.query('ALTER TABLE ledger.ledger_head DISABLE TRIGGER only_forward');
    await client.query('ALTER TABLE ledger.ledger_tile DISABLE TRIGGER never_changed');
    await client.query('ALTER TABLE ledger.ledger_checkpoint DISABLE TRIGGER never_changed');
    for (const table of tables) await client.query(`CREATE TABLE ${table}_kept AS SELECT * FROM ${table}`);
    try {
      await change(client);
      await look();
    } finally {
      for (const table of tables.filter((name) => name.startsWith('ledger.'))) {
        await client.query(`DELETE FROM ${table}`);
        await client.query(`INSERT INTO ${table} SELECT * FROM ${table}_kept`);
      }
      await client.query('DELETE FROM projection.membership');
      await client.query(
        'INSERT INTO projection.membership (id, state, changed_at) SELECT id, state, changed_at FROM projection.membership_kept',
      );
      for (const table of tables) await client.query(`DROP TABLE ${table}_kept`);
    }
  });
}
