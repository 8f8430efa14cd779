import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decryptAge, generateAgeIdentity, randomId } from '#crypto';
import type { PreparedDelivery, PrepareJob, Selection, StoredVersion } from './job.js';
import { prepareDelivery } from './prepare.js';
import { inFolder, type Ground } from './version.fixture.js';

export const plaintextHmacKey = Buffer.alloc(32, 7);
export const pseudonymKey = Buffer.alloc(32, 9);

/** Prepares a delivery in this process, all items and rows as CSV unless told, with the key lists its rows name, and decrypts it. */
export async function deliver(
  ground: Ground,
  version: StoredVersion,
  { keyLists = [], ...selection }: Partial<Selection> & Pick<PrepareJob, 'keyLists'> = {},
  rowsAtMost?: number,
  limits: PrepareJob['limits'] = {},
  since?: StoredVersion,
): Promise<PreparedDelivery & { plaintext: Buffer; ciphertext: Buffer }> {
  const { identity, recipient } = await generateAgeIdentity();
  const objectName = randomId();
  const prepared = await inFolder(ground, (folder) =>
    prepareDelivery(
      {
        store: ground.store,
        memoryFolder: ground.memoryFolder,
        version,
        ...(since ? { since } : {}),
        keyLists,
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
      folder,
    ),
  );
  const ciphertext = await readFile(join(ground.store.folder, objectName));
  const pieces: Buffer[] = [];
  for await (const piece of decryptAge([identity], [ciphertext])) pieces.push(piece);
  return { ...prepared, plaintext: Buffer.concat(pieces), ciphertext };
}
