import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sha256Hex } from '#crypto';
import { Stop } from './backup-command.js';
import { encodeManifest, openManifest, type Manifest } from './backup-manifest.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quanlian-manifest-'));
});
after(() => rm(folder, { recursive: true }));

const sha256 = sha256Hex('');
const manifest: Manifest = {
  v: 1,
  type: 'quanlian-backup',
  takenAt: '2026-03-04T05:06:07.089Z',
  product: '0.1.0',
  migrations: ['Ledger1'],
  ledger: { size: 0, head: '0'.repeat(64), epoch: 3 },
  tables: [{ schema: 'office', name: 'person', columns: ['id'], rows: 0, sizeBytes: 0, sha256 }],
  objects: [{ name: '19bd8aaefc391617f32875dc26ce36e1-000000', kind: 'part', sizeBytes: 0, sha256 }],
  disposed: [],
  damaged: [],
};

async function opened(bytes: Buffer | string): Promise<Manifest> {
  await writeFile(join(folder, 'manifest.json'), bytes);
  return (await openManifest(folder)).manifest;
}
const stopped = (code: string) => (error: unknown) => error instanceof Stop && error.code === code;

test('a manifest reads back as it was written, with the digest of its bytes', async () => {
  assert.deepEqual(await opened(encodeManifest(manifest)), manifest);
  const { sha256: digest } = await openManifest(folder);
  assert.equal(digest, sha256Hex(await readFile(join(folder, 'manifest.json'))));
});

test('a manifest that is altered, cut or leads out of its folder is refused', async () => {
  const bytes = encodeManifest(manifest).toString();
  const damaged = [
    `${bytes} `,
    bytes.slice(0, -20),
    bytes.replace('"v":1', '"v":2'),
    bytes.replace('"rows":0', '"rows":0,"rows":0'),
    bytes.replace('19bd8aaefc391617f32875dc26ce36e1-000000', '../../../../etc/passwd'),
    bytes.replace('19bd8aaefc391617f32875dc26ce36e1-000000', '19bd8aae..000000'),
    bytes.replace('"person"', '"person.copy.gz/../x"'),
    '',
  ];
  for (const text of damaged) await assert.rejects(opened(text), stopped('manifest-damaged'), text);
  await rm(join(folder, 'manifest.json'));
  await assert.rejects(openManifest(folder), stopped('not-a-backup'));
});
