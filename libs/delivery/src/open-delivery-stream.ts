import { Refusal } from '#contracts';
import { createSha256, decryptAge, type AgeSecret } from '#crypto';
import { unpacked } from './unpack.js';
import { asRefusal, checkCiphertext, checkPlaintext, PlaintextMeasure, type ExpectedDelivery } from './delivery-checks.js';

/** An age file on its way in, and where its content goes. Streams of the Web: a browser's page or worker has them, and Node too. */
export interface DeliveryStream {
  readonly ciphertext: ReadableStream<Uint8Array> | Blob;
  /** `AGE-SECRET-KEY-1…`, or private X25519 keys of WebCrypto, which need not be extractable; any one of them may fit. */
  readonly identities: readonly AgeSecret[];
  /**
   * Where the rows go. Closed when, and only when, everything agreed; aborted otherwise. So it must be one that shows nothing before it
   * is closed, as a writable of the File System Access API does.
   */
  readonly sink: WritableStream<Uint8Array<ArrayBuffer>>;
  /** Bytes of ciphertext done. Waited for: a page that answers a promise here stays alive. */
  readonly onProgress?: (doneBytes: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

export interface OpenedStream {
  /** What was read, and what came out of it. */
  readonly ciphertextSha256: string;
  readonly sizeBytes: number;
  readonly plaintextBytes: number;
}

/**
 * Opens a delivery in one pass and in bounded memory (64 MiB for Parquet, less than 1 MiB beside the stream's pieces otherwise):
 * decrypts while it computes the ciphertext's SHA-256, the plaintext's HMAC and the rows. Unlike `openDelivery` it decrypts before the
 * file is known to be the sealed one, which nobody sees: the sink is closed only when all agree. Throws the same Refusals, a file that
 * is not the sealed one first of all: `digest-mismatch` of `ciphertext`, `identity-not-recipient`, `digest-mismatch` of `plaintext` or
 * `rows`. The signal's reason when it was aborted.
 */
export async function openDeliveryStream(
  stream: DeliveryStream,
  sealed: { readonly expected: ExpectedDelivery; readonly plaintextHmacKey: Uint8Array },
): Promise<OpenedStream & { readonly rows: number }> {
  const { expected } = sealed;
  const measure = new PlaintextMeasure(expected.format, sealed.plaintextHmacKey);
  return intoSink(stream, expected.sizeBytes, async (source, write) => {
    let fault: { readonly error: unknown } | undefined;
    try {
      const decrypted = decryptAge(stream.identities, source.pieces());
      for await (const bytes of unpacked(decrypted, measure, expected.compression)) await write(bytes);
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal === error && !(error instanceof Refusal)) throw error;
      fault = { error: refusal };
    }
    // What cannot be decrypted is named only once the file is known to be the one that was sealed.
    const read = await source.finish();
    checkCiphertext(read, expected);
    if (fault) throw fault.error;
    const { rows, sizeBytes: plaintextBytes } = checkPlaintext(measure, expected);
    return { ciphertextSha256: read.sha256, sizeBytes: read.sizeBytes, plaintextBytes, rows };
  });
}

/**
 * Decrypts an age file of which nothing is known: whole and unaltered since somebody encrypted it, but who that was, and whether it is
 * what a ledger says, remains open. Throws Refusal `identity-not-recipient`, or `digest-mismatch` of `plaintext` when it is damaged.
 */
export async function decryptUncompared(stream: DeliveryStream): Promise<OpenedStream> {
  return intoSink(stream, Number.MAX_SAFE_INTEGER, async (source, write) => {
    let plaintextBytes = 0;
    try {
      for await (const bytes of decryptAge(stream.identities, source.pieces())) {
        plaintextBytes += bytes.length;
        await write(bytes);
      }
    } catch (error) {
      throw asRefusal(error);
    }
    const { sha256, sizeBytes } = await source.finish();
    return { ciphertextSha256: sha256, sizeBytes, plaintextBytes };
  });
}

type Write = (bytes: Uint8Array) => Promise<void>;

/** Closes the sink when the work is done, aborts it when it failed. */
async function intoSink<T>(
  stream: DeliveryStream,
  atMostBytes: number,
  work: (source: Ciphertext, write: Write) => Promise<T>,
): Promise<T> {
  const source = new Ciphertext(stream, atMostBytes);
  const writer = stream.sink.getWriter();
  // A sink that breaks (a full disk) is met by the next write or by closing; alone its rejection would be nobody's.
  writer.closed.catch(() => undefined);
  try {
    const done = await work(source, async (bytes) => {
      await writer.ready;
      // Not waited for: the next chunk is decrypted while this one is written. A failure shows in `ready`.
      writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => undefined);
    });
    stream.signal?.throwIfAborted();
    await writer.close();
    return done;
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  } finally {
    await source.cancel();
  }
}

/** The ciphertext as it is read, measured. */
class Ciphertext {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #digest = createSha256();
  readonly #atMostBytes: number;
  readonly #stream: DeliveryStream;
  #sizeBytes = 0;

  constructor(stream: DeliveryStream, atMostBytes: number) {
    const { ciphertext } = stream;
    this.#reader = ('stream' in ciphertext ? ciphertext.stream() : ciphertext).getReader();
    this.#atMostBytes = atMostBytes;
    this.#stream = stream;
  }

  /** What is left of it, piece by piece. Ends early when there is more than there should be. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    while (this.#sizeBytes <= this.#atMostBytes) {
      this.#stream.signal?.throwIfAborted();
      const { value: bytes } = await this.#reader.read();
      if (bytes === undefined) return;
      this.#digest.update(bytes);
      this.#sizeBytes += bytes.length;
      await this.#stream.onProgress?.(this.#sizeBytes);
      yield bytes;
    }
  }

  /** Reads what is left and tells what all of it was. */
  async finish(): Promise<{ sha256: string; sizeBytes: number }> {
    for await (const _ of this.pieces());
    return { sha256: this.#digest.digest('hex'), sizeBytes: this.#sizeBytes };
  }

  /** Nothing more is wanted of it. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }
}
