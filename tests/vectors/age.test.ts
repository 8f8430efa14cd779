import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { inflateSync } from 'node:zlib';
import { armor, Decrypter } from 'age-encryption';
import * as published from 'cctv-age';
import { AgeError, ageDecryptor, decryptAge, decryptAgeFile, openAgeFile } from '#crypto';
import { decryptorWith } from '../../libs/crypto/src/age-stream.js';

interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly identities: string[];
  readonly passphrases: string[];
  readonly payloadSha256: string | undefined;
  readonly armored: boolean;
  readonly file: Buffer;
}

// The format of these files: https://c2sp.org/CCTV/age. Fields, a blank line, the file.
function parse(name: string, bytes: Uint8Array): Vector {
  const all = Buffer.from(bytes);
  const end = all.indexOf('\n\n');
  const fields = all
    .toString('utf8', 0, end)
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const);
  const each = (key: string) => fields.filter(([k]) => k === key).map(([, v]) => v);
  const body = all.subarray(end + 2);
  return {
    name,
    expect: each('expect')[0] as string,
    identities: each('identity'),
    passphrases: each('passphrase'),
    payloadSha256: each('payload')[0],
    armored: each('armored')[0] === 'yes',
    file: each('compressed')[0] === 'zlib' ? inflateSync(body) : body,
  };
}

// What each outcome is called here. "stream_no_nonce" and the like count as header failures there and as truncated here.
const codes: Record<string, string[]> = {
  'header failure': ['age-header-malformed', 'age-not-an-age-file', 'age-truncated'],
  'HMAC failure': ['age-header-altered'],
  'no match': ['age-no-identity-matches'],
  'payload failure': ['age-payload-altered', 'age-truncated'],
};

interface Outcome {
  readonly code: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

async function outcome(output: AsyncIterable<Uint8Array>): Promise<Outcome> {
  const digest = createHash('sha256');
  let code = 'success';
  let sizeBytes = 0;
  try {
    for await (const bytes of output) {
      digest.update(bytes);
      sizeBytes += bytes.length;
    }
  } catch (error) {
    assert.ok(error instanceof AgeError, String(error));
    code = error.code;
  }
  return { code, sha256: digest.digest('hex'), sizeBytes };
}

async function outcomeOfStream(file: Iterable<Buffer>, decryptor: Transform): Promise<Outcome> {
  const digest = createHash('sha256');
  let code = 'success';
  let sizeBytes = 0;
  try {
    await pipeline(Readable.from(file), decryptor, async (output: AsyncIterable<Buffer>) => {
      for await (const bytes of output) {
        digest.update(bytes);
        sizeBytes += bytes.length;
      }
    });
  } catch (error) {
    assert.ok(error instanceof AgeError, String(error));
    code = error.code;
  }
  return { code, sha256: digest.digest('hex'), sizeBytes };
}

const NOTHING = createHash('sha256').digest('hex');

// The published digest of a payload failure is of every chunk that is authentic in itself. In these files the last such chunk
// contradicts its place (the last one with more behind it, an inner one with nothing behind it): we hand it out to nobody.
const HELD_BACK = new Set([
  'armor_garbage_encoded',
  'stream_no_final_full',
  'stream_no_final_two_chunks_full',
  'stream_trailing_garbage_long',
  'stream_trailing_garbage_short',
  'stream_two_final_chunks',
  'stream_two_final_chunks_full',
  'stream_two_final_chunks_second',
]);

function agrees(vector: Vector, { code, sha256, sizeBytes }: Outcome, everyChunk: boolean): void {
  if (vector.expect === 'success') assert.equal(code, 'success');
  else assert.ok(codes[vector.expect]?.includes(code), `${code} is not ${vector.expect}`);
  if (vector.expect === 'payload failure' && (!everyChunk || HELD_BACK.has(vector.name))) assert.equal(sizeBytes % 65_536, 0);
  else assert.equal(sha256, vector.payloadSha256 ?? NOTHING);
}

// In pieces that fit no boundary of the format.
function* pieces(file: Buffer, sizeBytes: number): Generator<Buffer> {
  for (let at = 0; at < file.length; at += sizeBytes) yield file.subarray(at, at + sizeBytes);
}

const vectors = Object.entries(published as unknown as Record<string, Uint8Array>)
  .filter(([, bytes]) => bytes instanceof Uint8Array)
  .map(([name, bytes]) => parse(name, bytes));

describe('age, published vectors (C2SP CCTV)', () => {
  it('are all 143', () => assert.equal(vectors.length, 143));

  for (const vector of vectors) {
    const { name, expect, identities, passphrases, armored } = vector;

    // Armor is not ours: we refuse it by name. Where the armor is sound, another library takes it off and the file is judged.
    if (expect === 'armor failure') {
      it(`${name}: refused as armored`, async () => {
        const { code, sha256 } = await outcomeOfStream([vector.file], await ageDecryptor(identities));
        assert.ok(['age-armored', 'age-not-an-age-file'].includes(code), code);
        assert.equal(sha256, NOTHING);
      });
      continue;
    }

    it(`${name}: ${expect}`, async () => {
      const file = armored ? Buffer.from(armor.decode(vector.file.toString('latin1'))) : vector.file;
      const x25519 =
        passphrases.length === 0 && identities.length > 0 && !identities.some((i) => i.startsWith('AGE-SECRET-KEY-PQ-'));

      for (const sizeBytes of [file.length + 1, 65_537, 4_099, ...(file.length < 2_000 ? [1] : [])]) {
        const decrypter = new Decrypter();
        for (const identity of identities) decrypter.addIdentity(identity);
        for (const passphrase of passphrases) decrypter.addPassphrase(passphrase);
        // A Node stream that fails drops what nobody has read yet, so of the chunks before the fault any number may come out.
        agrees(vector, await outcomeOfStream(pieces(file, sizeBytes), decryptorWith(decrypter)), false);
        if (x25519) {
          agrees(vector, await outcome(decryptAge(identities, pieces(file, sizeBytes))), true);
          agrees(vector, await outcome(decryptAgeFile(identities, Readable.from(pieces(file, sizeBytes)))), true);
        }
        // Each scrypt header costs most of a second, and cutting it elsewhere shows nothing that X25519 does not show.
        else if (passphrases.length > 0) break;
      }

      if (x25519) {
        const source = {
          sizeBytes: file.length,
          read: (start: number, end: number) => Promise.resolve(file.subarray(start, end)),
        };
        const all = async function* () {
          const opened = await openAgeFile(identities, source);
          yield* opened.read(0, opened.plaintextBytes);
        };
        // It looks at the last chunk first, so of a bad payload it may give nothing at all.
        agrees(vector, await outcome(all()), false);
      }
    });
  }
});
