import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { sealAgeFile, type SealedAgeFile, type SealingDigests } from './age-seal-file.js';
import { decryptAge, generateAgeIdentity } from './index.js';

const BLOCK = 1024 * 1024;
const mine = await generateAgeIdentity();

async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Everything that is yielded, copied as a consumer must, and what the end answers. */
async function sealed(
  plaintext: AsyncIterable<Uint8Array>,
  digests?: SealingDigests,
): Promise<{ file: Buffer; said: SealedAgeFile }> {
  const making = sealAgeFile([mine.recipient], plaintext, digests);
  const out: Buffer[] = [];
  let next = await making.next();
  for (; !next.done; next = await making.next()) out.push(Buffer.from(next.value));
  return { file: Buffer.concat(out), said: next.value };
}

async function opened(file: Uint8Array): Promise<Buffer> {
  const out: Buffer[] = [];
  for await (const bytes of decryptAge([mine.identity], [file])) out.push(Buffer.from(bytes));
  return Buffer.concat(out);
}

describe('an age file sealed on threads', () => {
  for (const sizeBytes of [
    0,
    1,
    65_535,
    65_536,
    65_537,
    BLOCK - 1,
    BLOCK,
    BLOCK + 1,
    7 * BLOCK,
    7 * BLOCK + 65_536,
    12 * BLOCK + 5,
  ]) {
    it(`opens to the ${sizeBytes} bytes that it was made of, and says their digests`, async () => {
      const plaintext = randomBytes(sizeBytes);
      const key = randomBytes(32);
      const { file, said } = await sealed(pieces(plaintext, 100_003), { hmacKey: key });
      assert.ok((await opened(file)).equals(plaintext));
      assert.deepEqual(said, {
        plaintextBytes: sizeBytes,
        sizeBytes: file.length,
        sha256: createHash('sha256').update(file).digest('hex'),
        hmac: createHmac('sha256', key).update(plaintext).digest('hex'),
      });
    });
  }

  it('is the same file whichever digests are asked for', async () => {
    const plaintext = randomBytes(9 * BLOCK + 3);
    const hmacKey = randomBytes(32);
    const hmac = createHmac('sha256', hmacKey).update(plaintext).digest('hex');
    for (const digests of [{}, { hmacKey }, { sha256: false }, { sha256: false, hmacKey }]) {
      const { file, said } = await sealed(pieces(plaintext, 1_000_003), digests);
      assert.ok((await opened(file)).equals(plaintext));
      assert.equal(said.sha256, 'sha256' in digests ? '' : createHash('sha256').update(file).digest('hex'));
      assert.equal(said.hmac, 'hmacKey' in digests ? hmac : undefined);
    }
  });

  it('keeps files apart that are made at the same time', async () => {
    const plaintexts = Array.from({ length: 4 }, (_, i) => randomBytes(3 * BLOCK + i * 77_777));
    const files = await Promise.all(plaintexts.map((plaintext, i) => sealed(pieces(plaintext, 10_007 * (i + 1)))));
    for (const [i, { file, said }] of files.entries()) {
      assert.ok((await opened(file)).equals(plaintexts[i] as Buffer));
      assert.equal(said.sha256, createHash('sha256').update(file).digest('hex'));
      assert.equal(said.hmac, undefined);
    }
  });

  it('fails with its source, and the next file is made as ever', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield randomBytes(3 * BLOCK);
      throw new Error('the disk went away');
    }
    await assert.rejects(sealed(failing()), /the disk went away/);
    const { file } = await sealed(pieces(Buffer.from('whole'), 2));
    assert.equal((await opened(file)).toString(), 'whole');
  });

  it('stops asking its source when nobody reads on', async () => {
    let isEnded = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield randomBytes(100_000);
      } finally {
        isEnded = true;
      }
    }
    let yielded = 0;
    for await (const _ of sealAgeFile([mine.recipient], endless())) if ((yielded += 1) === 5) break;
    assert.ok(isEnded);
  });
});
