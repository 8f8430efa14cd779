import { parentPort } from 'node:worker_threads';
import { readPage, type Page, type PageRead } from './audit-page.js';

// The main module of a thread that reads pages for an audit, as it is asked.

export interface AskedOfThread {
  readonly page: Page;
  /** Undefined: signatures are not asked for. */
  readonly newKeys: readonly (readonly [keyId: string, publicKey: string])[] | undefined;
}

const keys = new Map<string, string>();

parentPort?.on('message', ({ page, newKeys }: AskedOfThread) => {
  for (const [keyId, publicKey] of newKeys ?? []) keys.set(keyId, publicKey);
  const read: PageRead = readPage(page, newKeys && keys);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  parentPort?.postMessage(read, [page.memory, read.leafHashes.buffer, read.standings.buffer]);
});
