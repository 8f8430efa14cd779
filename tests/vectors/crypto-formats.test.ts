import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Decrypter } from 'age-encryption';
import {
  commitTextWith,
  decodeCanonical,
  encodeCanonical,
  keyIdOf,
  openVault,
  sha256Hex,
  signEd25519,
  signingKeyOf,
  type CanonicalValue,
} from '#crypto';
import { openAgeHeader } from '../../libs/crypto/src/age-header.js';
import { payloadKey, PayloadOpener } from '../../libs/crypto/src/age-payload.js';

// The pages are read, not copied: a value changed there or in the code fails here.
const page = (name: string): string => readFileSync(new URL(`../../../docs/formats/${name}.md`, import.meta.url), 'utf8');

/** The fenced blocks of one kind. */
const blocks = (text: string, kind: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] as string);

const only = <T>(all: readonly T[]): T => {
  assert.equal(all.length, 1);
  return all[0] as T;
};

/** The value in the worked example's table whose left column starts with `name`. */
const row = (text: string, name: string): string => {
  const example = text.slice(text.indexOf('## Worked example'));
  const line = only(example.split('\n').filter((l) => l.startsWith(`| ${name}`)));
  return /`([^`]*)`/.exec(line)?.[1] as string;
};

const decrypterFor = (fileKey: Buffer): Decrypter => {
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey: () => fileKey });
  return decrypter;
};

describe('the worked examples in docs/formats', () => {
  it('canonical-json: bytes, digest, key id, signature', () => {
    const text = page('canonical-json');
    const bytes = Buffer.from(only(blocks(text, 'canonical')).trimEnd());
    const value = JSON.parse(only(blocks(text, 'json'))) as CanonicalValue;
    assert.deepEqual(encodeCanonical(value), bytes);
    assert.deepEqual(decodeCanonical(bytes), value);
    assert.equal(bytes.length, Number(/has these (\d+) canonical bytes/.exec(text)?.[1]));
    assert.equal(sha256Hex(bytes), row(text, 'SHA-256'));
    const key = signingKeyOf(Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'));
    assert.equal(key.publicKey, row(text, 'public key'));
    assert.equal(keyIdOf(key.publicKey), row(text, 'key id'));
    assert.equal(signEd25519(key.privateSeed, bytes), row(text, 'signature'));
  });

  it('text-commitment', () => {
    const text = page('text-commitment');
    assert.equal(commitTextWith(row(text, 'key'), row(text, 'text')), row(text, 'commitment'));
  });

  it('age-delivery: header, keys, plaintext', async () => {
    const text = page('age-delivery');
    const file = Buffer.from(only(blocks(text, 'age')), 'base64');
    assert.equal(sha256Hex(file), row(text, 'SHA-256 of the file'));
    const fileKey = Buffer.from(row(text, 'file key'), 'hex');
    assert.deepEqual(await openAgeHeader(decrypterFor(fileKey), file.subarray(0, 168)), fileKey);
    assert.equal(file.toString('hex', 168, 184), row(text, 'nonce'));
    const key = payloadKey(fileKey, file.subarray(168, 184));
    assert.equal(key.toString('hex'), row(text, 'payload key'));
    const opener = new PayloadOpener(key);
    assert.deepEqual([...opener.push(file.subarray(184))], []);
    assert.equal(opener.finish().toString().replaceAll('\n', '\\n'), row(text, 'plaintext'));
  });

  it('vault: key id and sealed bytes', () => {
    const text = page('vault');
    const vault = openVault(Buffer.from(row(text, 'vault key'), 'hex'));
    assert.equal(vault.keyId, row(text, 'its key id'));
    assert.equal(vault.open(row(text, 'purpose'), Buffer.from(row(text, 'sealed'), 'hex')).toString(), row(text, 'plaintext'));
  });
});

describe('the commands in docs/formats print what stands beside them', () => {
  for (const name of ['canonical-json', 'text-commitment', 'age-delivery', 'vault']) {
    it(name, (t) => {
      const text = page(name);
      for (const command of ['bash', 'openssl', ...(name === 'age-delivery' ? ['age'] : [])]) {
        if (spawnSync(command, [command === 'openssl' ? 'version' : '--version']).status !== 0)
          return t.skip(`no ${command} command here`);
      }
      const folder = mkdtempSync(join(tmpdir(), 'formats-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const age = blocks(text, 'age');
      if (age.length > 0) writeFileSync(join(folder, 'file'), Buffer.from(only(age), 'base64'));
      const commands = blocks(text, 'sh');
      const printed = blocks(text, 'text');
      assert.ok(commands.length > 0);
      assert.equal(commands.length, printed.length);
      for (const [i, command] of commands.entries()) {
        const run = spawnSync('bash', ['-euo', 'pipefail', '-c', command], { cwd: folder, encoding: 'utf8' });
        assert.equal(run.status, 0, run.stderr);
        assert.equal(run.stdout, printed[i]);
      }
    });
  }
});
