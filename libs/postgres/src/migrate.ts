import { migrations } from '#migrations';
import { DataSource } from 'typeorm';
import { databaseRoles, withClient } from './roles.js';

/** `QLmigrat` in ASCII: one number for all who migrate this database. */
const migrationLock = '5858177514776715636';

/** The schema's history as this version of the product knows it, oldest first. */
export function knownMigrations(): string[] {
  return migrations.map((Migration) => new Migration().name);
}

/**
 * Brings the schema up to date. Two starts at once: the second waits, then finds nothing to do.
 *
 * What is made belongs to the role that owns everything, where that role exists and the one in the address may act as it.
 *
 * @param url the product's database, as the migrator or an administrator.
 * @param count only the first so many of {@link knownMigrations}: for a backup of an older version.
 * @returns the names of the migrations that ran, all in one transaction: a failure leaves the schema as it was.
 */
export async function migrate(url: string, count = migrations.length): Promise<{ applied: string[] }> {
  return withClient(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const { rowCount: hasOwner } = await client.query("SELECT FROM pg_roles WHERE rolname = $1 AND pg_has_role(oid, 'MEMBER')", [
      databaseRoles.owner,
    ]);
    const dataSource = new DataSource({
      type: 'postgres',
      url,
      migrations: migrations.slice(0, count),
      // The job queue keeps a table named `migration` of its own.
      migrationsTableName: 'app_migration',
      migrationsTransactionMode: 'all',
      installExtensions: false,
      extra: { max: 1, ...(hasOwner ? { options: `-c role=${databaseRoles.owner}` } : {}) },
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
