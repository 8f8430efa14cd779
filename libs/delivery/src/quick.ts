import type { PrepareJob } from './job.js';
import { limitsWith, type DeliveryLimits } from './limits.js';

/** A version is small when its stored parts take no more than this, in bytes: what is narrowed in one go. */
const QUICK_BYTES = 32 * 1024 * 1024;

/** Whether a delivery is a small one, which has a place of its own and waits for no large one. */
export function isQuick({ version, since, keyLists = [] }: PrepareJob): boolean {
  const parts = [...version.parts, ...(since?.parts ?? [])];
  return keyLists.length === 0 && parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= QUICK_BYTES;
}

/** What a small version needs is bounded by its size, so more of them may run at once. */
export function quickLimits({ limits }: PrepareJob): Partial<DeliveryLimits> {
  const { duckdbMemoryBytes, memoryFolderBytes } = limitsWith(limits);
  return {
    ...limits,
    duckdbMemoryBytes: Math.min(duckdbMemoryBytes, 4 * QUICK_BYTES),
    memoryFolderBytes: Math.min(memoryFolderBytes, 8 * QUICK_BYTES),
  };
}
