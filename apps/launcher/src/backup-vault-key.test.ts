import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generateAgeIdentity, loadOrCreateVaultKey } from '#crypto';
import { Stop } from './backup-command.js';
import { copyVaultKey, requireFree, takeVaultKey, vaultKeyIdOf } from './backup-vault-key.js';

let folder: string;
let source: string;
let keyId: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quanlian-vault-key-'));
  source = join(folder, 'vault.key');
  loadOrCreateVaultKey(source);
  keyId = vaultKeyIdOf(source) ?? '';
});
after(() => rm(folder, { recursive: true }));

const stopped = (code: string) => (error: unknown) => error instanceof Stop && error.code === code;

test('a key goes out to age recipients and comes back with either identity, for its owner only', async () => {
  const [desk, safe] = [await generateAgeIdentity(), await generateAgeIdentity()];
  const kept = join(folder, 'usb', 'vault.key.age');
  const copy = await copyVaultKey(source, kept, [desk.recipient, safe.recipient]);
  assert.ok(!(await readdir(join(folder, 'usb'))).includes('vault.key.age'), 'no name before the backup is whole');
  await copy.keep();
  assert.equal((await stat(kept)).mode & 0o777, 0o600);
  assert.ok(!(await readFile(kept)).includes('quanlian-vault-key'));

  const identity = join(folder, 'identity.txt');
  await writeFile(identity, `# public key: ${safe.recipient}\n${safe.identity}\n`);
  const place = join(folder, 'new', 'vault.key');
  await assert.rejects(takeVaultKey(kept, undefined, place, keyId), stopped('identity-missing'));
  await (await takeVaultKey(kept, identity, place, keyId)).keep();
  assert.deepEqual(await readFile(place), await readFile(source));
  assert.equal((await stat(place)).mode & 0o777, 0o600);
  // Once more, as after a restore that was cut short.
  await (await takeVaultKey(kept, identity, place, keyId)).keep();
  assert.deepEqual(await readdir(join(folder, 'new')), ['vault.key']);

  const stranger = join(folder, 'stranger.txt');
  await writeFile(stranger, (await generateAgeIdentity()).identity);
  await assert.rejects(takeVaultKey(kept, stranger, place, keyId), /does not open/);
});

test('another key, no key, and a place that is taken are refused, and no draft stays', async () => {
  const place = join(folder, 'other', 'vault.key');
  await assert.rejects(takeVaultKey(source, undefined, place, 'f'.repeat(16)), stopped('vault-key-other'));
  const rubbish = join(folder, 'rubbish');
  await writeFile(rubbish, 'not a key');
  await assert.rejects(takeVaultKey(rubbish, undefined, place, keyId), stopped('vault-key-file-malformed'));
  assert.deepEqual(await readdir(join(folder, 'other')), []);

  await assert.rejects(requireFree(rubbish), stopped('file-exists'));
  const late = await copyVaultKey(source, rubbish, []);
  await assert.rejects(late.keep(), stopped('file-exists'));
  assert.equal(await readFile(rubbish, 'utf8'), 'not a key');
  await assert.rejects(copyVaultKey(source, join(folder, 'x'), ['age1nonsense']), stopped('age-recipient-malformed'));
  const discarded = await copyVaultKey(source, join(folder, 'y'), []);
  await discarded.discard();
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('draft')),
    [],
  );
});
