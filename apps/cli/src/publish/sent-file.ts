import { createSha256 } from '#crypto';
import { createReadStream, statSync, type Stats } from 'node:fs';
import type { Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { sizeText } from '../terminal/progress.js';

const readBytes = 256 * 1024;

/** A file as it is sent, from any place of it, and never a state of it that was not there as a whole. */
export class SentFile {
  /** Why it was not sent to its end. */
  failure: Stop | undefined;
  isSent = false;
  readonly stat: Stats;
  // Of the first so many bytes: a line that breaks has some of them read again.
  readonly #digest = createSha256();
  #digested = 0;

  constructor(
    private readonly desk: Desk,
    readonly path: string,
  ) {
    this.stat = statSync(path);
    if (!this.stat.isFile()) throw usage(`${path} 不是普通文件。`, `${path} is no plain file.`);
  }

  /** The bytes from an offset on, with their progress shown. What came before and was not read in this run is read for the digest. */
  async *from(offset: number): AsyncGenerator<Uint8Array, void, undefined> {
    const { progress, signal } = this.desk;
    const { size } = this.stat;
    this.isSent = false;
    for await (const chunk of this.#read(this.#digested, offset)) this.#take(chunk, this.#digested);
    progress.begin({ zh: '上传', en: 'Uploading' });
    let at = offset;
    let held: Uint8Array | undefined;
    for await (const chunk of this.#read(offset, size)) {
      this.#take(chunk, at);
      at += chunk.length;
      if (held) yield held;
      held = chunk;
      // What is held back is not with the connection yet.
      progress.at(at - chunk.length, size, sizeText);
    }
    signal.throwIfAborted();
    // The last piece leaves only when the file is still what it was: half of one state and half of another is no version.
    const now = statSync(this.path);
    if (at !== size || now.size !== size || now.mtimeMs !== this.stat.mtimeMs) {
      this.failure = changed(this.path);
      throw this.failure;
    }
    if (held) yield held;
    progress.at(size, size, sizeText);
    this.isSent = true;
  }

  /** SHA-256 of all of it, once all was read. */
  sha256(): string {
    return this.#digest.digest('hex');
  }

  /** Whether the file begins with these pieces. */
  async beginsWith(pieces: readonly { readonly sizeBytes: number; readonly sha256: string }[]): Promise<boolean> {
    let at = 0;
    this.desk.progress.begin({ zh: '核对已上传的部分', en: 'Comparing what was sent before' });
    for (const { sizeBytes, sha256 } of pieces) {
      const digest = createSha256();
      for await (const chunk of this.#read(at, at + sizeBytes)) digest.update(chunk);
      at += sizeBytes;
      this.desk.progress.at(at, this.stat.size, sizeText);
      if (digest.digest('hex') !== sha256) return false;
    }
    return true;
  }

  async *#read(from: number, to: number): AsyncGenerator<Buffer> {
    if (from >= to) return;
    const { signal } = this.desk;
    for await (const chunk of createReadStream(this.path, { start: from, end: to - 1, highWaterMark: readBytes, signal }))
      yield chunk as Buffer;
  }

  #take(chunk: Uint8Array, at: number): void {
    if (at + chunk.length <= this.#digested) return;
    this.#digest.update(chunk.subarray(this.#digested - at));
    this.#digested = at + chunk.length;
  }
}

function changed(path: string): Stop {
  return new Stop('file', 'file-changed', {
    zh: `${path} 在上传过程中被改动，平台未保存任何内容；请在其不再变动后重新发布。`,
    en: `${path} changed while it was being sent; the exchange kept nothing. Publish it again once it no longer changes.`,
  });
}
