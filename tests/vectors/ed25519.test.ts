import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import * as nodeCrypto from '#crypto';
import { browserDoors } from '../browser/bundled-doors.js';

// The arithmetic for the edge cases is noble's, so that what is tested (OpenSSL behind our checks) does not judge itself.
const Point = ed25519.Point;
const Fn = Point.Fn;
const L = Fn.ORDER;

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const scalarBytes = (s: bigint): Buffer => Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
const challenge = (R: Uint8Array, A: Uint8Array, message: Uint8Array): bigint =>
  Fn.create(BigInt(`0x${createHash('sha512').update(R).update(A).update(message).digest().reverse().toString('hex')}`));

// Node's door and the browser's, whose arithmetic is another: everything below is asked of both.
const browser = await browserDoors();
const doors = [
  { where: 'Node', ...nodeCrypto, bytes: (bytes: Uint8Array) => bytes },
  { where: 'browser', ...browser.crypto, bytes: browser.bytes },
];

/** Why the doors refuse, or undefined if they accept. Both must say the same. */
function verdict(A: Uint8Array, message: Uint8Array, signature: Uint8Array): string | undefined {
  const [inNode, inBrowser] = doors.map(({ checkSignature, SignatureError, bytes }) => {
    try {
      checkSignature(Buffer.from(A).toString('base64'), bytes(message), Buffer.from(signature).toString('base64'));
      return undefined;
    } catch (error) {
      assert.ok(error instanceof SignatureError, String(error));
      return error.code;
    }
  });
  assert.equal(inBrowser, inNode, 'the browser and Node must judge alike');
  return inNode;
}

/** Asserts that neither door takes these bytes for a public key. */
function noKey(A: Buffer, code: string): void {
  for (const { importPublicKey } of doors) assert.throws(() => importPublicKey(A.toString('base64')), { code });
}

const nativeAccepts = (A: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  verify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([hex('302a300506032b6570032100'), A]), format: 'der', type: 'spki' }),
    signature,
  );

describe('Ed25519, RFC 8032 §7.1', () => {
  const cases = [
    {
      name: 'TEST 1',
      seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      message: '',
      signature:
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    },
    {
      name: 'TEST 2',
      seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      message: '72',
      signature:
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    },
    {
      name: 'TEST 3',
      seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      message: 'af82',
      signature:
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    },
    {
      name: 'TEST SHA(abc)',
      seed: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
      key: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
      message:
        'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      signature:
        'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
    },
  ];
  for (const { name, seed, key, message, signature } of cases) {
    it(`${name}: the published key and signature, and they check`, () => {
      for (const { signingKeyOf, signEd25519, checkSignature, bytes } of doors) {
        const signing = signingKeyOf(bytes(hex(seed)) as Buffer<ArrayBuffer>);
        assert.equal(Buffer.from(signing.publicKey, 'base64').toString('hex'), key);
        assert.equal(signEd25519(signing.privateSeed, bytes(hex(message))), hex(signature).toString('base64'));
        checkSignature(signing.publicKey, bytes(hex(message)), hex(signature).toString('base64'));
      }
    });
  }
});

// The eight points of small order and the six other encodings that careless readers take for them, as listed in C2SP's
// "Low-order edwards25519 point encodings" and in H. de Valence, "It's 255:19AM".
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(hex);
const otherEncodings = [
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
].map(hex);

describe('Ed25519, edge cases of the key A', () => {
  it('no point of small order is a key, in any encoding', () => {
    for (const A of smallOrder) noKey(A, 'signature-key-low-order');
    for (const A of otherEncodings) noKey(A, 'signature-key-not-canonical');
  });

  it('the 196 signatures of "It\'s 255:19AM" are all refused, though native verification alone takes some', () => {
    const all = [...smallOrder, ...otherEncodings];
    const message = Buffer.from('Zcash');
    let taken = 0;
    for (const A of all) {
      for (const R of all) {
        const signature = Buffer.concat([R, Buffer.alloc(32)]);
        assert.match(verdict(A, message, signature) ?? 'accepted', /^signature-key-(low-order|not-canonical)$/);
        if (nativeAccepts(A, message, signature)) taken++;
      }
    }
    // Without the check of the key, anybody could have signed these: the check is what refuses them.
    assert.ok(taken > 0);
  });

  it('keys with a component of small order are refused, though their owner signs with them natively', () => {
    const a = 0x1234567890abcdefn;
    const r = 0xfedcba0987654321n;
    const R = Point.BASE.multiply(r).toBytes();
    for (const t of smallOrder) {
      const A = Point.BASE.multiply(a).add(Point.fromBytes(t, true)).toBytes();
      const clean = t.equals(hex('01'.padEnd(64, '0')));
      // Sought until k is a multiple of eight, so that the component vanishes from [k]A.
      let message = Buffer.alloc(0);
      for (let i = 0; ; i++) {
        message = Buffer.from(`message ${i}`);
        if (challenge(R, A, message) % 8n === 0n) break;
      }
      const s = Fn.create(r + challenge(R, A, message) * a);
      const signature = Buffer.concat([R, scalarBytes(s)]);
      assert.ok(nativeAccepts(A, message, signature));
      assert.equal(verdict(A, message, signature), clean ? undefined : 'signature-key-low-order');
    }
  });

  it('bytes that are no point of the curve, or a coordinate beyond the field, are no key', () => {
    let offCurve = 0;
    for (let y = 2; y < 40; y++) {
      const A = Buffer.concat([Buffer.of(y), Buffer.alloc(31)]);
      try {
        Point.fromBytes(A);
      } catch {
        offCurve++;
        noKey(A, 'signature-key-not-canonical');
      }
    }
    assert.ok(offCurve > 5);
    for (let first = 0xed; first <= 0xff; first++) {
      for (const last of ['7f', 'ff']) {
        const A = hex(first.toString(16) + 'ff'.repeat(30) + last);
        noKey(A, 'signature-key-not-canonical');
      }
    }
  });
});

describe('Ed25519, edge cases of the signature', () => {
  const a = 0x1234567890abcdefn;
  const r = 0xfedcba0987654321n;
  const A = Point.BASE.multiply(a).toBytes();
  const message = Buffer.from('edge');
  const make = (R: Uint8Array, nonce: bigint): Buffer =>
    Buffer.concat([R, scalarBytes(Fn.create(nonce + challenge(R, A, message) * a))]);

  it('S is below the order: S + L and all ones are refused', () => {
    const R = Point.BASE.multiply(r).toBytes();
    const good = make(R, r);
    assert.equal(verdict(A, message, good), undefined);
    const s = BigInt(`0x${Buffer.from(good.subarray(32)).reverse().toString('hex')}`);
    for (let multiple = 1n; s + multiple * L < 1n << 256n; multiple++) {
      assert.equal(verdict(A, message, Buffer.concat([R, scalarBytes(s + multiple * L)])), 'signature-wrong');
    }
    assert.equal(verdict(A, message, Buffer.concat([R, Buffer.alloc(32, 0xff)])), 'signature-wrong');
  });

  it('R with a component of small order verifies only with the cofactor: refused, as openssl and Go do', () => {
    for (const t of smallOrder) {
      const clean = t.equals(hex('01'.padEnd(64, '0')));
      const R = Point.BASE.multiply(r).add(Point.fromBytes(t, true)).toBytes();
      assert.equal(verdict(A, message, make(R, r)), clean ? undefined : 'signature-wrong');
      // R is the small point itself. The identity satisfies the equation; every other point only with the cofactor.
      assert.equal(verdict(A, message, make(t, 0n)), clean ? undefined : 'signature-wrong');
    }
  });

  it('R in another encoding is refused', () => {
    for (const R of otherEncodings) assert.equal(verdict(A, message, make(R, 0n)), 'signature-wrong');
  });
});
