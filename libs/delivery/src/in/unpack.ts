import { createGunzip, type Gunzip, type InflateRaw } from 'node:zlib';
import { refuse } from '#contracts';

/** How much may come out of how little. */
export interface UnpackLimits {
  /** The most bytes that come out of one. */
  readonly unpackRatio: number;
  /** The largest file, in bytes. */
  readonly fileBytes: number;
}

// Below this the ratio is not asked: a small file of blanks is no bomb.
const FREE_BYTES = 16 * 1024 * 1024;

/** Watches what comes out of packed bytes. Throws `unpack-bomb`, `file-too-large`. */
export function unpackGuard(limits: UnpackLimits): (packedBytes: number, unpackedBytes: number) => void {
  return (packedBytes, unpackedBytes) => {
    if (unpackedBytes > limits.fileBytes) throw refuse('file-too-large', { limit: limits.fileBytes });
    if (unpackedBytes > FREE_BYTES && unpackedBytes > packedBytes * limits.unpackRatio)
      throw refuse('unpack-bomb', { ratio: limits.unpackRatio });
  };
}

/** A gzip file's content as it arrives. Throws `unpack-damaged`, `unpack-bomb`, `file-too-large`. */
export async function* gunzip(source: AsyncIterable<Uint8Array>, limits: UnpackLimits): AsyncGenerator<Uint8Array> {
  yield* inflated(createGunzip({ chunkSize: 64 * 1024 }), new ByteInput(source), limits, 'gzip');
}

/** Bytes that arrive in pieces, to be taken in pieces of other sizes. */
export class ByteInput {
  #pieces: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** The next piece, whatever its size; undefined at the end. */
  async piece(): Promise<Buffer | undefined> {
    if (this.#held.length > 0) {
      const held = this.#held;
      this.#held = Buffer.alloc(0);
      return held;
    }
    const { value, done } = await this.#pieces.next();
    return done === true ? undefined : Buffer.from(value.buffer, value.byteOffset, value.length);
  }

  /** So many bytes, fewer at the end. They stay. */
  async peek(sizeBytes: number): Promise<Buffer> {
    while (this.#held.length < sizeBytes) {
      const { value, done } = await this.#pieces.next();
      if (done === true) break;
      this.#held = Buffer.concat([this.#held, value]);
    }
    return this.#held.subarray(0, sizeBytes);
  }

  /** So many bytes, or fewer at the end; taken. */
  async take(sizeBytes: number): Promise<Buffer> {
    const taken = await this.peek(sizeBytes);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  giveBack(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([bytes, this.#held]);
  }

  async *rest(): AsyncGenerator<Buffer> {
    for (let piece = await this.piece(); piece !== undefined; piece = await this.piece()) yield piece;
  }
}

/**
 * What an inflating stream makes of the input, as it arrives; what follows its end goes back to the input. Memory: a few pieces. Throws
 * `unpack-damaged` for what cannot be inflated or ends too soon, `unpack-bomb`, `file-too-large`.
 */
export async function* inflated(
  stream: Gunzip | InflateRaw,
  input: ByteInput,
  limits: UnpackLimits,
  name: string,
): AsyncGenerator<Buffer> {
  const guard = unpackGuard(limits);
  const fed = new Fed();
  const ended = new Promise<void>((resolve) => {
    stream.once('end', () => resolve());
    stream.once('close', () => resolve());
  });
  const feeding = feed(stream, input, fed, ended);
  // A source that fails fails the stream, with its own reason.
  feeding.catch((error: Error) => stream.destroy(error));
  let unpacked = 0;
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      unpacked += bytes.length;
      guard(stream.bytesWritten, unpacked);
      yield bytes;
    }
  } catch (error) {
    throw String((error as NodeJS.ErrnoException).code).startsWith('Z_') ? refuse('unpack-damaged', { name }) : error;
  } finally {
    stream.destroy();
  }
  await feeding;
  input.giveBack(fed.after(stream.bytesWritten));
}

/** The last pieces that a stream was given: those that it may not have needed. */
class Fed {
  #pieces: Buffer[] = [];
  #sizeBytes = 0;

  add(piece: Buffer, takenBytes: number): void {
    this.#pieces.push(piece);
    this.#sizeBytes += piece.length;
    let kept = this.#pieces.reduce((sum, { length }) => sum + length, 0);
    while (this.#pieces.length > 1 && kept - (this.#pieces[0] as Buffer).length >= this.#sizeBytes - takenBytes)
      kept -= (this.#pieces.shift() as Buffer).length;
  }

  after(takenBytes: number): Buffer {
    const all = Buffer.concat(this.#pieces);
    return all.subarray(all.length - (this.#sizeBytes - takenBytes));
  }
}

async function feed(stream: Gunzip | InflateRaw, input: ByteInput, fed: Fed, ended: Promise<void>): Promise<void> {
  const state: { hasEnded: boolean; goOn?: () => void } = { hasEnded: false };
  void ended.then(() => {
    state.hasEnded = true;
    state.goOn?.();
  });
  while (!state.hasEnded) {
    const piece = await input.piece();
    if (piece === undefined) return void stream.end();
    fed.add(piece, stream.bytesWritten);
    // A stream that has its end does not call back any more.
    if (!state.hasEnded)
      await new Promise<void>((resolve) => {
        state.goOn = resolve;
        stream.write(piece, () => resolve());
      });
  }
}
