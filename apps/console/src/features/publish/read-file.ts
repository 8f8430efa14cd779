import { Refusal, type Item, type Problem } from '#contracts';
import { matchHeader, readCsvHead, type CsvHead, type HeaderMatch } from '#delivery';

const headBytes = 64 * 1024;

/** A file as its beginning shows it, beside the entry's items. */
export interface ReadFile {
  readonly file: Blob;
  readonly name: string;
  readonly head?: CsvHead;
  readonly match?: HeaderMatch;
  /** Its beginning is no CSV, or not UTF-8. */
  readonly problem?: Problem;
  readonly isConverted: boolean;
  /** Of a form that the exchange reads and this page does not: it is checked there. */
  readonly isCheckedThere?: boolean;
}

/** What packed files, workbooks, Parquet, old workbooks and UTF-16 begin with, in hex. */
const otherMarks = ['1f8b', '504b0304', '50415231', 'd0cf11e0', 'fffe', 'feff'];
const delimiters = ['\t', ';', '|'];

/** Whether a file's beginning is of a form that only the exchange reads. */
function isOtherForm(bytes: Uint8Array, isWholeFile: boolean, items: readonly Item[]): boolean {
  const hex = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (otherMarks.some((mark) => hex.startsWith(mark)) || hex.startsWith('7b')) return true;
  return delimiters.some((delimiter) => {
    try {
      const { header } = readCsvHead(bytes, isWholeFile, 1, undefined, { delimiter });
      return header.length > 1 && matchHeader(header, items).missing.length === 0;
    } catch {
      return false;
    }
  });
}

/** Reads the first 64 KiB of a file; no more of it is touched. */
export async function readFile(file: Blob, name: string, items: readonly Item[], isConverted = false): Promise<ReadFile> {
  const bytes = new Uint8Array(await file.slice(0, headBytes).arrayBuffer());
  if (isOtherForm(bytes, file.size <= headBytes, items)) return { file, name, isConverted, isCheckedThere: true };
  try {
    const head = readCsvHead(bytes, file.size <= headBytes);
    return { file, name, head, match: matchHeader(head.header, items), isConverted };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { file, name, problem: error.toProblem(), isConverted };
  }
}

/** The same text in UTF-8, for files that spreadsheets of older systems write. */
export async function fromGb18030(file: Blob): Promise<Blob> {
  const text = file.stream().pipeThrough(new TextDecoderStream('gb18030'));
  return new Response(text.pipeThrough(new TextEncoderStream())).blob();
}

/** Whether header and items are one to one. */
export function isWhole({ match }: ReadFile): boolean {
  return match !== undefined && match.missing.length + match.unknown.length + match.repeated.length === 0;
}

/** Where in the file each item stands. */
export function columnsOf({ columns }: HeaderMatch, items: readonly Item[]): number[] {
  return items.map(({ name }) => columns.findIndex((column) => column?.item.name === name));
}

/** The file as it is sent: with the items' names in its header, where it had their titles. */
export function asSent({ file, head, match }: ReadFile): Blob {
  if (!head || !match?.columns.some((column) => column?.by === 'title')) return file;
  const header = match.columns.map((column) => column?.item.name ?? '').join(',');
  return new Blob([`${header}\n`, file.slice(head.headerBytes)], { type: 'text/csv' });
}

const inferBytes = 4 * 1024 * 1024;

/** The beginning of a file up to its last whole line: enough to tell what its items seem to be. */
export async function* headOfFile(file: Blob): AsyncGenerator<Uint8Array> {
  const bytes = new Uint8Array(await file.slice(0, inferBytes).arrayBuffer());
  yield file.size > inferBytes ? bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1) : bytes;
}
