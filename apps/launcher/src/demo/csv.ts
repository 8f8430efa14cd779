/** One row as CSV (RFC 4180): quoted where it must be, ended by LF. */
export function csvLine(fields: readonly string[]): string {
  let line = '';
  for (const [i, field] of fields.entries()) {
    if (i > 0) line += ',';
    line += /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  }
  return `${line}\n`;
}

const chunkCharacters = 32_768;

/** A table as CSV in UTF-8, header first, in chunks of some 64 KiB: never more than one of them in memory. */
export function* csvChunks(header: readonly string[], rows: Iterable<readonly string[]>): Generator<Buffer> {
  let text = csvLine(header);
  for (const row of rows) {
    text += csvLine(row);
    if (text.length >= chunkCharacters) {
      yield Buffer.from(text, 'utf8');
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text, 'utf8');
}
