import { CallError, createClient, refuse, Refusal, routes, type Problem } from '#contracts';
import { createSha256, decodeBase64Url } from '#crypto';
import type { OpenNews, OpenOrder, Target } from './open-messages';
import { ownFile } from './own-files';
import { openDeliveryStream, resumableStream } from '#delivery';

// A worker, so that the page stays alive while hundreds of megabytes are decrypted. It gets one order, and ends.

const tell = (news: OpenNews) => postMessage(news);
const progressEveryMs = 100;
const hmacKeyBytes = 32;

addEventListener('message', ({ data }: MessageEvent<OpenOrder>) => {
  work(data).catch((error: unknown) =>
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error), ...asProblem(error) }),
  );
});

function asProblem(error: unknown): { problem?: Problem } {
  if (error instanceof Refusal) return { problem: error.toProblem() };
  if (error instanceof CallError && error.problem) return { problem: error.problem };
  return {};
}

async function work({ delivery, department, expected, decrypt, target }: OpenOrder): Promise<void> {
  const client = createClient({ baseUrl: location.origin, department: () => department });
  const { signal } = new AbortController();
  const ciphertext = resumableStream({
    sizeBytes: expected.sizeBytes,
    signal,
    onWait: (reason) => tell({ kind: 'waiting', reason }),
    open: (start, abort) =>
      client.open(
        routes.payload,
        { params: { id: delivery } },
        {
          signal: abort,
          headers: start === 0 ? {} : { range: `bytes=${start}-`, 'if-range': `"${expected.ciphertextSha256}"` },
        },
      ),
  });
  const { sink, blob } = await openTarget(target);
  let toldAt = 0;
  const onProgress = (doneBytes: number) => {
    if (Date.now() - toldAt < progressEveryMs) return;
    toldAt = Date.now();
    tell({ kind: 'progress', doneBytes });
  };
  const sizeBytes = decrypt
    ? (
        await openDeliveryStream(
          { ciphertext, identities: decrypt.identities, sink, onProgress },
          { expected, plaintextHmacKey: hmacKey(decrypt.key) },
        )
      ).plaintextBytes
    : await keep(ciphertext, expected.ciphertextSha256, sink, onProgress);
  const held = blob?.();
  tell({ kind: 'done', sizeBytes, ...(held ? { blob: held } : {}) });
}

function hmacKey(text: string): Uint8Array {
  const key = decodeBase64Url(text, hmacKeyBytes);
  if (!key) throw new Error('The key of the HMAC is malformed');
  return key;
}

/** Writes the age file as it is, and keeps it only if it is the one that was sealed. */
async function keep(
  ciphertext: ReadableStream<Uint8Array>,
  sha256: string,
  sink: WritableStream<Uint8Array<ArrayBuffer>>,
  onProgress: (doneBytes: number) => void,
): Promise<number> {
  const digest = createSha256();
  const writer = sink.getWriter();
  let sizeBytes = 0;
  try {
    for await (const bytes of ciphertext) {
      digest.update(bytes);
      sizeBytes += bytes.length;
      await writer.write(bytes as Uint8Array<ArrayBuffer>);
      onProgress(sizeBytes);
    }
    if (digest.digest('hex') !== sha256) throw refuse('digest-mismatch', { of: 'ciphertext' });
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
  return sizeBytes;
}

async function openTarget(target: Target): Promise<{ sink: WritableStream<Uint8Array<ArrayBuffer>>; blob?: () => Blob }> {
  if (target.kind !== 'memory') {
    const handle = target.kind === 'file' ? target.handle : await ownFile(target.name);
    return { sink: await handle.createWritable() };
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    sink: new WritableStream({ write: (bytes) => void parts.push(bytes) }),
    blob: () => new Blob(parts),
  };
}
