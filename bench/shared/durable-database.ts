import { withClient } from '#postgres';
import { migratedDatabase, type TestDatabase } from '#testing';

/** A migrated database on a cluster that keeps what it says; prints how. Throws when the cluster is one that does not. */
export async function durableDatabase(label: string): Promise<TestDatabase> {
  const place = await migratedDatabase(label);
  const shown = await withClient(place.url, async (client) => {
    const { rows } = await client.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version', 'shared_buffers', 'wal_sync_method')`,
    );
    return new Map(rows.map(({ name, setting }) => [name, setting]));
  });
  const durable = ['fsync', 'synchronous_commit', 'full_page_writes'];
  console.log(
    `PostgreSQL ${shown.get('server_version')}: ${[...durable, 'wal_sync_method', 'shared_buffers'].map((name) => `${name}=${shown.get(name)}`).join(' ')}`,
  );
  const off = durable.filter((name) => shown.get(name) !== 'on');
  if (off.length > 0) throw new Error(`${off.join(', ')} must be on: figures without it say nothing`);
  return place;
}

/** Settles what earlier parts left to the server, so that a part is not charged for the one before it. */
export async function settle(place: TestDatabase): Promise<void> {
  await withClient(place.url, async (client) => {
    await client.query('CHECKPOINT');
  });
}
