import type { PrepareJob } from './job.js';
import { limitsWith, type DeliveryLimits } from './limits.js';

const MiB = 1024 * 1024;
/** A version is small when its stored parts take no more than this, in bytes: a few hundred thousand rows, about a second of work. */
const QUICK_BYTES = 8 * MiB;

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
    duckdbMemoryBytes: Math.min(duckdbMemoryBytes, 128 * MiB),
    memoryFolderBytes: Math.min(memoryFolderBytes, 256 * MiB),
  };
}
