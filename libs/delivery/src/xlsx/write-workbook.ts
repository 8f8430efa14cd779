import { Readable } from 'node:stream';
import yazl from 'yazl';
import { cellXml, contentTypes, relations, sheetFoot, sheetHead, stylesXml, workbookRelations, workbookXml } from './parts.js';

/** Text stays text, whatever it looks like; a number is a count and never an identifier. */
export type Cell = string | number;
export interface SheetColumn {
  readonly title: string;
  /** In characters. */
  readonly width: number;
}
export interface Workbook {
  /** At most 24 characters of it are used: a second sheet of the same carries a number. */
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  readonly rows: AsyncIterable<readonly Cell[]>;
}

/** A sheet of this format holds so many rows (ECMA-376; the limit of the programs that open it). */
export const sheetRowsMax = 1_048_576;

/**
 * Writes a table as an XLSX workbook, row by row: memory does not grow with the rows. Text stands inline and is marked as text, so that
 * no identifier loses a digit and no formula can begin; the header stays in view. What does not fit one sheet goes on in the next. When
 * `rows` throws, the stream is destroyed with that error, and no whole file comes out.
 */
export function writeWorkbook(workbook: Workbook, rowsAtMost = sheetRowsMax): Readable {
  const zip = new yazl.ZipFile();
  const out = zip.outputStream as Readable;
  const rows = workbook.rows[Symbol.asyncIterator]();
  const names: string[] = [];
  let next: IteratorResult<readonly Cell[]> | undefined;

  async function* sheet(): AsyncGenerator<string> {
    yield sheetHead(workbook.columns);
    let held = '';
    let count = 1;
    next ??= await rows.next();
    for (; next.done !== true && count < rowsAtMost; next = await rows.next(), count++) {
      held += `<row>${next.value.map(cellXml).join('')}</row>`;
      if (held.length < 64 * 1024) continue;
      yield held;
      held = '';
    }
    yield held + sheetFoot;
  }
  const addSheet = () => {
    const number = names.push('');
    names[number - 1] = `${workbook.name.slice(0, 24)}${number === 1 ? '' : ` ${number}`}`;
    const part = Readable.from(sheet(), { objectMode: false });
    part.once('error', (error) => out.destroy(error));
    part.once('end', () => {
      if (next?.done === true) finish();
      else addSheet();
    });
    zip.addReadStream(part, `xl/worksheets/sheet${number}.xml`);
  };
  const finish = () => {
    const parts = {
      'xl/workbook.xml': workbookXml(names),
      'xl/_rels/workbook.xml.rels': workbookRelations(names.length),
      'xl/styles.xml': stylesXml,
      '_rels/.rels': relations,
      '[Content_Types].xml': contentTypes(names.length),
    };
    for (const [path, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), path);
    zip.end();
  };
  // A reader that goes away leaves nobody waiting in the middle of the rows.
  out.once('close', () => void rows.return?.());
  zip.once('error', (error: Error) => out.destroy(error));
  addSheet();
  return out;
}
