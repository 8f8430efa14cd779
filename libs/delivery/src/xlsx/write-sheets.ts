import { Readable } from 'node:stream';
import yazl from 'yazl';
import { contentTypes, relations, sheetFoot, sheetHead, stylesXml, workbookRelations, workbookXml } from './parts.js';

export interface SheetColumn {
  readonly title: string;
  /** In characters. */
  readonly width: number;
}

/** The rows that are left, as XML: each call gives those of one more sheet and answers whether there are none after it. */
export interface SheetRows {
  next(rowsAtMost: number): AsyncGenerator<string | Uint8Array, boolean, undefined>;
  /** Nothing more is wanted. */
  close(): void;
}

export interface Sheets {
  /** At most 24 characters of it are used: a second sheet of the same carries a number. */
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  readonly rows: SheetRows;
  /** Of the deflating; 6 unless told. */
  readonly level?: number;
  /** What the archive's own comment says, asked for when all rows are written. */
  readonly comment?: () => string;
}

/** A sheet of this format holds so many rows (ECMA-376; the limit of the programs that open it). */
export const sheetRowsMax = 1_048_576;

/**
 * Writes rows as an XLSX workbook while they come: memory does not grow with them, and deflating has a thread of its own. The header stays
 * in view. What does not fit one sheet goes on in the next. When the rows throw, the stream is destroyed with that error, and no whole
 * file comes out.
 */
export function writeSheets({ name, columns, rows, level, comment }: Sheets, rowsAtMost = sheetRowsMax): Readable {
  const zip = new yazl.ZipFile();
  const out = zip.outputStream as Readable;
  const names: string[] = [];
  let isDone = false;

  async function* sheet(): AsyncGenerator<string | Uint8Array> {
    yield sheetHead(columns);
    isDone = yield* rows.next(rowsAtMost - 1);
    yield sheetFoot;
  }
  const addSheet = () => {
    const number = names.push('');
    names[number - 1] = `${name.slice(0, 24)}${number === 1 ? '' : ` ${number}`}`;
    const part = Readable.from(sheet(), { objectMode: false });
    part.once('error', (error) => out.destroy(error));
    part.once('end', () => {
      if (isDone) finish();
      else addSheet();
    });
    zip.addReadStream(part, `xl/worksheets/sheet${number}.xml`, level === undefined ? {} : { compressionLevel: level });
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
    zip.end({ forceZip64Format: false, comment: comment?.() ?? '' });
  };
  // A reader that goes away leaves nobody waiting in the middle of the rows.
  out.once('close', () => rows.close());
  zip.once('error', (error: Error) => out.destroy(error));
  addSheet();
  return out;
}
