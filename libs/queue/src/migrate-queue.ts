import { PostgresConnection } from 'bullmq';
import { schema } from './engine.js';

/**
 * Brings the queue's own schema up to date and lets the runtime roles use it: the worker moves jobs, the API only counts them. Two
 * starts at once wait for each other.
 *
 * @param url the product's database, as the migrator.
 */
export async function migrateQueue(url: string): Promise<void> {
  const connection = new PostgresConnection({ connectionString: url, schema, max: 1, migrate: true });
  connection.on('error', () => {});
  try {
    await connection.waitUntilReady();
    await connection.pool.query(grants);
  } finally {
    await connection.close();
  }
}

// In one transaction under a lock: GRANTs of two starts at once would collide on the catalogue's rows.
const grants = `
DO $$
BEGIN
  PERFORM pg_advisory_xact_lock(5858177514776715637);
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_api') THEN
    GRANT USAGE ON SCHEMA ${schema} TO quanlian_api;
    GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO quanlian_api;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_worker') THEN
    GRANT USAGE ON SCHEMA ${schema} TO quanlian_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO quanlian_worker;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO quanlian_worker;
  END IF;
END $$;
`;
