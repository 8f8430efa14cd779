import { execFile } from 'node:child_process';
import { close, constants, open } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket, type SocketConnectOpts } from 'node:net';
import { promisify } from 'node:util';

/** A pipe with a name: DuckDB writes to `path` as to a file, and what it writes is read here without ever being stored. */
export interface Fifo {
  readonly path: string;
  /** Ends when `finish` was called and everything written was read. Each piece is overwritten after the next one was asked for. */
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
  const pieces = new PipePieces(reader);
  const finish = async (): Promise<void> => {
    const fd = keeper;
    keeper = undefined;
    if (fd !== undefined) await promisify(close)(fd);
  };
  return {
    path,
    bytes: pieces.read(),
    finish,
    async destroy() {
      pieces.destroy();
      await finish();
      await rm(path, { force: true });
    },
  };
}

/** What a pipe of Linux holds, so the most that one read gives. */
const SLOT_BYTES = 64 * 1024;
const SLOTS = 16;

/**
 * Reads a pipe into the same few pieces of memory. A stream makes new memory for every read: getting and clearing it costs eight times
 * what reading does, on the core that DuckDB needs.
 */
class PipePieces {
  readonly #socket: Socket;
  readonly #filled: Uint8Array[] = [];
  readonly #free: Uint8Array[] = Array.from({ length: SLOTS }, () => Buffer.allocUnsafeSlow(SLOT_BYTES));
  /** Where the next read goes; there always is one, also while reading pauses. */
  #current = this.#free.pop() as Uint8Array;
  #isEnded = false;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(fd: number) {
    const onread: SocketConnectOpts['onread'] = {
      buffer: () => this.#current,
      callback: (bytes) => this.#take(bytes),
    };
    // Node documents `onread` for connecting; the constructor hears of it the same way.
    this.#socket = new Socket({ fd, readable: true, writable: false, onread } as ConstructorParameters<typeof Socket>[0]);
    this.#socket.once('error', (error) => (this.#error = error));
    this.#socket.once('close', () => {
      this.#isEnded = true;
      this.#wake();
    });
    this.#socket.resume();
  }

  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const piece = this.#filled.shift();
      if (piece !== undefined) {
        yield piece;
        this.#free.push(new Uint8Array(piece.buffer));
        // Does nothing to a pipe that is being read.
        this.#socket.resume();
      } else if (this.#isEnded) {
        if (this.#error) throw this.#error;
        return;
      } else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** So many bytes lie in the current slot. Answers whether reading goes on. */
  #take(bytes: number): boolean {
    this.#filled.push(this.#current.subarray(0, bytes));
    this.#current = this.#free.pop() as Uint8Array;
    this.#wake();
    return this.#free.length > 0;
  }
}
