import { generateAgeIdentity, generateSigningKey } from '#crypto';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Stop } from '../exits.js';
import { readIdentities, readRecipient, writeIdentity } from './identity-file.js';
import { readSigningKey, writeSigningKey } from './signing-key-file.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-keys-'));
after(() => rmSync(folder, { recursive: true }));
const never = () => Promise.reject(new Error('no passphrase should be asked for'));
const isStop = (code: string) => (error: unknown) => error instanceof Stop && error.code === code;

test('a signing key is read back as it was written, by its owner alone', async () => {
  const path = join(folder, 'plain.pem');
  const signing = generateSigningKey();
  writeSigningKey(path, signing);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const { keyId, publicKey } = await readSigningKey(path, never);
  assert.deepEqual({ keyId, publicKey }, { keyId: signing.keyId, publicKey: signing.publicKey });
});

test('an encrypted key needs its passphrase and nothing else', async () => {
  const path = join(folder, 'encrypted.pem');
  const signing = generateSigningKey();
  writeSigningKey(path, signing, '口令 with spaces');
  assert.equal((await readSigningKey(path, () => Promise.resolve('口令 with spaces'))).keyId, signing.keyId);
  await assert.rejects(
    readSigningKey(path, () => Promise.resolve('another')),
    isStop('wrong-passphrase'),
  );
  assert.ok(!readFileSync(path, 'latin1').includes(signing.privateSeed.toString('base64').slice(0, 20)));
});

test('openssl opens both kinds of key file', (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) return t.skip('openssl is not installed');
  const signing = generateSigningKey();
  for (const [name, passphrase] of [
    ['openssl-plain.pem', undefined],
    ['openssl-encrypted.pem', 'correct horse'],
  ] as const) {
    const path = join(folder, name);
    writeSigningKey(path, signing, passphrase);
    const spki = execFileSync('openssl', [
      'pkey',
      '-in',
      path,
      '-passin',
      `pass:${passphrase ?? ''}`,
      '-pubout',
      '-outform',
      'DER',
    ]);
    assert.equal(spki.subarray(-32).toString('base64'), signing.publicKey);
  }
});

test('a seed in hex is a key too, other content is none', async () => {
  const signing = generateSigningKey();
  const seed = join(folder, 'seed');
  writeFileSync(seed, `${signing.privateSeed.toString('hex')}\n`);
  assert.equal((await readSigningKey(seed, never)).keyId, signing.keyId);
  const other = join(folder, 'other');
  writeFileSync(other, 'hello');
  await assert.rejects(readSigningKey(other, never), isStop('not-a-key'));
});

test('a key file is never overwritten', () => {
  const path = join(folder, 'once.pem');
  writeSigningKey(path, generateSigningKey());
  const before = readFileSync(path);
  assert.throws(() => writeSigningKey(path, generateSigningKey()), { code: 'EEXIST' });
  assert.deepEqual(readFileSync(path), before);
});

test('identities are written as age-keygen writes them, and read with remarks and several lines', async (t) => {
  const one = await generateAgeIdentity();
  const two = await generateAgeIdentity();
  const path = join(folder, 'identity.txt');
  writeIdentity(path, one);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(await readIdentities(path), [one]);
  assert.equal(await readRecipient(path), one.recipient);
  const both = join(folder, 'both.txt');
  writeFileSync(both, `${readFileSync(path, 'utf8')}\r\n# second\r\n${two.identity}\r\n`);
  assert.deepEqual(await readIdentities(both), [one, two]);
  const broken = join(folder, 'broken.txt');
  writeFileSync(broken, one.identity.slice(0, -1));
  await assert.rejects(readIdentities(broken), isStop('not-an-identity'));
  if (spawnSync('age-keygen', ['--version']).status !== 0)
    return t.diagnostic('age-keygen is not installed: not compared with it');
  assert.equal(execFileSync('age-keygen', ['-y', path], { encoding: 'utf8' }).trim(), one.recipient);
});
