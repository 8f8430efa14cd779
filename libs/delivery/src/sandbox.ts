import { join } from 'node:path';
import { blobValue, DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import type { DeliveryLimits } from './limits.js';
import { quoteLiteral } from './sql.js';

/** What DuckDB said no to, without its words: they may quote a person's data. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

export type SandboxValue = string | number | boolean | null;

/** A value for a named parameter: text, or bytes for a blob. */
export type SandboxParameters = Readonly<Record<string, string | Uint8Array>>;

/** A DuckDB that reads and writes one folder and nothing else, and whose settings nobody can change any more. */
export interface Sandbox {
  /** Runs one statement; answers its rows as JSON values (64-bit numbers and decimals as digit strings). */
  run(sql: string, parameters?: SandboxParameters): Promise<SandboxValue[][]>;
  /** Runs a COPY; answers how many rows it wrote. */
  copy(sql: string, parameters?: SandboxParameters): Promise<number>;
  /** Stops what is running; it fails. */
  interrupt(): void;
  close(): void;
}

/** Opens a sandbox over a memory-backed folder. Spilled data goes to that folder too, and is bounded. */
export async function openSandbox(folder: string, limits: DeliveryLimits): Promise<Sandbox> {
  const spillBytes = Math.max(limits.memoryFolderBytes - 4 * limits.partBytes, limits.partBytes);
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.duckdbThreads),
    memory_limit: `${limits.duckdbMemoryBytes}B`,
    temp_directory: join(folder, 'spill'),
    max_temp_directory_size: `${spillBytes}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  const connection = await instance.connect();
  await connection.run(`SET allowed_directories = [${quoteLiteral(`${folder}/`)}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');

  const run = async (sql: string, parameters?: SandboxParameters): Promise<SandboxValue[][]> => {
    try {
      return (await connection.runAndReadAll(sql, bound(parameters))).getRowsJson() as SandboxValue[][];
    } catch (error) {
      throw new SandboxError(kindOf(error));
    }
  };
  return {
    run,
    async copy(sql, parameters) {
      return Number((await run(sql, parameters))[0]?.[0]);
    },
    interrupt: () => connection.interrupt(),
    close: () => closeQuietly(connection, instance),
  };
}

function bound(parameters: SandboxParameters | undefined): Record<string, DuckDBValue> | undefined {
  if (parameters === undefined || Object.keys(parameters).length === 0) return undefined;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, typeof value === 'string' ? value : blobValue(value)]),
  );
}

/** "Out of Memory Error" and the like: the part of DuckDB's message that is the same for all data. */
function kindOf(error: unknown): string {
  return /^[A-Z][A-Za-z/ -]{2,40} Error/.exec((error as Error).message)?.[0] ?? 'Error';
}

function closeQuietly(connection: DuckDBConnection, instance: DuckDBInstance): void {
  connection.closeSync();
  instance.closeSync();
}
