import { execFile } from 'node:child_process';
import { close, constants, open } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

/** A pipe with a name: DuckDB writes to `path` as to a file, and what it writes is read here without ever being stored. */
export interface Fifo {
  readonly path: string;
  /** Ends when `finish` was called and everything written was read. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Says that nobody will write any more. */
  finish(): Promise<void>;
  /** Gives up: a writer fails with "broken pipe". */
  destroy(): Promise<void>;
}

/** Makes and opens a pipe at `path`. Any number of writers may come and go before `finish`. */
export async function openFifo(path: string): Promise<Fifo> {
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  // Opened without waiting for a writer. The second descriptor keeps the pipe from ending between two writers.
  const reader = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let keeper: number | undefined = await promisify(open)(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd: reader, readable: true, writable: false });
  const finish = async (): Promise<void> => {
    const fd = keeper;
    keeper = undefined;
    if (fd !== undefined) await promisify(close)(fd);
  };
  return {
    path,
    bytes: socket,
    finish,
    async destroy() {
      socket.destroy();
      await finish();
      await rm(path, { force: true });
    },
  };
}
