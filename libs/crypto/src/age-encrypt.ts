import { concatBytes, randomBytes, type Bytes } from '#platform';
import { makeAgeHeader } from './age-header.js';
import { AGE_PAYLOAD_NONCE_BYTES, payloadKey, PayloadSealer } from './age-payload.js';

/** Header with nonce, and what makes the payload after it. Every call has a fresh file key and nonce. */
export async function startAgeFile(recipients: readonly string[]): Promise<{ head: Bytes; sealer: PayloadSealer }> {
  const { header, fileKey } = await makeAgeHeader(recipients);
  const nonce = randomBytes(AGE_PAYLOAD_NONCE_BYTES);
  const sealer = new PayloadSealer(payloadKey(fileKey, nonce));
  fileKey.fill(0);
  return { head: concatBytes([header, nonce]), sealer };
}

/**
 * Turns plaintext into an age file to all of the recipients (`age1…`): one chunk of 64 KiB is made each time one is asked for, however
 * large the pieces of plaintext are. The output is complete only when the iteration has ended.
 */
export async function* encryptAge(
  recipients: readonly string[],
  plaintext: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Bytes, void, undefined> {
  const { head, sealer } = await startAgeFile(recipients);
  yield head;
  for await (const bytes of plaintext) yield* sealer.push(bytes);
  yield sealer.finish();
}
