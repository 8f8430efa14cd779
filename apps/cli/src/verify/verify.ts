import { readExport, verifyLedger, type AdmissionReceipt, type Seen, type TrustRoot, type VerifyReport } from '#ledger';
import { foldRights } from '#rights';
import { createReadStream, statSync } from 'node:fs';
import type { Desk } from '../desk.js';
import { Receipts } from '../store/receipts.js';
import { LedgersSeen } from '../store/seen.js';
import { countText, sizeText } from '../terminal/progress.js';
import { PromiseWatch, type Promises } from './promises.js';

export interface Verified {
  readonly file: string;
  readonly report: VerifyReport;
  /** What was known of this ledger before, and is now confirmed unchanged. */
  readonly before: Seen | undefined;
  readonly promises: Promises;
}

export interface VerifySettings {
  /** Compare with what was seen before and remember what is seen now. */
  readonly memory: boolean;
  readonly seen: Seen | undefined;
  /** Receipts from elsewhere, beside those kept here. */
  readonly receipts: readonly AdmissionReceipt[];
}

/**
 * Verifies an export without the exchange, and remembers its size and head. Believes only the trust root and what was seen before.
 * Throws LedgerFault naming the first wrong entry, or that history shrank.
 */
export async function verifyFile(desk: Desk, file: string, root: TrustRoot, settings: VerifySettings): Promise<Verified> {
  desk.progress.begin({ zh: '查验', en: 'Verifying' });
  try {
    const onEntry = file === '-' ? (size: number) => desk.progress.at(size, undefined, countText) : undefined;
    return await verifyEntries(desk, file, readExport(chunksOf(desk, file)), root, settings, onEntry);
  } finally {
    desk.progress.finish();
  }
}

/** The same for entries from anywhere: `file` says where they are from. */
export async function verifyEntries(
  desk: Desk,
  file: string,
  entries: AsyncIterable<Buffer>,
  root: TrustRoot,
  { memory, seen, receipts }: VerifySettings,
  onEntry?: (size: number) => void,
): Promise<Verified> {
  const remembered = new LedgersSeen(desk.folder);
  const before = seen ?? (memory ? remembered.find(root.origin) : undefined);
  const kept = new Receipts(desk.folder);
  const watch = new PromiseWatch(root.origin, [...(memory ? kept.of(root.origin) : []), ...receipts]);
  const report = await verifyLedger(watch.passing(entries), root, {
    folds: [foldRights],
    ...(before ? { seen: { size: before.size, head: before.head } } : {}),
    ...(onEntry ? { onEntry } : {}),
  });
  const promises = watch.result(report);
  if (memory) {
    remembered.keep(root.origin, report);
    kept.drop(root.origin, promises.kept);
  }
  return { file, report, before, promises };
}

async function* chunksOf(desk: Desk, file: string): AsyncGenerator<Buffer, void, undefined> {
  if (file === '-') {
    for await (const chunk of desk.around.streams.stdin) yield Buffer.from(chunk);
    return;
  }
  const total = statSync(file).size;
  let done = 0;
  for await (const chunk of createReadStream(file, { signal: desk.signal })) {
    yield chunk as Buffer;
    done += (chunk as Buffer).length;
    desk.progress.at(done, total, sizeText);
  }
}
