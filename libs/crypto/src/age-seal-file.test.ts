import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ByteReader } from './age-file-on-threads.js';
import { sealAgeFile, type SealedAgeFile, type SealingDigests } from './age-seal-file.js';
import { decryptAge, generateAgeIdentity } from './index.js';

const BLOCK = 1024 * 1024;
const mine = await generateAgeIdentity();

async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** A reader that fills what it is given only up to a prime number of bytes, as files may; says what was asked of it. */
function reader(bytes: Uint8Array, readBytes: number) {
  let at = 0;
  const asked = { isReading: false, closed: 0, overlaps: 0 };
  return {
    asked,
    async read(memory: Uint8Array): Promise<number> {
      asked.overlaps += Number(asked.isReading || asked.closed > 0);
      asked.isReading = true;
      await setImmediate();
      const some = bytes.subarray(at, at + Math.min(readBytes, memory.length));
      memory.set(some);
      at += some.length;
      asked.isReading = false;
      return some.length;
    },
    async close(): Promise<void> {
      asked.overlaps += Number(asked.isReading);
      asked.closed += 1;
    },
  };
}

/** Everything that is yielded, copied as a consumer must, and what the end answers. */
async function sealed(
  plaintext: AsyncIterable<Uint8Array> | ByteReader,
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
    2 * BLOCK,
    2 * BLOCK + 1,
    4 * BLOCK,
    7 * BLOCK,
    7 * BLOCK + 65_536,
    12 * BLOCK + 5,
    40 * BLOCK,
    41 * BLOCK + 5,
  ]) {
    it(`opens to the ${sizeBytes} bytes that it was made of, and says their digests`, async () => {
      const plaintext = randomBytes(sizeBytes);
      const key = randomBytes(32);
      const [short, whole] = [reader(plaintext, 1_000_003), reader(plaintext, Infinity)];
      for (const source of [pieces(plaintext, 100_003), short, whole]) {
        const { file, said } = await sealed(source, { hmacKey: key });
        assert.ok((await opened(file)).equals(plaintext));
        assert.deepEqual(said, {
          plaintextBytes: sizeBytes,
          sizeBytes: file.length,
          sha256: createHash('sha256').update(file).digest('hex'),
          hmac: createHmac('sha256', key).update(plaintext).digest('hex'),
        });
      }
      for (const { asked } of [short, whole]) assert.deepEqual(asked, { isReading: false, closed: 1, overlaps: 0 });
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
    for (const wholeBytes of [0, 3 * BLOCK, 40 * BLOCK]) {
      const broken = reader(randomBytes(wholeBytes), Infinity);
      const read = async (memory: Uint8Array): Promise<number> => {
        const count = await broken.read(memory);
        if (count === 0) throw new Error('the disk went away');
        return count;
      };
      await assert.rejects(sealed({ ...broken, read }), /the disk went away/);
      assert.deepEqual(broken.asked, { isReading: false, closed: 1, overlaps: 0 });
    }
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
    const long = reader(randomBytes(40 * BLOCK), Infinity);
    for await (const _ of sealAgeFile([mine.recipient], long)) if ((yielded += 1) === 10) break;
    assert.deepEqual(long.asked, { isReading: false, closed: 1, overlaps: 0 });
    const unwanted = reader(randomBytes(10), Infinity);
    await assert.rejects(sealAgeFile(['age1nobody'], unwanted).next());
    assert.equal(unwanted.asked.closed, 1);
  });
});
