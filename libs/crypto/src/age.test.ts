import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { before, describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { Decrypter } from 'age-encryption';
import fc from 'fast-check';
import {
  AgeError,
  ageDecryptor,
  ageEncryptor,
  ageRecipientOf,
  checkAgeIdentity,
  checkAgeRecipient,
  decryptAge,
  decryptAgeRange,
  encryptAge,
  generateAgeIdentity,
  openAgeFile,
  type AgeCode,
  type AgeIdentity,
} from './index.js';

const CHUNK = 65_536;
const SEALED = CHUNK + 16;

// Bytes that differ everywhere, so that a chunk moved or repeated shows.
const plaintextOf = (sizeBytes: number): Buffer => {
  const bytes = Buffer.alloc(sizeBytes);
  for (let i = 0; i < sizeBytes; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff;
  return bytes;
};

function* pieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] as number);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collect(output: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const bytes of output) all.push(bytes);
  return Buffer.concat(all);
}

async function through(bytes: Buffer, stream: Transform, sizes: readonly number[] = []): Promise<Buffer> {
  let out: Buffer = Buffer.alloc(0);
  await pipeline(Readable.from(pieces(bytes, sizes)), stream, async (output: AsyncIterable<Buffer>) => {
    out = await collect(output);
  });
  return out;
}

/** What came out before the fault, and the fault. */
async function fault(output: AsyncIterable<Buffer>): Promise<{ code: AgeCode; released: Buffer }> {
  const all: Buffer[] = [];
  try {
    for await (const bytes of output) all.push(bytes);
  } catch (error) {
    assert.ok(error instanceof AgeError, String(error));
    return { code: error.code, released: Buffer.concat(all) };
  }
  throw new assert.AssertionError({ message: 'a bad file was accepted' });
}

const headerEnd = (file: Buffer): number => file.indexOf('\n', file.indexOf('\n---') + 1) + 1;
const source = (file: Buffer) => ({
  sizeBytes: file.length,
  read: (start: number, end: number) => Promise.resolve(file.subarray(start, end)),
});

let mine: AgeIdentity;
let other: AgeIdentity;
before(async () => {
  mine = await generateAgeIdentity();
  other = await generateAgeIdentity();
});

describe('an age file', () => {
  it('opens for each of its recipients and gives the same bytes, whatever pieces go in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom(0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK),
          fc.nat({ max: 300_000 }),
        ),
        fc.array(fc.integer({ min: 1, max: 150_000 }), { maxLength: 4 }),
        async (sizeBytes, cuts) => {
          const plaintext = plaintextOf(sizeBytes);
          const small = cuts.map((n) => Math.max(n, 500));
          const recipients = [mine.recipient, other.recipient];
          const fromStream = await through(plaintext, await ageEncryptor(recipients), small);
          const fromIteration = await collect(encryptAge(recipients, pieces(plaintext, small)));
          for (const file of [fromStream, fromIteration]) {
            const chunks = Math.max(1, Math.ceil(sizeBytes / CHUNK));
            assert.equal(file.length, headerEnd(file) + 16 + sizeBytes + 16 * chunks);
            assert.ok((await through(file, await ageDecryptor([mine.identity]), small)).equals(plaintext));
            assert.ok((await collect(decryptAge([other.identity], pieces(file, small)))).equals(plaintext));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('opens with another implementation', async () => {
    const plaintext = plaintextOf(2 * CHUNK + 5);
    const decrypter = new Decrypter();
    decrypter.addIdentity(mine.identity);
    const file = await collect(encryptAge([mine.recipient], [plaintext]));
    assert.ok(Buffer.from(await decrypter.decrypt(file)).equals(plaintext));
  });

  it('has a file key and a nonce of its own each time', async () => {
    const [one, two] = await Promise.all([0, 1].map(() => collect(encryptAge([mine.recipient], [plaintextOf(64)]))));
    assert.ok(one && two && one.length === two.length);
    assert.notDeepEqual(one.subarray(0, headerEnd(one)), two.subarray(0, headerEnd(two)));
    assert.notDeepEqual(one.subarray(-96, -80), two.subarray(-96, -80));
    assert.notDeepEqual(one.subarray(-80), two.subarray(-80));
  });

  it('is not whole when its source fails, however the bytes end', async () => {
    const failing = async function* () {
      yield plaintextOf(2 * CHUNK + 10);
      throw new Error('the disk went away');
    };
    const written: Buffer[] = [];
    const run = (async () => {
      for await (const bytes of encryptAge([mine.recipient], failing())) written.push(bytes);
    })();
    await assert.rejects(run, /the disk went away/);
    const { code, released } = await fault(decryptAge([mine.identity], written));
    assert.equal(code, 'age-truncated');
    assert.ok(
      plaintextOf(2 * CHUNK)
        .subarray(0, released.length)
        .equals(released),
    );

    const partial = new PassThrough();
    const kept: Buffer[] = [];
    partial.on('data', (bytes: Buffer) => kept.push(bytes));
    await assert.rejects(pipeline(Readable.from(failing()), await ageEncryptor([mine.recipient]), partial), /the disk went away/);
    assert.ok((await fault(decryptAge([mine.identity], kept))).released.length <= 2 * CHUNK);
  });
});

describe('an age file that is not what was made', () => {
  const plaintext = plaintextOf(3 * CHUNK + 1_000);
  let file: Buffer;
  let payload: number;
  before(async () => {
    file = await collect(encryptAge([mine.recipient, other.recipient], [plaintext]));
    payload = headerEnd(file) + 16;
  });
  const chunk = (index: number) => file.subarray(payload + index * SEALED, payload + (index + 1) * SEALED);

  /** Every door refuses; what came out before is a true beginning, in whole chunks. */
  async function refused(bad: Buffer, sizes: readonly number[] = []): Promise<{ code: AgeCode; released: Buffer }> {
    const byIteration = await fault(decryptAge([mine.identity], pieces(bad, sizes)));
    const decryptor = await ageDecryptor([mine.identity]);
    const byStream = await fault(
      (async function* () {
        yield* Readable.from(pieces(bad, sizes))
          .on('error', () => {})
          .pipe(decryptor) as AsyncIterable<Buffer>;
      })(),
    );
    const inPlaces = await fault(
      (async function* () {
        const opened = await openAgeFile([mine.identity], source(bad));
        yield* opened.read(0, opened.plaintextBytes);
      })(),
    );
    for (const { released } of [byIteration, byStream, inPlaces]) {
      assert.ok(plaintext.subarray(0, released.length).equals(released));
      assert.ok(released.length < plaintext.length);
      assert.equal(released.length % CHUNK, 0);
    }
    assert.equal(byStream.code, byIteration.code);
    return byIteration;
  }

  it('with any one bit turned is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat({ max: file.length - 1 }), fc.nat({ max: payload + 20 })),
        fc.nat({ max: 7 }),
        async (at, bit) => {
          const bad = Buffer.from(file);
          bad[at]! ^= 1 << bit;
          const { code, released } = await refused(bad, [40_000]);
          if (at >= payload) {
            assert.equal(code, 'age-payload-altered');
            assert.ok(released.length <= Math.floor((at - payload) / SEALED) * CHUNK);
          } else assert.equal(released.length, 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cut short anywhere is refused', async () => {
    const edges = [0, 1, 21, 22, payload - 17, payload - 16, payload - 1, payload, payload + 15, payload + 16];
    for (const index of [1, 2, 3]) for (const by of [-1, 0, 1, 16, 17]) edges.push(payload + index * SEALED + by);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constantFrom(...edges), fc.nat({ max: file.length - 1 })), async (sizeBytes) => {
        await refused(file.subarray(0, sizeBytes), [70_000]);
      }),
      { numRuns: 60 },
    );
    for (const index of [0, 1, 2, 3]) {
      assert.equal((await refused(file.subarray(0, payload + index * SEALED))).code, 'age-truncated');
    }
  });

  it('with bytes after its end is refused', async () => {
    for (const extra of [1, 16, 17, SEALED]) await refused(Buffer.concat([file, Buffer.alloc(extra)]));
    await refused(Buffer.concat([file, chunk(3)]));
  });

  it('with chunks swapped, repeated, left out or taken from another file is refused', async () => {
    const head = file.subarray(0, payload);
    const sibling = await collect(encryptAge([mine.recipient, other.recipient], [plaintext]));
    const foreign = sibling.subarray(headerEnd(sibling) + 16);
    const cases: [Buffer[], number][] = [
      [[chunk(1), chunk(0), chunk(2), chunk(3)], 0],
      [[chunk(0), chunk(0), chunk(2), chunk(3)], 1],
      [[chunk(0), chunk(2), chunk(3)], 1],
      [[chunk(0), chunk(1), chunk(3), chunk(2)], 2],
      [[chunk(0), foreign.subarray(SEALED, 2 * SEALED), chunk(2), chunk(3)], 1],
      [[foreign], 0],
    ];
    for (const [chunks, whole] of cases) {
      const { code, released } = await refused(Buffer.concat([head, ...chunks]));
      assert.equal(code, 'age-payload-altered');
      assert.ok(released.length <= whole * CHUNK);
    }
  });

  it('with a recipient removed, added or altered in its header is refused', async () => {
    const text = file.toString('latin1', 0, payload - 16);
    const stanzas = text.split('-> ').slice(1);
    assert.equal(stanzas.length, 2);
    const [first = '', second = ''] = stanzas;
    const mac = second.slice(second.indexOf('---'));
    const rest = file.subarray(payload - 16);
    const withHeader = (header: string) => Buffer.concat([Buffer.from(header, 'latin1'), rest]);
    const version = 'age-encryption.org/v1\n';
    assert.equal((await refused(withHeader(`${version}-> ${first}${mac}`))).code, 'age-header-altered');
    assert.equal((await refused(withHeader(`${version}-> ${first}-> grease x\n\n-> ${second}`))).code, 'age-header-altered');
    assert.equal((await refused(withHeader(`${version}${mac}`))).code, 'age-no-identity-matches');
  });

  it('for others, or of another kind, is named as such', async () => {
    const stranger = await generateAgeIdentity();
    const codeOf = async (bytes: Buffer, identities = [mine.identity]) => (await fault(decryptAge(identities, [bytes]))).code;
    assert.equal(await codeOf(file, [stranger.identity]), 'age-no-identity-matches');
    assert.equal(await codeOf(file, []), 'age-no-identity-matches');
    assert.equal(await codeOf(Buffer.from('name,code\n1,2\n')), 'age-not-an-age-file');
    assert.equal(await codeOf(Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\n')), 'age-armored');
    assert.equal(await codeOf(Buffer.from(`age-encryption.org/v1\n-> X25519 ${'a'.repeat(100_000)}`)), 'age-header-malformed');
    assert.equal(await codeOf(Buffer.alloc(0)), 'age-truncated');
  });
});

describe('age streams hold little', () => {
  const PIECE = CHUNK;
  async function* endless(counter: { bytes: number }, first: Buffer = Buffer.alloc(0)): AsyncGenerator<Buffer> {
    if (first.length > 0) yield first;
    for (;;) {
      counter.bytes += PIECE;
      yield Buffer.alloc(PIECE);
    }
  }

  it('an iteration takes in no more than it gives out', async () => {
    const taken = { bytes: 0 };
    let given = 0;
    for await (const bytes of encryptAge([mine.recipient], endless(taken))) {
      given += bytes.length;
      assert.ok(taken.bytes - given <= 2 * PIECE);
      if (given > 20 * PIECE) break;
    }
  });

  it('a stream stops reading when nobody takes its output', async () => {
    const taken = { bytes: 0 };
    const encryptor = await ageEncryptor([mine.recipient]);
    const running = pipeline(Readable.from(endless(taken)), encryptor).catch(() => {});
    // Until nothing was taken in for a while, however slow the machine; a stream without a brake never gets there.
    for (let still = 0, last = -1; still < 10; still = taken.bytes === last && last > 0 ? still + 1 : 0) {
      last = taken.bytes;
      assert.ok(last < 40 * PIECE, `${last} bytes taken in and none taken out`);
      await new Promise((done) => setTimeout(done, 15));
    }
    encryptor.destroy();
    await running;
  });

  it('one huge piece comes out chunk by chunk', async () => {
    const sizes: number[] = [];
    for await (const bytes of encryptAge([mine.recipient], [plaintextOf(10 * CHUNK)])) sizes.push(bytes.length);
    assert.deepEqual(
      sizes.slice(1),
      Array.from({ length: 10 }, () => SEALED),
    );
  });
});

describe('reading an age file in places', () => {
  const plaintext = plaintextOf(20 * CHUNK + 77);
  let file: Buffer;
  before(async () => {
    file = await collect(encryptAge([mine.recipient], [plaintext]));
  });

  it('gives what a slice of the plaintext gives', async () => {
    const opened = await openAgeFile([mine.identity], source(file));
    assert.equal(opened.plaintextBytes, plaintext.length);
    const place = fc.oneof(
      fc.nat({ max: plaintext.length }),
      fc.constantFrom(0, CHUNK - 1, CHUNK, CHUNK + 1, 17 * CHUNK, plaintext.length - 77, plaintext.length),
    );
    await fc.assert(
      fc.asyncProperty(place, place, async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        assert.ok((await collect(opened.read(from, to))).equals(plaintext.subarray(from, to)));
      }),
    );
    assert.ok((await collect(decryptAgeRange([mine.identity], source(file), 5, 70_000))).equals(plaintext.subarray(5, 70_000)));
    for (const [from, to] of [
      [-1, 5],
      [5, 4],
      [0, plaintext.length + 1],
      [0.5, 1],
    ] as const) {
      assert.equal((await fault(opened.read(from, to))).code, 'age-range-outside');
    }
  });

  it('reads only what it needs', async () => {
    const asked: number[] = [];
    const opened = await openAgeFile([mine.identity], {
      sizeBytes: file.length,
      read: (start, end) => {
        asked.push(end - start);
        return Promise.resolve(file.subarray(start, end));
      },
    });
    asked.length = 0;
    await collect(opened.read(3 * CHUNK + 1, 3 * CHUNK + 2));
    assert.deepEqual(asked, [SEALED]);
    asked.length = 0;
    await collect(opened.read(0, plaintext.length));
    assert.deepEqual(asked, [16 * SEALED, 4 * SEALED + 77 + 16]);
  });

  it('works on an empty file', async () => {
    const empty = await collect(encryptAge([mine.recipient], []));
    const opened = await openAgeFile([mine.identity], source(empty));
    assert.equal(opened.plaintextBytes, 0);
    assert.equal((await collect(opened.read(0, 0))).length, 0);
  });

  it('refuses a file cut at a chunk before giving any of it', async () => {
    const start = headerEnd(file) + 16;
    for (const bad of [file.subarray(0, start + 5 * SEALED), file.subarray(0, start), file.subarray(0, start + SEALED + 3)]) {
      await assert.rejects(openAgeFile([mine.identity], source(bad)), (e) => e instanceof AgeError && e.code === 'age-truncated');
    }
    await assert.rejects(openAgeFile([mine.identity], source(Buffer.concat([file, Buffer.alloc(30)]))), {
      code: 'age-payload-altered',
    });
  });

  it('refuses a source that answers fewer bytes than it announced', async () => {
    const short = {
      sizeBytes: file.length,
      read: (start: number, end: number) => Promise.resolve(file.subarray(start, end - 1)),
    };
    await assert.rejects(openAgeFile([mine.identity], short), { code: 'age-truncated' });
  });
});

describe('recipients and identities', () => {
  const malformed = { name: 'AgeError', code: 'age-recipient-malformed' };

  it('belong together', async () => {
    checkAgeRecipient(mine.recipient);
    checkAgeIdentity(mine.identity);
    assert.equal(await ageRecipientOf(mine.identity), mine.recipient);
  });

  it('are refused when misspelt', async () => {
    const last = mine.recipient.at(-1) === 'q' ? 'p' : 'q';
    const misspelt = [
      '',
      'age1',
      mine.recipient.toUpperCase(),
      `${mine.recipient} `,
      mine.recipient.slice(0, -1) + last,
      mine.identity,
    ];
    for (const recipient of misspelt) {
      assert.throws(() => checkAgeRecipient(recipient), malformed, recipient);
      await assert.rejects(ageEncryptor([mine.recipient, recipient]), malformed);
    }
    for (const identity of ['', mine.recipient, mine.identity.toLowerCase(), mine.identity.slice(0, -1)]) {
      assert.throws(() => checkAgeIdentity(identity), { code: 'age-identity-malformed' });
    }
    // Right letters, wrong checksum.
    const wrong = mine.identity.slice(0, -1) + (mine.identity.endsWith('Q') ? 'P' : 'Q');
    const tries = [ageDecryptor([wrong]), ageRecipientOf(wrong), decryptAge([wrong], []).next()];
    for (const attempt of tries) {
      await assert.rejects(attempt, (error) => {
        assert.ok(error instanceof AgeError && error.code === 'age-identity-malformed');
        // One letter of a secret is wrong: the rest must not stand in a log.
        assert.ok(!inspect(error, { depth: 9 }).includes(wrong.slice(20, 40)));
        return true;
      });
    }
  });

  it('are refused when their point keeps no secret or has a second spelling', () => {
    const points = {
      'u = 0': 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z',
      'u = 1': 'age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya',
      'order 8': 'age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9',
      'order 8, the other': 'age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz9ts6wm9s8',
      'u = p - 1': 'age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m',
      'u = p': 'age1ahlllllllllllllllllllllllllllllllllllllllllllllllalsn46ayy',
      'u = p + 1': 'age1amlllllllllllllllllllllllllllllllllllllllllllllllalselrwrv',
      'u = p + 9, which is 9': 'age17mlllllllllllllllllllllllllllllllllllllllllllllllalsxajvgg',
      'u = 9 with the high bit': 'age1pyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqyr3apl',
    };
    for (const [name, recipient] of Object.entries(points)) assert.throws(() => checkAgeRecipient(recipient), malformed, name);
    checkAgeRecipient('age1pyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq8r66x'); // u = 9, the base point itself
  });

  it('are one to many', async () => {
    for (const count of [0, 257]) {
      await assert.rejects(ageEncryptor(Array.from({ length: count }, () => mine.recipient)), { code: 'age-recipients-count' });
    }
    const many = await collect(
      encryptAge(
        Array.from({ length: 256 }, () => mine.recipient),
        [Buffer.from('x')],
      ),
    );
    assert.equal((await collect(decryptAge([mine.identity], [many]))).toString(), 'x');
  });
});

describe('the age command', () => {
  const present = (t: TestContext): boolean => {
    if (spawnSync('age', ['--version']).status === 0) return true;
    t.skip('no age command here (Debian package age)');
    return false;
  };
  const folder = (t: TestContext): ((name: string) => string) => {
    const path = mkdtempSync(join(tmpdir(), 'age-'));
    t.after(() => rmSync(path, { recursive: true }));
    return (name) => join(path, name);
  };
  const sizes = [0, 1, CHUNK, 2 * CHUNK, 200_000];

  it('opens what we encrypt, for every recipient', async (t) => {
    if (!present(t)) return;
    const at = folder(t);
    writeFileSync(at('mine'), `${mine.identity}\n`, { mode: 0o600 });
    writeFileSync(at('other'), `${other.identity}\n`, { mode: 0o600 });
    for (const sizeBytes of sizes) {
      writeFileSync(at('file.age'), await collect(encryptAge([mine.recipient, other.recipient], [plaintextOf(sizeBytes)])));
      for (const name of ['mine', 'other']) {
        const opened = spawnSync('age', ['-d', '-i', at(name), at('file.age')], { maxBuffer: 1 << 24 });
        assert.equal(opened.status, 0, String(opened.stderr));
        assert.ok(opened.stdout.equals(plaintextOf(sizeBytes)));
      }
    }
  });

  it('encrypts what we open', async (t) => {
    if (!present(t)) return;
    const at = folder(t);
    for (const sizeBytes of sizes) {
      const args = ['-r', mine.recipient, '-r', other.recipient, '-o', at('file.age')];
      const made = spawnSync('age', args, { input: plaintextOf(sizeBytes) });
      assert.equal(made.status, 0, String(made.stderr));
      const file = readFileSync(at('file.age'));
      assert.ok((await through(file, await ageDecryptor([mine.identity]))).equals(plaintextOf(sizeBytes)));
      const opened = await openAgeFile([other.identity], source(file));
      assert.ok((await collect(opened.read(0, opened.plaintextBytes))).equals(plaintextOf(sizeBytes)));
      rmSync(at('file.age'));
    }
  });

  it('makes identities as ours', async (t) => {
    if (!present(t)) return;
    const made = spawnSync('age-keygen', { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    const identity = /^AGE-SECRET-KEY-1.*$/m.exec(made.stdout)?.[0] ?? '';
    const recipient = /^# public key: (age1.*)$/m.exec(made.stdout)?.[1];
    assert.equal(await ageRecipientOf(identity), recipient);
  });
});
