import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encryptAge, generateAgeIdentity, sha256Hex, type AgeIdentity } from '#crypto';
import { decryptUncompared, openDeliveryStream, type DeliveryStream } from './open-delivery-stream.js';

const plaintextHmacKey = Buffer.alloc(32, 3);
const plaintext = Buffer.from(`id,text\n${Array.from({ length: 40_000 }, (_, i) => `${i},"a\nb"\n`).join('')}`);

/** What became of a sink: nothing shows before it is closed. */
class Sink extends WritableStream<Uint8Array<ArrayBuffer>> {
  fate: 'open' | 'closed' | 'aborted' = 'open';
  readonly written: Uint8Array[] = [];

  constructor(write: (bytes: Uint8Array) => void = () => {}) {
    super({
      write: (bytes) => {
        write(bytes);
        this.written.push(bytes);
      },
      close: () => void (this.fate = 'closed'),
      abort: () => void (this.fate = 'aborted'),
    });
  }
}

describe('a delivery opened as a stream', () => {
  let key: AgeIdentity;
  let file: Buffer<ArrayBuffer>;
  let sealed: Parameters<typeof openDeliveryStream>[1];
  before(async () => {
    key = await generateAgeIdentity();
    const pieces: Uint8Array[] = [];
    for await (const piece of encryptAge([key.recipient], [plaintext])) pieces.push(piece);
    file = Buffer.concat(pieces);
    sealed = {
      expected: {
        ciphertextSha256: sha256Hex(file),
        sizeBytes: file.length,
        plaintextHmac: createHmac('sha256', plaintextHmacKey).update(plaintext).digest('hex'),
        rows: 40_000,
        format: 'csv',
      },
      plaintextHmacKey,
    };
  });
  const stream = (bytes: Uint8Array<ArrayBuffer> = file, more: Partial<DeliveryStream> = {}) => {
    const sink = new Sink();
    return { sink, ciphertext: new Blob([bytes]), identities: [key.identity], ...more } as DeliveryStream & { sink: Sink };
  };
  async function refused(
    opening: ReturnType<typeof stream>,
    code: string,
    of?: string,
    change: Partial<typeof sealed.expected> = {},
  ) {
    const expected = { ...sealed.expected, ...change };
    await assert.rejects(
      openDeliveryStream(opening, { ...sealed, expected }),
      (error: { code: string; details: { of?: string } }) => {
        assert.deepEqual([error.code, error.details.of], [code, of]);
        return true;
      },
    );
    assert.equal(opening.sink.fate, 'aborted');
  }

  test('everything agrees: the sink is closed with the bytes of the plaintext, and says what it read', async () => {
    const seen: number[] = [];
    for (const ciphertext of [new Blob([file]), new Blob([file]).stream() as ReadableStream<Uint8Array>]) {
      const opening = stream(file, { ciphertext, onProgress: (done) => void seen.push(done) });
      const opened = await openDeliveryStream(opening, sealed);
      assert.deepEqual(opened, {
        ciphertextSha256: sha256Hex(file),
        sizeBytes: file.length,
        plaintextBytes: plaintext.length,
        rows: 40_000,
      });
      assert.equal(opening.sink.fate, 'closed');
      assert.ok(Buffer.concat(opening.sink.written).equals(plaintext));
      assert.equal(seen.at(-1), file.length);
    }
  });

  test('a private key of WebCrypto that cannot be exported opens it as well', async () => {
    const bytes = Buffer.from(await rawSecret(key.identity), 'hex');
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), bytes]);
    const held = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'X25519' }, false, ['deriveBits']);
    assert.equal(held.extractable, false);
    const opening = stream(file, { identities: [held] });
    assert.equal((await openDeliveryStream(opening, sealed)).rows, 40_000);
  });

  test('an altered byte anywhere makes it another file, whatever else it breaks', async () => {
    for (const at of [0, 30, 170, 300, 70_000, file.length - 1]) {
      const altered = Buffer.from(file);
      altered[at] = (altered[at] as number) ^ 1;
      await refused(stream(altered), 'digest-mismatch', 'ciphertext');
    }
    await refused(stream(file.subarray(0, -1)), 'digest-mismatch', 'ciphertext');
    await refused(stream(Buffer.concat([file, Buffer.of(0)])), 'digest-mismatch', 'ciphertext');
    await refused(stream(Buffer.from('hello')), 'digest-mismatch', 'ciphertext');
  });

  test('a foreign identity, another plaintext, another count are each named', async () => {
    const other = await generateAgeIdentity();
    await refused(stream(file, { identities: [other.identity] }), 'identity-not-recipient');
    await refused(stream(), 'digest-mismatch', 'plaintext', { plaintextHmac: '0'.repeat(64) });
    await refused(stream(), 'digest-mismatch', 'rows', { rows: 39_999 });
    await refused(stream(), 'digest-mismatch', 'rows', { format: 'parquet' });
    const altered = Buffer.from(file);
    altered[70_000] = (altered[70_000] as number) ^ 1;
    await refused(stream(altered), 'digest-mismatch', 'plaintext', { ciphertextSha256: sha256Hex(altered) });
  });

  test('a signal, a source that breaks and a sink that is full end it, and nothing shows', async () => {
    const stop = new AbortController();
    const stopped = stream(file, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
    await assert.rejects(openDeliveryStream(stopped, sealed), { message: 'enough' });
    assert.equal(stopped.sink.fate, 'aborted');

    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(file.subarray(0, 1000));
        controller.error(new Error('the line is down'));
      },
    });
    const cut = stream(file, { ciphertext: broken });
    await assert.rejects(openDeliveryStream(cut, sealed), { message: 'the line is down' });
    assert.equal(cut.sink.fate, 'aborted');

    const full = new Sink(() => {
      throw new Error('the disk is full');
    });
    await assert.rejects(openDeliveryStream(stream(file, { sink: full }), sealed), { message: 'the disk is full' });
    assert.notEqual(full.fate, 'closed');
  });

  test('without anything to compare with it only decrypts, and damage is still found', async () => {
    const opening = stream();
    const opened = await decryptUncompared(opening);
    assert.equal(opened.ciphertextSha256, sha256Hex(file));
    assert.ok(Buffer.concat(opening.sink.written).equals(plaintext));
    const altered = Buffer.from(file);
    altered[70_000] = (altered[70_000] as number) ^ 1;
    const damaged = stream(altered);
    await assert.rejects(decryptUncompared(damaged), { code: 'digest-mismatch' });
    assert.equal(damaged.sink.fate, 'aborted');
  });

  test('a long stream is opened in bounded memory, as slowly as the sink takes it', async () => {
    const zeros = Buffer.alloc(1024 * 1024);
    const endless = async function* () {
      for (let i = 0; i < 48; i++) yield zeros;
    };
    let ahead = 0;
    let mostAhead = 0;
    const source = encryptAge([key.recipient], endless());
    const ciphertext = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value, done } = await source.next();
        if (done) return controller.close();
        ahead += value.length;
        mostAhead = Math.max(mostAhead, ahead);
        controller.enqueue(value);
      },
    });
    const sink = new WritableStream<Uint8Array<ArrayBuffer>>({ write: (bytes) => void (ahead -= bytes.length) });
    const opened = await decryptUncompared({ ciphertext, identities: [key.identity], sink });
    assert.equal(opened.plaintextBytes, 48 * 1024 * 1024);
    assert.ok(mostAhead < 2 * 1024 * 1024, `${mostAhead} bytes lay between source and sink`);
  });

  describe('that was packed', () => {
    const encrypted = async (bytes: Uint8Array) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of encryptAge([key.recipient], [bytes])) pieces.push(piece);
      return Buffer.concat(pieces);
    };
    const sealedAs = (packedFile: Buffer, packed: Buffer) => ({
      ...sealed,
      expected: {
        ...sealed.expected,
        compression: 'gzip' as const,
        ciphertextSha256: sha256Hex(packedFile),
        sizeBytes: packedFile.length,
        plaintextHmac: createHmac('sha256', plaintextHmacKey).update(packed).digest('hex'),
      },
    });

    test('comes out unpacked, its rows counted', async () => {
      const packed = gzipSync(plaintext);
      const packedFile = await encrypted(packed);
      const opening = stream(packedFile);
      const opened = await openDeliveryStream(opening, sealedAs(packedFile, packed));
      assert.equal(opened.rows, 40_000);
      assert.equal(opened.plaintextBytes, plaintext.length);
      assert.ok(Buffer.concat(opening.sink.written).equals(plaintext));
      assert.equal(opening.sink.fate, 'closed');
    });

    test('is refused when it is cut or no gzip, and as another file when it is one', async () => {
      for (const packed of [gzipSync(plaintext).subarray(0, -9), plaintext]) {
        const packedFile = await encrypted(packed);
        const opening = stream(packedFile);
        const of = (error: unknown) => (error as { details: { of: string } }).details.of;
        await assert.rejects(openDeliveryStream(opening, sealedAs(packedFile, packed)), (error) => of(error) === 'plaintext');
        assert.equal(opening.sink.fate, 'aborted');
        const other = sealedAs(Buffer.from('another'), packed);
        await assert.rejects(openDeliveryStream(stream(packedFile), other), (error) => of(error) === 'ciphertext');
      }
    });
  });
});

/** The 32 secret bytes of an identity, hex: bech32 without its checksum. */
async function rawSecret(identity: string): Promise<string> {
  const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
  const bits = [...identity.slice('AGE-SECRET-KEY-1'.length, -6).toLowerCase()]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Array.from({ length: 32 }, (_, i) =>
    Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2)
      .toString(16)
      .padStart(2, '0'),
  ).join('');
}
