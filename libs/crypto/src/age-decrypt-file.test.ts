import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { AgeError, decryptAge, decryptAgeFile, encryptAge, generateAgeIdentity } from './index.js';
import { makeAgeHeader } from './age-header.js';
import { payloadKey, sealChunk } from './age-payload.js';

const CHUNK = 65_536;
const SEALED = CHUNK + 16;
const BLOCK = 32 * CHUNK;
const [mine, other] = [await generateAgeIdentity(), await generateAgeIdentity()];

async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  // One piece of memory for all of them, as a source may have it.
  const memory = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    memory.set(piece);
    yield memory.subarray(0, piece.length);
  }
}

async function fileOf(plaintext: Uint8Array): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of encryptAge([mine.recipient], [plaintext])) parts.push(part);
  return Buffer.concat(parts);
}

interface Came {
  readonly released: Buffer;
  readonly code?: string;
}

/** What came out, copied as a consumer must, and the fault, if it ended in one. */
async function cameOf(opening: AsyncIterable<Uint8Array>): Promise<Came> {
  const parts: Buffer[] = [];
  try {
    for await (const bytes of opening) parts.push(Buffer.from(bytes));
    return { released: Buffer.concat(parts) };
  } catch (error) {
    assert.ok(error instanceof AgeError, String(error));
    return { released: Buffer.concat(parts), code: error.code };
  }
}

const opened = (file: Uint8Array, pieceBytes = 300_007) =>
  cameOf(decryptAgeFile([other.identity, mine.identity], pieces(file, pieceBytes)));

describe('an age file opened on threads', () => {
  for (const sizeBytes of [
    0,
    1,
    CHUNK,
    CHUNK + 1,
    BLOCK - 1,
    BLOCK,
    BLOCK + 1,
    2 * BLOCK,
    7 * BLOCK,
    7 * BLOCK + CHUNK,
    12 * BLOCK + 5,
  ]) {
    it(`gives the ${sizeBytes} bytes that it was made of, whatever pieces go in`, async () => {
      const plaintext = randomBytes(sizeBytes);
      const file = await fileOf(plaintext);
      for (const pieceBytes of [61, 100_003, 5_000_011]) {
        // Small pieces of a large file would only take long.
        if (file.length / pieceBytes > 50_000) continue;
        const { released, code } = await opened(file, pieceBytes);
        assert.equal(code, undefined);
        assert.ok(released.equals(plaintext));
      }
    });
  }

  it('releases what `decryptAge` does of a file that was damaged, and says the same of it', async () => {
    const plaintext = randomBytes(3 * BLOCK + CHUNK + 77);
    const file = await fileOf(plaintext);
    const start = file.length - (plaintext.length + 16 * Math.ceil(plaintext.length / CHUNK));
    const chunk = (index: number) => file.subarray(start + index * SEALED, start + (index + 1) * SEALED);
    const flipped = (at: number) => {
      const damaged = Buffer.from(file);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      return damaged;
    };
    const swapped = Buffer.concat([
      file.subarray(0, start + 40 * SEALED),
      chunk(41),
      chunk(40),
      file.subarray(start + 42 * SEALED),
    ]);
    const damaged = {
      'a bit of the first chunk': flipped(start),
      'the tag of a chunk in the second block': flipped(start + 36 * SEALED - 1),
      'the last byte': flipped(file.length - 1),
      'two chunks swapped': swapped,
      'cut in a chunk': file.subarray(0, start + 70 * SEALED + 1_000),
      'cut between two chunks': file.subarray(0, start + 70 * SEALED),
      'cut between two blocks': file.subarray(0, start + 64 * SEALED),
      'cut inside a tag': file.subarray(0, start + 64 * SEALED + 5),
      'cut before the payload': file.subarray(0, start),
      'cut in the header': file.subarray(0, 50),
      'a byte more': Buffer.concat([file, Buffer.of(0)]),
    };
    for (const [what, bytes] of Object.entries(damaged)) {
      const expected = await cameOf(decryptAge([mine.identity], pieces(bytes, 300_007)));
      const found = await opened(bytes);
      assert.equal(found.code, what.startsWith('cut b') || what.startsWith('cut in the') ? 'age-truncated' : expected.code, what);
      assert.ok(found.code, what);
      assert.ok(found.released.equals(expected.released), what);
      assert.ok(plaintext.subarray(0, found.released.length).equals(found.released), what);
    }
  });

  it('refuses an empty chunk behind full ones, which would give one file two forms', async () => {
    const { header, fileKey } = await makeAgeHeader([mine.recipient]);
    const nonce = randomBytes(16);
    const key = payloadKey(fileKey, nonce);
    const chunks = Array.from({ length: 64 }, (_, i) => sealChunk(key, i, false, Buffer.alloc(CHUNK, i)));
    const empty = sealChunk(key, 64, true, Buffer.alloc(0));
    const { released, code } = await opened(Buffer.concat([header, nonce, ...chunks, empty]));
    assert.equal(code, 'age-payload-altered');
    assert.equal(released.length, 64 * CHUNK);
  });

  it('refuses a file for somebody else', async () => {
    const stranger = await cameOf(decryptAgeFile([other.identity], pieces(await fileOf(randomBytes(9)), 4_096)));
    assert.deepEqual(stranger, { released: Buffer.alloc(0), code: 'age-no-identity-matches' });
  });

  it('keeps files apart that are opened at the same time', async () => {
    const plaintexts = Array.from({ length: 4 }, (_, i) => randomBytes(2 * BLOCK + i * 77_777));
    const files = await Promise.all(plaintexts.map(fileOf));
    const found = await Promise.all(files.map((file, i) => opened(file, 10_007 * (i + 1))));
    for (const [i, { released }] of found.entries()) assert.ok(released.equals(plaintexts[i] as Buffer));
  });

  it('fails with its source, stops asking it when nobody reads on, and opens the next file as ever', async () => {
    const plaintext = randomBytes(4 * BLOCK);
    const file = await fileOf(plaintext);
    let isEnded = false;
    async function* failing(): AsyncGenerator<Uint8Array> {
      try {
        yield file.subarray(0, 3 * BLOCK);
        throw new Error('the disk went away');
      } finally {
        isEnded = true;
      }
    }
    await assert.rejects(async () => {
      for await (const _ of decryptAgeFile([mine.identity], failing())) continue;
    }, /the disk went away/);
    assert.ok(isEnded);
    isEnded = false;
    async function* whole(): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces(file, 100_000);
      } finally {
        isEnded = true;
      }
    }
    for await (const _ of decryptAgeFile([mine.identity], whole())) break;
    assert.ok(isEnded);
    assert.ok((await opened(file)).released.equals(plaintext));
  });
});
