import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

type Line = { readonly begun: string } | { readonly done: string; readonly value: unknown };

/**
 * What has been done of a long piece of work, one line an act, flushed to disk before and after each: work that was cut off goes on
 * where it stopped. An act that was begun and not done is carried out again and told so, for it may have had its effect.
 */
export class Journal {
  private readonly done = new Map<string, unknown>();
  private readonly begun = new Set<string>();

  constructor(private readonly file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    const lines = text.split('\n');
    for (const [i, line] of lines.entries()) {
      if (line === '') continue;
      let read: Line;
      try {
        read = JSON.parse(line) as Line;
      } catch (error) {
        // Only the last line can be torn: it is as if it had not been written.
        if (i < lines.length - 1) throw error;
        this.cut(text.slice(0, text.length - line.length));
        break;
      }
      if ('done' in read) this.done.set(read.done, read.value);
      else this.begun.add(read.begun);
    }
  }

  /**
   * Carries out an act once. Its result is kept and answered ever after, so it must be plain JSON; `again` says that an earlier try may
   * have had its effect already.
   */
  async once<T>(key: string, act: (again: boolean) => Promise<T> | T): Promise<T> {
    if (this.done.has(key)) return this.done.get(key) as T;
    const again = this.begun.has(key);
    if (!again) {
      this.append({ begun: key });
      this.begun.add(key);
    }
    const value = await act(again);
    this.append({ done: key, value: value ?? null });
    this.done.set(key, value);
    return value;
  }

  /** Has this act been done? */
  has(key: string): boolean {
    return this.done.has(key);
  }

  /** The result of an act that was done. */
  known(key: string): unknown {
    return this.done.get(key);
  }

  private append(line: Line): void {
    const handle = openSync(this.file, 'a', 0o600);
    try {
      appendFileSync(handle, `${JSON.stringify(line)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }

  private cut(text: string): void {
    const handle = openSync(`${this.file}.new`, 'w', 0o600);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(`${this.file}.new`, this.file);
  }
}
