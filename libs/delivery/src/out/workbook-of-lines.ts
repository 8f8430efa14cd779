import type { Readable } from 'node:stream';
import { refuse, type Item } from '#contracts';
import { valueKind } from '../item-value.js';
import { sheetRowsMax, writeSheets, type SheetRows } from '../xlsx/write-sheets.js';
import { TOO_LONG_MARK } from './sheet-row-sql.js';
import { workbookComment } from './workbook-rows.js';

const LF = 0x0a;
const MARK = TOO_LONG_MARK.charCodeAt(0);
// ZIP counts to 4 GiB without an extension that not every spreadsheet reads: a sheet of wide rows ends before.
const SHEET_BYTES_MAX = 3 * 1024 ** 3;
// Deflated more, the file would be a sixth smaller and take three times as long.
const LEVEL = 2;

/** The most rows that leave as a workbook; beyond, the programs that open one do not cope. */
export const WORKBOOK_ROWS_MAX = 5_000_000;

/**
 * A workbook of rows that come as lines of XML (`sheetRowSql`), in any pieces. The header are the items' titles. Throws Refusal
 * `workbook-too-long` beyond five million rows and `cell-too-long` for a value that no cell holds.
 */
export function workbookOfLines(lines: AsyncIterable<Uint8Array>, items: readonly Item[], rowsAtMost = sheetRowsMax): Readable {
  const rows = new LinesOfXml(lines);
  return writeSheets(
    {
      name: '数据',
      columns: items.map((item) => ({ title: item.title, width: widthOf(item) })),
      rows,
      level: LEVEL,
      comment: () => workbookComment(rows.count),
    },
    rowsAtMost,
  );
}

const widthOf = (item: Item): number => Math.max(valueKind(item) === 'text' ? 20 : 14, Math.min(40, item.title.length * 2 + 2));

class LinesOfXml implements SheetRows {
  count = 0;
  readonly #pieces: AsyncIterator<Uint8Array>;
  /** What the last piece holds beyond the sheet. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(lines: AsyncIterable<Uint8Array>) {
    this.#pieces = lines[Symbol.asyncIterator]();
  }

  async *next(rowsAtMost: number): AsyncGenerator<Uint8Array, boolean, undefined> {
    let left = rowsAtMost;
    let bytesLeft = SHEET_BYTES_MAX;
    for (;;) {
      const piece = this.#rest.length > 0 ? this.#rest : await this.#piece();
      if (piece === undefined) return true;
      this.#rest = Buffer.alloc(0);
      let end = 0;
      for (let at = piece.indexOf(LF); at >= 0 && left > 0; at = piece.indexOf(LF, end)) {
        end = at + 1;
        left -= 1;
        this.count += 1;
        // Only a whole row may be the last of its sheet.
        if (end > bytesLeft) left = 0;
      }
      if (this.count > WORKBOOK_ROWS_MAX) throw refuse('workbook-too-long');
      if (left > 0) {
        bytesLeft -= piece.length;
        yield piece;
        continue;
      }
      this.#rest = piece.subarray(end);
      yield piece.subarray(0, end);
      if (this.#rest.length > 0) return false;
      const following = await this.#piece();
      if (following === undefined) return true;
      this.#rest = following;
      return false;
    }
  }

  close(): void {
    void this.#pieces.return?.();
  }

  async #piece(): Promise<Buffer | undefined> {
    const { value, done } = await this.#pieces.next();
    if (done === true) return undefined;
    // It waits in streams while the next one is read.
    const piece = Buffer.from(value);
    if (piece.includes(MARK)) throw refuse('cell-too-long');
    return piece;
  }
}
