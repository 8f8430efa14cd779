import { refuse } from '#contracts';

/**
 * Does the work; an error that says that the database's disk is full (SQLSTATE 53100: no room for a row, or for the log of it) becomes
 * Refusal `disk-full`. What was asked for was undone. A server that cannot write its own log ends itself, and the connection with it: that
 * is another error, and stays what it is.
 */
export async function orDiskFull<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code !== '53100') throw error;
    throw Object.assign(refuse('disk-full'), { cause: error });
  }
}
