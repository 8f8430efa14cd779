import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decryptAge, generateAgeIdentity, randomId } from '#crypto';
import type { PreparedDelivery, PrepareJob, Selection, StoredVersion } from './job.js';
import { openMemoryFolder } from './memory-folder.js';
import { prepareDelivery } from './prepare.js';
import type { Ground } from './version.fixture.js';

export const plaintextHmacKey = Buffer.alloc(32, 7);
export const pseudonymKey = Buffer.alloc(32, 9);

/** Prepares a delivery in this process, all items and rows as CSV unless told, and decrypts it. */
export async function deliver(
  ground: Ground,
  version: StoredVersion,
  selection: Partial<Selection> = {},
  rowsAtMost?: number,
  limits: PrepareJob['limits'] = {},
  since?: StoredVersion,
): Promise<PreparedDelivery & { plaintext: Buffer; ciphertext: Buffer }> {
  const { identity, recipient } = await generateAgeIdentity();
  const folder = await openMemoryFolder(ground.memoryFolder, 1);
  const objectName = randomId();
  try {
    const prepared = await prepareDelivery(
      {
        store: ground.store,
        memoryFolder: ground.memoryFolder,
        version,
        ...(since ? { since } : {}),
        selection: {
          items: version.items.map(({ name }) => name),
          rows: { op: 'all' },
          transformations: [],
          format: 'csv',
          ...selection,
        },
        recipients: [recipient],
        pseudonymKey,
        plaintextHmacKey,
        objectName,
        limits,
        ...(rowsAtMost === undefined ? {} : { rowsAtMost }),
      },
      folder.path,
    );
    const ciphertext = await readFile(join(ground.store.folder, objectName));
    const pieces: Buffer[] = [];
    for await (const piece of decryptAge([identity], [ciphertext])) pieces.push(piece);
    return { ...prepared, plaintext: Buffer.concat(pieces), ciphertext };
  } finally {
    await folder.remove();
  }
}
