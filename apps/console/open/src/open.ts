import { Refusal, type DeliveryManifest } from '#contracts';
import { decodeBase64Url } from '#crypto';
import { decryptUncompared, openDeliveryStream } from '#delivery';
import { checkDeliveryManifest } from '#ledger';
import type { Chosen } from './files.js';
import type { Target } from './save.js';

export type Check = 'checkManifest' | 'checkSignature' | 'checkCiphertext' | 'checkDecrypted' | 'checkPlaintext' | 'checkRows';
export const checks: readonly Check[] = [
  'checkManifest',
  'checkSignature',
  'checkCiphertext',
  'checkDecrypted',
  'checkPlaintext',
  'checkRows',
];

/** How opening ended: what each check said (left out: it was not made), and what was saved, or why nothing was. */
export interface Outcome {
  readonly said: Readonly<Partial<Record<Check, boolean>>>;
  readonly saved?: {
    readonly name: string;
    readonly plaintextBytes: number;
    readonly ciphertextSha256: string;
    readonly compared: boolean;
  };
  readonly refusal?: Refusal;
  readonly cancelled?: true;
  readonly failure?: string;
}

/** Opens what was chosen into the target. Never throws: whatever happens is an outcome. */
export async function open(
  chosen: Chosen & Required<Pick<Chosen, 'age' | 'identity'>>,
  target: Target,
  onProgress: (doneBytes: number) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const said: Partial<Record<Check, boolean>> = chosen.manifest ? { checkManifest: true } : {};
  const stream = {
    ciphertext: chosen.age,
    identities: chosen.identity.secrets,
    sink: target.sink,
    onProgress: breathing(onProgress),
    signal,
  };
  try {
    if (!chosen.manifest) {
      const opened = await decryptUncompared(stream);
      return { said: { checkDecrypted: true }, saved: { name: target.name, compared: false, ...opened } };
    }
    const manifest = chosen.manifest.says;
    if (chosen.trustRoot) {
      said.checkSignature = false;
      checkDeliveryManifest(manifest, chosen.trustRoot.says);
      said.checkSignature = true;
    }
    const opened = await openDeliveryStream(stream, { expected: manifest, plaintextHmacKey: keyOf(manifest) });
    for (const check of checks.slice(2)) said[check] = true;
    return { said, saved: { name: target.name, compared: true, ...opened } };
  } catch (error) {
    if (!target.sink.locked) await target.sink.abort().catch(() => undefined);
    await target.undo().catch(() => undefined);
    if (signal.aborted) return { said, cancelled: true };
    if (!(error instanceof Refusal)) return { said, failure: error instanceof Error ? error.message : String(error) };
    return { said: { ...said, ...failedCheck(error, chosen.manifest !== undefined) }, refusal: error };
  }
}

function keyOf(manifest: DeliveryManifest): Uint8Array {
  return decodeBase64Url(manifest.plaintextHmacKey, 32) ?? new Uint8Array(32);
}

// The checks are made in their order: those before the one that failed have passed.
function failedCheck(refusal: Refusal, compared: boolean): Partial<Record<Check, boolean>> {
  if (refusal.code === 'identity-not-recipient') return { ...(compared ? { checkCiphertext: true } : {}), checkDecrypted: false };
  if (refusal.code !== 'digest-mismatch') return {};
  if (!compared) return { checkDecrypted: false };
  switch (refusal.details['of']) {
    case 'ciphertext':
      return { checkCiphertext: false };
    case 'plaintext':
      return { checkCiphertext: true, checkPlaintext: false };
    default:
      return { checkCiphertext: true, checkDecrypted: true, checkPlaintext: true, checkRows: false };
  }
}

const breatheEveryMs = 40;

/** Reports progress and now and then lets the page draw and take clicks. A timer would be slowed down in a page that is not in front. */
function breathing(onProgress: (doneBytes: number) => void): (doneBytes: number) => void | Promise<void> {
  let last = performance.now();
  return (doneBytes) => {
    if (performance.now() - last < breatheEveryMs) return;
    onProgress(doneBytes);
    return new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => {
        port1.close();
        last = performance.now();
        done();
      });
      port1.start();
      port2.postMessage(undefined);
    });
  };
}
