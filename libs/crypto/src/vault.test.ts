import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { loadOrCreateVaultKey, loadVaultKey, openVault, randomKey, VaultError, type VaultCode } from './index.js';

const refuses = (run: () => unknown, code: VaultCode) =>
  assert.throws(run, (error) => error instanceof VaultError && error.code === code);

const purpose = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);

describe('the vault', () => {
  const key = randomKey();
  const vault = openVault(key);

  it('opens what it sealed, also after a restart', () => {
    fc.assert(
      fc.property(purpose, fc.uint8Array({ maxLength: 2_000 }), (name, plaintext) => {
        const sealed = vault.seal(name, plaintext);
        assert.equal(sealed.length, 1 + 8 + 12 + plaintext.length + 16);
        assert.ok(openVault(Buffer.from(key)).open(name, sealed).equals(plaintext));
      }),
    );
  });

  it('seals the same bytes differently each time', () => {
    assert.notDeepEqual(vault.seal('a', Buffer.alloc(32)), vault.seal('a', Buffer.alloc(32)));
  });

  it('refuses another purpose, any turned bit, any cut', () => {
    fc.assert(
      fc.property(purpose, purpose, fc.uint8Array({ maxLength: 64 }), fc.nat(), (one, two, plaintext, n) => {
        const sealed = vault.seal(one, plaintext);
        if (one !== two) refuses(() => vault.open(two, sealed), 'vault-sealed-refused');
        const bad = Buffer.from(sealed);
        const at = n % bad.length;
        bad[at]! ^= 1 << (n % 8);
        refuses(
          () => vault.open(one, bad),
          at === 0 ? 'vault-sealed-malformed' : at < 9 ? 'vault-key-other' : 'vault-sealed-refused',
        );
        const sizeBytes = n % sealed.length;
        refuses(
          () => vault.open(one, sealed.subarray(0, sizeBytes)),
          sizeBytes < 37 ? 'vault-sealed-malformed' : 'vault-sealed-refused',
        );
      }),
    );
  });

  it('tells another key from tampering, and names keys without revealing them', () => {
    const other = openVault(randomKey());
    assert.notEqual(other.keyId, vault.keyId);
    assert.match(vault.keyId, /^[0-9a-f]{16}$/);
    assert.equal(key.includes(Buffer.from(vault.keyId, 'hex')), false);
    refuses(() => other.open('a', vault.seal('a', Buffer.from('x'))), 'vault-key-other');
  });

  it('refuses keys and purposes that are not in the form', () => {
    refuses(() => openVault(Buffer.alloc(31)), 'vault-key-length');
    for (const bad of ['', 'a b', 'é', 'a\n', 'x'.repeat(256)])
      refuses(() => vault.seal(bad, Buffer.of(1)), 'vault-purpose-malformed');
  });

  it('does not change when the caller clears its key', () => {
    const borrowed = randomKey();
    const kept = openVault(borrowed);
    const sealed = kept.seal('a', Buffer.from('x'));
    borrowed.fill(0);
    assert.equal(kept.open('a', sealed).toString(), 'x');
  });
});

describe('the vault key file', () => {
  const folder = (t: TestContext): string => {
    const path = mkdtempSync(join(tmpdir(), 'vault-'));
    t.after(() => rmSync(path, { recursive: true }));
    return path;
  };

  it('is made once, for its owner only, and then read', (t) => {
    const path = join(folder(t), 'deeper', 'vault.key');
    const key = loadOrCreateVaultKey(path);
    assert.equal(key.length, 32);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(loadOrCreateVaultKey(path), key);
    assert.deepEqual(loadVaultKey(path), key);
    assert.deepEqual(readdirSync(join(path, '..')), ['vault.key']);
    assert.equal(readFileSync(path, 'utf8'), `quanlian-vault-key-v1 ${key.toString('base64')}\n`);
  });

  it('is refused when others may read or write it', (t) => {
    const path = join(folder(t), 'vault.key');
    loadOrCreateVaultKey(path);
    for (const mode of [0o640, 0o604, 0o620, 0o601, 0o666]) {
      chmodSync(path, mode);
      refuses(() => loadVaultKey(path), 'vault-key-file-readable');
      refuses(() => loadOrCreateVaultKey(path), 'vault-key-file-readable');
    }
    chmodSync(path, 0o400);
    assert.equal(loadVaultKey(path).length, 32);
  });

  it('is never replaced when it holds something else', (t) => {
    const path = join(folder(t), 'vault.key');
    const good = `quanlian-vault-key-v1 ${randomKey().toString('base64')}\n`;
    for (const text of ['', 'x', good.slice(0, -5), good.replace('v1', 'v2'), `${good}${good}`, ` ${good}`]) {
      writeFileSync(path, text, { mode: 0o600 });
      refuses(() => loadOrCreateVaultKey(path), 'vault-key-file-malformed');
      assert.equal(readFileSync(path, 'utf8'), text);
    }
    mkdirSync(join(path, '..', 'folder'), { mode: 0o700 });
    refuses(() => loadVaultKey(join(path, '..', 'folder')), 'vault-key-file-malformed');
  });

  it('is not made by reading', (t) => {
    const path = join(folder(t), 'vault.key');
    refuses(() => loadVaultKey(path), 'vault-key-file-missing');
    assert.equal(existsSync(path), false);
  });

  it('is one, when several processes start at once', async (t) => {
    const path = join(folder(t), 'vault.key');
    const door = new URL('./index.js', import.meta.url).href;
    const script = `import { loadOrCreateVaultKey } from ${JSON.stringify(door)};
      process.stdout.write(loadOrCreateVaultKey(${JSON.stringify(path)}).toString('hex'));`;
    const keys = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
        let text = '';
        child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
        const [code] = (await once(child, 'close')) as [number];
        assert.equal(code, 0);
        return text;
      }),
    );
    assert.deepEqual(new Set(keys), new Set([loadVaultKey(path).toString('hex')]));
    assert.deepEqual(readdirSync(join(path, '..')), ['vault.key']);
  });
});
