import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import {
  checkTextCommitment,
  CommitmentError,
  commitText,
  commitTextWith,
  createSha256,
  decodeBase64,
  decodeBase64Url,
  equalConstantTime,
  hmacSha256Hex,
  randomId,
  randomKey,
  randomSecret,
  sha256,
  sha256Hex,
} from './index.js';

describe('digests', () => {
  it('give the published values', () => {
    assert.equal(sha256Hex(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'); // FIPS 180-4
    assert.equal(sha256Hex('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    // RFC 4231, test case 2
    assert.equal(
      hmacSha256Hex(Buffer.from('Jefe'), 'what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('agree with another implementation, whole and in pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes, key) => {
        assert.deepEqual(sha256(bytes), Buffer.from(nobleSha256(bytes)));
        assert.deepEqual(createSha256().update(bytes.subarray(0, 7)).update(bytes.subarray(7)).digest(), sha256(bytes));
        assert.equal(hmacSha256Hex(key, bytes), Buffer.from(hmac(nobleSha256, key, bytes)).toString('hex'));
      }),
    );
  });

  it('take a text as its UTF-8', () => {
    assert.equal(sha256Hex('权链'), sha256Hex(Buffer.from('e69d83e993be', 'hex')));
  });

  it('compare secrets of any kind and length', () => {
    assert.equal(equalConstantTime('a', Buffer.from('a')), true);
    assert.equal(equalConstantTime('a', 'b'), false);
    assert.equal(equalConstantTime('a', 'aa'), false);
    assert.equal(equalConstantTime('', new Uint8Array(0)), true);
  });
});

describe('random values', () => {
  it('have their length and alphabet and do not repeat', () => {
    const ids = new Set(Array.from({ length: 1_000 }, randomId));
    assert.equal(ids.size, 1_000);
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
    assert.match(randomSecret(), /^[A-Za-z0-9_-]{43}$/);
    assert.notDeepEqual(randomKey(), randomKey());
    assert.equal(randomKey().length, 32);
  });
});

describe('base64', () => {
  it('has one spelling for each value', () => {
    assert.deepEqual(decodeBase64('AAA=', 2), Buffer.alloc(2));
    for (const other of ['AAB=', 'AAA', 'AA==', ' AAA=', 'AAA=\n', 'AAAA', 'A-A=', '']) {
      assert.equal(decodeBase64(other, 2), undefined, other);
    }
    assert.deepEqual(decodeBase64Url('_-8', 2), Buffer.from('ffef', 'hex'));
    for (const other of ['_-9', '/+8', '_-8=', '_-']) assert.equal(decodeBase64Url(other, 2), undefined, other);
  });
});

describe('commitments to text', () => {
  it('hide and bind: fresh key each time, and only the same text under the same key checks', () => {
    const one = commitText('社会救助');
    const two = commitText('社会救助');
    assert.notEqual(one.commitment, two.commitment);
    checkTextCommitment(one.commitment, one.key, '社会救助');
    const differs = { name: 'CommitmentError', code: 'commitment-differs' };
    assert.throws(() => checkTextCommitment(one.commitment, one.key, '社会救助 '), differs);
    assert.throws(() => checkTextCommitment(one.commitment, two.key, '社会救助'), differs);
    assert.throws(() => checkTextCommitment('', one.key, '社会救助'), differs);
  });

  it('are HMAC-SHA-256 of the UTF-8', () => {
    const key = Buffer.alloc(32, 1);
    assert.equal(commitTextWith(key.toString('base64url'), '权链'), hmacSha256Hex(key, Buffer.from('权链')));
  });

  it('refuse malformed keys and text without a UTF-8 form', () => {
    assert.throws(
      () => commitTextWith('short', 'x'),
      (e) => e instanceof CommitmentError && e.code === 'commitment-key-malformed',
    );
    assert.throws(
      () => commitText('\ud800'),
      (e) => e instanceof CommitmentError && e.code === 'commitment-text-malformed',
    );
  });
});
