import { openPayloadStore, type DeliveryLimits, type PayloadPlace, type PayloadStore, type StoredVersion } from '#delivery';
import { refuse } from '#contracts';
import type { ExchangeContext } from './context.js';
import type { Stores } from './ports.js';
import type { VersionFile } from './version-ports.js';

/** Where encrypted objects lie, and the bounded memory-backed folder in which jobs open them. */
export interface DataPlane {
  readonly store: PayloadStore;
  /** What every job is told: where objects lie, where plaintext may lie, how much memory it may take. */
  readonly jobs: { readonly store: PayloadPlace; readonly memoryFolder: string; readonly limits: Partial<DeliveryLimits> };
}

const MiB = 1024 * 1024;

/** `workMiB` is what one job may take in all: half of it for files in memory, a quarter for DuckDB, the rest for its own process. */
export function openDataPlane(place: PayloadPlace, memoryFolder: string, workMiB: number): DataPlane {
  const limits = { memoryFolderBytes: (workMiB / 2) * MiB, duckdbMemoryBytes: (workMiB / 4) * MiB };
  return { store: openPayloadStore(place), jobs: { store: place, memoryFolder, limits } };
}

const identityName = (version: string) => `version-identity:${version}`;
const commitmentName = (version: string) => `version-commitment:${version}`;

/** Keeps what opens a version, and the key of the commitment to its content, under the vault key. */
export async function keepVersionSecrets(
  context: ExchangeContext,
  stores: Stores,
  version: string,
  secrets: { identity: string; commitmentKey: Buffer },
): Promise<void> {
  const identity = Buffer.from(secrets.identity, 'utf8');
  await stores.secrets.put(identityName(version), context.vault.seal(identityName(version), identity));
  await stores.secrets.put(commitmentName(version), context.vault.seal(commitmentName(version), secrets.commitmentKey));
}

/** A version that a job can open. Throws Refusal unknown when its parts are not here. */
export async function openVersion(
  context: ExchangeContext,
  stores: Stores,
  version: string,
): Promise<{ file: VersionFile; stored: StoredVersion }> {
  const file = await stores.versions.get(version);
  const sealed = await stores.secrets.get(identityName(version));
  if (!file || !sealed) throw refuse('unknown');
  const identity = context.vault.open(identityName(version), sealed).toString('utf8');
  return { file, stored: { parts: file.parts, identity, items: file.entry.items } };
}
