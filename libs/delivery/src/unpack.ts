import { refuse, type Compression } from '#contracts';
import type { PlaintextMeasure } from './delivery-checks.js';

/**
 * What a delivery's decrypted bytes say, unpacked if they were packed, and measured on the way: the HMAC is of the bytes as they were
 * encrypted, rows are counted in those that come out. Throws Refusal `digest-mismatch` of `plaintext` for what cannot be unpacked.
 */
export async function* unpacked(
  decrypted: AsyncIterable<Uint8Array>,
  measure: PlaintextMeasure,
  compression: Compression | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const authentic = committed(decrypted, measure);
  for await (const bytes of compression === undefined ? authentic : gunzipped(authentic)) {
    measure.count(bytes);
    yield bytes;
  }
}

async function* committed(decrypted: AsyncIterable<Uint8Array>, measure: PlaintextMeasure): AsyncGenerator<Uint8Array> {
  for await (const bytes of decrypted) {
    measure.commit(bytes);
    yield bytes;
  }
}

// With the stream that browsers have, and Node too. What it complains of differs between them; what its source said is told apart.
async function* gunzipped(packed: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  writer.closed.catch(() => undefined);
  let ofSource: { readonly error: unknown } | undefined;
  const feed = async (): Promise<void> => {
    for (;;) {
      const next = await packed.next().catch((error: unknown) => {
        ofSource = { error };
        throw error;
      });
      if (next.done === true) return writer.close();
      // Copied: the source may fill the same memory again before it is read.
      await writer.write(Uint8Array.from(next.value));
    }
  };
  const feeding = feed().catch((error: unknown) => writer.abort(error).catch(() => undefined));
  const reader = readable.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value as Uint8Array;
  } catch {
    await feeding;
    if (ofSource) throw ofSource.error;
    throw refuse('digest-mismatch', { of: 'plaintext' });
  } finally {
    await reader.cancel().catch(() => undefined);
    await feeding;
    await packed.return(undefined);
  }
}
