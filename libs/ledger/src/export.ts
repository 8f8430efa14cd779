import { asBytes, concatBytes, copyBytes, type Bytes } from '#crypto';
import { ENTRY_MAX_BYTES } from './entry.js';
import { LedgerFault } from './faults.js';

const LF = 0x0a;

/**
 * One line of an export: the entry's exact bytes and a line feed. Canonical JSON spells a line feed inside text as `\n`, so lines and
 * entries are one to one. docs/formats/export.md.
 */
export function exportLine(entryBytes: Uint8Array): Bytes {
  return concatBytes([entryBytes, Uint8Array.of(LF)]);
}

/**
 * Reads an export line by line; memory: one line and one chunk. Throws `LedgerFault` `export-cut` when the last line has no end,
 * `entry-malformed` when a line is empty or longer than any entry.
 */
export async function* readExport(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Bytes> {
  let rest: Bytes = asBytes(new Uint8Array(0));
  let index = 0;
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? copyBytes(chunk) : concatBytes([rest, chunk]);
    let from = 0;
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF, from)) {
      if (end === from) throw new LedgerFault('entry-malformed', index);
      yield rest.subarray(from, end);
      index++;
      from = end + 1;
    }
    rest = rest.subarray(from);
    if (rest.length > ENTRY_MAX_BYTES) throw new LedgerFault('entry-malformed', index);
  }
  if (rest.length > 0) throw new LedgerFault('export-cut', index);
}
