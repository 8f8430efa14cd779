import { openPayloadStore, type PayloadPlace, type PayloadStore, type StoredVersion } from '#delivery';
import { refuse } from '#contracts';
import type { ExchangeContext } from './context.js';
import type { Stores, VersionFile } from './ports.js';

/** Where encrypted objects lie, and the bounded memory-backed folder in which jobs open them. */
export interface DataPlane {
  readonly store: PayloadStore;
  readonly place: PayloadPlace;
  readonly memoryFolder: string;
}

export function openDataPlane(place: PayloadPlace, memoryFolder: string): DataPlane {
  return { store: openPayloadStore(place), place, memoryFolder };
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
