import type { Writable } from 'node:stream';

/**
 * Until a stream takes more, or is gone. It leaves no listener behind, and no promise that lives as long as the stream knows of it: to
 * race against one keeps everything that was ever raced, and a large file waits ten thousand times.
 */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    if (!stream.writableNeedDrain || stream.destroyed) resolve();
    else stream.on('drain', done).on('close', done);
  });
}
