import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPassword, checkPasswordOfNobody, hashPassword, randomPassword } from './index.js';

describe('passwords', () => {
  it('are hashed with argon2id at the recommended cost, each with its own salt', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.notEqual(one, two);
    assert.equal(await checkPassword(one, 'correct horse'), true);
    assert.equal(await checkPassword(one, 'correct horsf'), false);
    assert.equal(await checkPassword(one, ''), false);
  });

  it('check against hashes made elsewhere, at other costs', async () => {
    // From the test suite of the reference implementation (P-H-C/phc-winner-argon2, src/test.c): "password", salt "somesalt".
    const published = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    assert.equal(await checkPassword(published, 'password'), true);
    assert.equal(await checkPassword(published, 'Password'), false);
  });

  it('are the same however the keyboard composed them', async () => {
    const hash = await hashPassword('caf\u00e9\uff21');
    assert.equal(await checkPassword(hash, 'cafe\u0301A'), true);
    assert.equal(await checkPassword(hash, 'cafeA'), false);
  });

  it('have a bound, and beyond it never match', async () => {
    const longest = 'x'.repeat(1_024);
    assert.equal(await checkPassword(await hashPassword(longest), longest), true);
    await assert.rejects(hashPassword(`${longest}x`), RangeError);
    assert.equal(await checkPassword(await hashPassword(''), `${longest}x`), false);
  });

  it('of an unknown account are never right, and what is no hash is an error', async () => {
    assert.equal(await checkPasswordOfNobody('x'), false);
    await assert.rejects(checkPassword('not a hash', 'x'));
  });

  it('that we choose are readable and different', () => {
    const chosen = new Set(Array.from({ length: 500 }, randomPassword));
    assert.equal(chosen.size, 500);
    for (const password of chosen) assert.match(password, /^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
    const used = new Set([...chosen].join('').replaceAll('-', ''));
    assert.equal(used.size, 31);
  });
});
