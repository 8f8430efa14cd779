import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import {
  checkSignature,
  generateSigningKey,
  importPublicKey,
  importSigningKey,
  keyIdOf,
  sha256Hex,
  SignatureError,
  signEd25519,
  signingKeyOf,
  type SignatureCode,
} from './index.js';

const refuses = (run: () => unknown, code: SignatureCode) =>
  assert.throws(run, (error) => error instanceof SignatureError && error.code === code);

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const message = fc.uint8Array({ maxLength: 200 });

describe('Ed25519', () => {
  it('signs what another implementation signs, and each accepts the other', () => {
    fc.assert(
      fc.property(seed, message, (privateSeed, bytes) => {
        const key = signingKeyOf(privateSeed);
        const raw = Buffer.from(key.publicKey, 'base64');
        assert.deepEqual(raw, Buffer.from(ed25519.getPublicKey(privateSeed)));
        const signature = signEd25519(privateSeed, bytes);
        assert.deepEqual(Buffer.from(signature, 'base64'), Buffer.from(ed25519.sign(bytes, privateSeed)));
        assert.equal(signEd25519(importSigningKey(privateSeed), bytes), signature);
        assert.ok(ed25519.verify(Buffer.from(signature, 'base64'), bytes, raw, { zip215: false }));
        checkSignature(key.publicKey, bytes, signature);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a signature over other bytes, by another key, or with any bit turned', () => {
    const key = generateSigningKey();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat({ max: 511 }), (bytes, bit) => {
        const signature = Buffer.from(signEd25519(key.privateSeed, bytes), 'base64');
        const other = Buffer.from(bytes);
        other[bit % other.length]! ^= 1;
        refuses(() => checkSignature(key.publicKey, other, signature.toString('base64')), 'signature-wrong');
        refuses(() => checkSignature(generateSigningKey().publicKey, bytes, signature.toString('base64')), 'signature-wrong');
        signature[bit >> 3]! ^= 1 << (bit & 7);
        refuses(() => checkSignature(key.publicKey, bytes, signature.toString('base64')), 'signature-wrong');
      }),
      { numRuns: 100 },
    );
  });

  it('refuses other spellings of a signature or a key', () => {
    const key = generateSigningKey();
    const bytes = Buffer.from('x');
    const signature = signEd25519(key.privateSeed, bytes);
    const raw = Buffer.from(signature, 'base64');
    const others = [
      '',
      signature.slice(0, -1),
      ` ${signature}`,
      `${signature}\n`,
      raw.toString('base64url'),
      raw.toString('hex'),
    ];
    for (const other of [...others, raw.subarray(1).toString('base64')]) {
      refuses(() => checkSignature(key.publicKey, bytes, other), 'signature-malformed');
    }
    for (const other of ['', key.publicKey.slice(0, -1), `${key.publicKey}\n`, Buffer.alloc(31).toString('base64')]) {
      refuses(() => importPublicKey(other), 'signature-key-malformed');
      refuses(() => keyIdOf(other), 'signature-key-malformed');
    }
    refuses(() => signEd25519(Buffer.alloc(31), bytes), 'signature-key-length');
  });

  it('refuses keys of other kinds, and examines native keys that were built elsewhere', () => {
    const bytes = Buffer.from('x');
    const good = generateSigningKey();
    const signature = signEd25519(good.privateSeed, bytes);
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    refuses(() => checkSignature(p256.publicKey, bytes, signature), 'signature-key-malformed');
    refuses(() => checkSignature(importSigningKey(good.privateSeed), bytes, signature), 'signature-key-malformed');
    refuses(() => signEd25519(p256.privateKey, bytes), 'signature-key-malformed');
    refuses(() => signEd25519(importPublicKey(good.publicKey), bytes), 'signature-key-malformed');
    checkSignature(createPublicKey(importSigningKey(good.privateSeed)), bytes, signature);

    // The identity as a key: natively every message verifies under (identity, S = 0).
    const identity = Buffer.concat([Buffer.of(1), Buffer.alloc(31)]);
    const native: KeyObject = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: identity.toString('base64url') },
      format: 'jwk',
    });
    const forged = Buffer.concat([identity, Buffer.alloc(32)]).toString('base64');
    refuses(() => checkSignature(native, bytes, forged), 'signature-key-low-order');
  });

  it('names a key by the first half of the digest of its raw bytes', () => {
    const key = generateSigningKey();
    const raw = Buffer.from(key.publicKey, 'base64');
    assert.equal(key.keyId, sha256Hex(raw).slice(0, 32));
    assert.equal(keyIdOf(raw), key.keyId);
    assert.equal(keyIdOf(key.publicKey), key.keyId);
  });

  it('keeps the native keys in use', () => {
    const { publicKey } = generateSigningKey();
    assert.equal(importPublicKey(publicKey), importPublicKey(publicKey));
  });

  it('is checked by openssl, and checks what openssl signed', (t) => {
    if (spawnSync('openssl', ['version']).status !== 0) return t.skip('no openssl command here');
    const folder = mkdtempSync(join(tmpdir(), 'ed25519-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const at = (name: string) => join(folder, name);
    const openssl = (...args: string[]) => spawnSync('openssl', args);
    const bytes = Buffer.from('{"a":1}');
    const key = generateSigningKey();
    const privateKey = importSigningKey(key.privateSeed);
    writeFileSync(at('key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    writeFileSync(at('pub.pem'), importPublicKey(key.publicKey).export({ format: 'pem', type: 'spki' }));
    writeFileSync(at('bytes'), bytes);
    writeFileSync(at('sig'), Buffer.from(signEd25519(privateKey, bytes), 'base64'));

    const verify = ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', at('pub.pem'), '-in', at('bytes'), '-sigfile', at('sig')];
    const verified = openssl(...verify);
    assert.equal(verified.status, 0, String(verified.stderr));
    const signed = openssl('pkeyutl', '-sign', '-rawin', '-inkey', at('key.pem'), '-in', at('bytes'), '-out', at('sig2'));
    assert.equal(signed.status, 0, String(signed.stderr));
    checkSignature(key.publicKey, bytes, readFileSync(at('sig2')).toString('base64'));
    writeFileSync(at('bytes'), '{"a":2}');
    assert.notEqual(openssl(...verify).status, 0);
  });
});
