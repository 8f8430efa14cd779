import { randomBytes } from 'node:crypto';
import { Transform } from 'node:stream';
import { makeAgeHeader } from './age-header.js';
import { AGE_PAYLOAD_NONCE_BYTES, payloadKey, PayloadSealer } from './age-payload.js';

/** Header with nonce, and what makes the payload after it. Every call has a fresh file key and nonce. */
async function startAgeFile(recipients: readonly string[]): Promise<{ head: Buffer; sealer: PayloadSealer }> {
  const { header, fileKey } = await makeAgeHeader(recipients);
  const nonce = randomBytes(AGE_PAYLOAD_NONCE_BYTES);
  const sealer = new PayloadSealer(payloadKey(fileKey, nonce));
  fileKey.fill(0);
  return { head: Buffer.concat([header, nonce]), sealer };
}

/**
 * A stream that turns plaintext into an age file to all of the recipients (`age1…`). Holds one chunk of 64 KiB besides what the
 * stream's own buffers hold; respects backpressure. The output is complete only when the stream has ended.
 */
export async function ageEncryptor(recipients: readonly string[]): Promise<Transform> {
  const { head, sealer } = await startAgeFile(recipients);
  const stream = new Transform({
    transform(plaintext: Buffer, _encoding, done) {
      for (const sealed of sealer.push(plaintext)) this.push(sealed);
      done();
    },
    flush(done) {
      this.push(sealer.finish());
      done();
    },
  });
  stream.push(head);
  return stream;
}

/** The same as an iteration: one chunk is made each time one is asked for, however large the pieces of plaintext are. */
export async function* encryptAge(
  recipients: readonly string[],
  plaintext: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  const { head, sealer } = await startAgeFile(recipients);
  yield head;
  for await (const bytes of plaintext) yield* sealer.push(bytes);
  yield sealer.finish();
}
