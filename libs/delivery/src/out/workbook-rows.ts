import { concatBytes, indexOfText, latin1Text } from '#crypto';

// How many rows a delivered workbook has stands in its archive's own comment, where a reader finds it without unpacking anything.

/** What the comment of a workbook of so many rows says. */
export const workbookComment = (rows: number): string => `rows ${rows}`;

const END = 'PK\x05\x06';
const KEPT_BYTES = 256;
/** Of the archive's last record, without its comment. */
const END_BYTES = 22;

/** A workbook that does not say how many rows it has. */
export class WorkbookError extends Error {
  override readonly name = 'WorkbookError';
}

/** Reads the number of rows from the last bytes of a workbook that passes by. */
export class WorkbookCounter {
  #kept: Uint8Array = new Uint8Array(0);

  push(bytes: Uint8Array): void {
    const all = bytes.length >= KEPT_BYTES ? bytes : concatBytes([this.#kept, bytes]);
    this.#kept = Uint8Array.from(all.subarray(Math.max(0, all.length - KEPT_BYTES)));
  }

  /** Throws `WorkbookError`. */
  rows(): number {
    const at = indexOfText(this.#kept, END);
    const comment = at < 0 ? '' : latin1Text(this.#kept.subarray(at + END_BYTES));
    const rows = /^rows (\d{1,10})$/.exec(comment)?.[1];
    if (rows === undefined) throw new WorkbookError('The workbook states no number of rows');
    return Number(rows);
  }
}
