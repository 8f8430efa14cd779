// One thread of the raw limit: verifies its share of the signatures each time it is told to, and does nothing else.
import { createPublicKey, verify } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

export interface Share {
  /** DER. */
  readonly publicKey: Uint8Array;
  readonly signed: readonly { readonly statement: Uint8Array; readonly signature: Uint8Array }[];
}

const { publicKey, signed } = workerData as Share;
const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
parentPort?.on('message', () => {
  for (const { statement, signature } of signed)
    if (!verify(null, statement, key, signature)) throw new Error('A signature does not hold');
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage('done');
});
