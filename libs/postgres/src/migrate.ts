import { migrations } from '#migrations';
import { DataSource } from 'typeorm';
import { withClient } from './roles.js';

/** `QLmigrat` in ASCII: one number for all who migrate this database. */
const migrationLock = '5858177514776715636';

/** The schema's history as this version of the product knows it, oldest first. */
export function knownMigrations(): string[] {
  return migrations.map((Migration) => new Migration().name);
}

/**
 * Brings the schema up to date. Two starts at once: the second waits, then finds nothing to do.
 *
 * @param url the product's database, as the migrator (who acts as the owner) or, without roles, as whoever owns it.
 * @param count only the first so many of {@link knownMigrations}: for a backup of an older version.
 * @returns the names of the migrations that ran, all in one transaction: a failure leaves the schema as it was.
 */
export async function migrate(url: string, count = migrations.length): Promise<{ applied: string[] }> {
  return withClient(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const dataSource = new DataSource({
      type: 'postgres',
      url,
      migrations: migrations.slice(0, count),
      // The job queue keeps a table named `migration` of its own.
      migrationsTableName: 'app_migration',
      migrationsTransactionMode: 'all',
      installExtensions: false,
      extra: { max: 1 },
    });
    await dataSource.initialize();
    try {
      const applied = await dataSource.runMigrations();
      return { applied: applied.map(({ name }) => name) };
    } finally {
      await dataSource.destroy();
    }
  });
}
