import { generateAgeIdentity, randomId, randomKey } from '#crypto';
import { openPayloadStore, runPrepare, type StoredVersion } from '#delivery';
import { narrowed } from '../shared/people.js';
import { watchMemory } from '../shared/process-tree.js';

export interface Crowd {
  readonly store: { readonly kind: 'folder'; readonly folder: string };
  readonly memoryFolder: string;
  readonly large: StoredVersion;
  readonly small: StoredVersion;
}

/** Eight deliveries at once: three of the large version, asked first, then five of the small one; and those five without the large. */
export async function benchFairness({ store, memoryFolder, large, small }: Crowd): Promise<void> {
  const { recipient } = await generateAgeIdentity();
  const secondsOf = async (version: StoredVersion): Promise<number> => {
    const since = performance.now();
    const objectName = randomId();
    await runPrepare({
      store,
      memoryFolder,
      version,
      recipients: [recipient],
      selection: { ...narrowed, format: 'csv' },
      pseudonymKey: randomKey(),
      plaintextHmacKey: randomKey(),
      objectName,
    });
    await openPayloadStore(store).remove(objectName);
    return (performance.now() - since) / 1000;
  };
  const crowd = (version: StoredVersion, count: number): Promise<number>[] =>
    Array.from({ length: count }, () => secondsOf(version));
  await secondsOf(small);
  const alone = Math.max(...(await Promise.all(crowd(small, 5))));
  const stop = watchMemory(process.pid, [memoryFolder]);
  const largeOnes = Promise.all(crowd(large, 3));
  const last = Math.max(...(await Promise.all(crowd(small, 5))));
  const longest = Math.max(...(await largeOnes));
  const mib = Math.round(stop().allBytes / 1024 ** 2);
  const waited = last - alone;
  console.log(
    `eight at once: the last of five small ones after ${last.toFixed(1)} s, ${alone.toFixed(1)} s without three large ones (the longest ${longest.toFixed(1)} s): ` +
      `waited ${waited.toFixed(1)} s (goal 5: ${waited <= 5 ? 'reached' : 'MISSED'}); memory ${mib} MiB`,
  );
}
