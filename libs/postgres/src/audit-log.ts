import type { Database } from './database.js';

/** One refusal that does not belong in the ledger's trail. */
export interface AuditLine {
  readonly at: string;
  /** Random ids and codes as far as they are known; never names. */
  readonly person?: string;
  readonly department?: string;
  /** What was tried, such as `POST /api/rights`. */
  readonly action: string;
  readonly code: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface AuditLog {
  write(line: AuditLine): Promise<void>;
  /** Newest first. */
  list(until: string, limit: number): Promise<AuditLine[]>;
  /** Removes lines older than this; returns how many. */
  prune(before: string): Promise<number>;
}

/** The ordinary log of what was refused, outside any use case's transaction: that one was rolled back. */
export function postgresAuditLog(database: Database): AuditLog {
  const { pool } = database;
  return {
    async write({ at, person, department, action, code, details = {} }) {
      await pool.query(
        'INSERT INTO office.audit_log (at, person, department, action, code, details) VALUES ($1, $2, $3, $4, $5, $6)',
        [at, person ?? null, department ?? null, mask(action), code, JSON.stringify(maskDetails(details))],
      );
    },
    async list(until, limit) {
      const { rows } = await pool.query<Omit<AuditLine, 'at'> & { at: Date; person: string | null; department: string | null }>(
        'SELECT at, person, department, action, code, details FROM office.audit_log WHERE at < $1 ORDER BY at DESC, seq DESC LIMIT $2',
        [until, limit],
      );
      return rows.map(({ at, person, department, ...line }) => ({
        at: at.toISOString(),
        ...(person === null ? {} : { person }),
        ...(department === null ? {} : { department }),
        ...line,
      }));
    },
    async prune(before) {
      const { rowCount } = await pool.query('DELETE FROM office.audit_log WHERE at < $1', [before]);
      return rowCount ?? 0;
    },
  };
}

const secretName = /pass|secret|token|cookie|authorization|identity|private/i;

/** Digits of an ID card, a phone, an account: what is long enough to point at somebody loses its middle. */
function mask(text: string): string {
  const plain = text.replaceAll('\0', '');
  return plain
    .slice(0, 300)
    .replaceAll(/(?<![0-9A-Za-z])\d{7,}[0-9Xx]?(?![0-9A-Za-z])/g, (digits) => `${digits.slice(0, 3)}***${digits.slice(-2)}`);
}

function maskDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details)
      .slice(0, 20)
      .map(([name, value]) => [name, secretName.test(name) ? '***' : maskValue(value)]),
  );
}

function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) && Math.abs(value) < 1e10 ? value : '***';
  if (Array.isArray(value)) return value.slice(0, 20).map(maskValue);
  // What is nested is somebody's input; its shape says enough.
  return value === undefined ? undefined : typeof value;
}
