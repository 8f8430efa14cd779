import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { generateAgeIdentity, randomId, type AgeIdentity } from '#crypto';
import { itemSchema, type Item } from '#contracts';
import { ingestFile } from './ingest.js';
import type { StatedForm } from './in/form.js';
import type { IngestedVersion, StoredVersion } from './job.js';
import type { DeliveryLimits } from './limits.js';
import { defaultMemoryFolder, openMemoryFolder } from './memory-folder.js';

/** What tests of this library work in: a payload folder and a memory-backed folder, gone after the test. */
export interface Ground {
  readonly store: { readonly kind: 'folder'; readonly folder: string };
  readonly memoryFolder: string;
  /** One job's own folder. */
  readonly folder: string;
}

export async function openGround(t: TestContext): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'quanlian-delivery-'));
  const memoryFolder = join(defaultMemoryFolder(), `test-${randomId()}`);
  const memory = await openMemoryFolder(memoryFolder, 1);
  t.after(async () => {
    await rm(folder, { recursive: true, force: true });
    await rm(memoryFolder, { recursive: true, force: true });
  });
  return { store: { kind: 'folder', folder: join(folder, 'payloads') }, memoryFolder, folder: memory.path };
}

export function item(name: string, type: Item['type'], more: Partial<Item> = {}): Item {
  return itemSchema.parse({ name, title: name, type, required: false, personal: false, ...more });
}

/** One item of every kind. */
export const everyKind: readonly Item[] = [
  item('id', 'C', { required: true }),
  item('姓名', 'C'),
  item('amount', 'Y', { scale: 2 }),
  item('born', 'D'),
  item('seen', 'T'),
  item('active', 'L'),
  item('ratio', 'B'),
  item('count', 'I'),
];

export const everyKindCsv = `id,姓名,amount,born,seen,active,ratio,count
001,张三,12.5,1990-01-31,2024-05-06 07:08:09,true,0.1,42
002,"李,四",-3,2000-02-29,2024-05-06T07:08:09.120,0,1e300,-9223372036854775808
003,"王""五""
六",,,,,,
004,"",0.00,0001-01-01,9999-12-31 23:59:59.999999,1,-0,9223372036854775807
`;

/** Ingests in this process; parts are small so that a few rows make several. */
export async function ingestHere(
  ground: Ground,
  items: readonly Item[],
  csv: string | Buffer | AsyncGenerator<Uint8Array>,
  more: {
    key?: AgeIdentity;
    limits?: Partial<DeliveryLimits>;
    announcedSha256?: string;
    form?: StatedForm;
    leaveOutFaulty?: boolean;
    faultyObject?: { name: string; recipient: string };
  } = {},
): Promise<{ ingested: IngestedVersion; version: StoredVersion }> {
  const key = more.key ?? (await generateAgeIdentity());
  const source = typeof csv === 'string' ? chunks(Buffer.from(csv)) : Buffer.isBuffer(csv) ? chunks(csv) : csv;
  const { key: _key, ...asked } = more;
  const job = {
    store: ground.store,
    memoryFolder: ground.memoryFolder,
    items,
    recipient: key.recipient,
    partsPrefix: randomId(),
    ...asked,
  };
  const ingested = await inFolder(ground, (folder) => ingestFile(job, source, folder));
  return { ingested, version: { parts: ingested.parts, identity: key.identity, items } };
}

/** Does one job's work in this process, in a memory-backed folder of its own: a process of its own takes a second to start. */
export async function inFolder<T>(ground: Ground, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await openMemoryFolder(ground.memoryFolder, 1);
  try {
    return await work(folder.path);
  } finally {
    await folder.remove();
  }
}

export async function* chunks(bytes: Buffer, sizeBytes = 64 * 1024): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += sizeBytes) yield bytes.subarray(start, start + sizeBytes);
}
