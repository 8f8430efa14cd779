import type pg from 'pg';
import type { EntityManager } from 'typeorm';

/** One open transaction, through TypeORM and raw: both talk on the same connection. */
export interface Scope {
  readonly manager: EntityManager;
  readonly client: pg.ClientBase;
}

/** PostgreSQL's SQLSTATE of an error, also where TypeORM wrapped it. */
export function sqlState(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const found = driverError?.code ?? code;
  return typeof found === 'string' ? found : undefined;
}

export const isDuplicate = (error: unknown) => sqlState(error) === '23505';
