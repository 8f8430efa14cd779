import type { Item, Refusal } from '#contracts';
import { ageEncryptor } from '#crypto';
import type { PayloadStore } from '../payload-store.js';
import { writeWorkbook, type Cell } from '../xlsx/write-workbook.js';
import type { Row } from './row.js';

/** So many rows, and so much of their text, are kept for the publisher to put right. */
const rowsMost = 10_000;
const textMost = 16 * 1024 * 1024;
const cellMost = 1000;

/** The rows of a file that cannot be taken, as they stand in it, with what is wrong with each. In the memory of this process until written. */
export class FaultyRows {
  readonly #rows: Cell[][] = [];
  #textLength = 0;
  /** More rows were faulty than are kept. */
  isCut = false;

  constructor(
    private readonly items: readonly Item[],
    private readonly columns: readonly number[],
  ) {}

  add(row: Row, faults: readonly Refusal[]): void {
    if (this.#rows.length >= rowsMost || this.#textLength >= textMost) {
      this.isCut = true;
      return;
    }
    const sentences = (language: 'zh' | 'en'): string => faults.map((fault) => fault.sentence(language)).join('\n');
    const fields = Math.min(row.fields, row.starts.length);
    const values = this.columns.map((column) => (column < fields ? row.text(column).slice(0, cellMost) : ''));
    const cells = [row.line, sentences('zh'), sentences('en'), ...values];
    this.#textLength += cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0);
    this.#rows.push(cells);
  }

  /** Writes them as an XLSX workbook, encrypted to the recipient. */
  async store(store: PayloadStore, objectName: string, recipient: string): Promise<void> {
    const rows = this.#rows;
    const workbook = writeWorkbook({
      name: 'faulty rows',
      columns: [
        { title: '行 line', width: 8 },
        { title: '问题', width: 48 },
        { title: 'what is wrong', width: 48 },
        ...this.items.map(({ name }) => ({ title: name, width: 16 })),
      ],
      rows: (async function* () {
        yield* rows;
      })(),
    });
    const encryptor = await ageEncryptor([recipient]);
    workbook.on('error', (error) => encryptor.destroy(error));
    await store.put(objectName, workbook.pipe(encryptor));
  }
}
