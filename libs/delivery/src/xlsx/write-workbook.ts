import type { Readable } from 'node:stream';
import { cellXml } from './parts.js';
import { sheetRowsMax, writeSheets, type SheetColumn } from './write-sheets.js';

/** Text stays text, whatever it looks like; a number is a count and never an identifier. */
export type Cell = string | number;
export interface Workbook {
  /** At most 24 characters of it are used: a second sheet of the same carries a number. */
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  readonly rows: AsyncIterable<readonly Cell[]>;
}

const HELD_CHARACTERS = 64 * 1024;

/**
 * Writes a table as an XLSX workbook, row by row: memory does not grow with the rows. Text stands inline and is marked as text, so that
 * no identifier loses a digit and no formula can begin; the header stays in view. What does not fit one sheet goes on in the next. When
 * `rows` throws, the stream is destroyed with that error, and no whole file comes out.
 */
export function writeWorkbook(workbook: Workbook, rowsAtMost = sheetRowsMax): Readable {
  const rows = workbook.rows[Symbol.asyncIterator]();
  let following: IteratorResult<readonly Cell[]> | undefined;
  async function* next(atMost: number): AsyncGenerator<string, boolean, undefined> {
    let held = '';
    following ??= await rows.next();
    for (let count = 0; following.done !== true && count < atMost; following = await rows.next(), count++) {
      held += `<row>${following.value.map(cellXml).join('')}</row>`;
      if (held.length < HELD_CHARACTERS) continue;
      yield held;
      held = '';
    }
    yield held;
    return following.done === true;
  }
  return writeSheets({ ...workbook, rows: { next, close: () => void rows.return?.() } }, rowsAtMost);
}
