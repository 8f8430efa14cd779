import { concatBytes, equalBytes, latin1Text, asBytes, utf8Bytes } from '#crypto';
import { crc32 } from './crc32.js';
import { EvidenceFault } from './faults.js';

// A zip archive of one form: files stored as they are, one after the other, in the order given, at one time, without comments or extra
// fields. So the same files give the same bytes, nothing can be hidden between them, and no archive is larger when it is opened.
// PKWARE APPNOTE 6.3.

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Readable by everybody; a regular file. */
const UNIX_MODE = 0o100644;
/** 1980-01-01 00:00:00, the first that the format can say: the archive has no time of its own. */
const FIRST_DAY = 0x0021;
/** What a bundle may hold; the format's own limit is 65,535. */
export const ZIP_FILES_MAX = 30_000;
const ZIP_MAX_BYTES = 0xffffffff;

interface Stored {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  readonly offset: number;
}

/** Writes an archive piece by piece: memory is the list of names. */
export class ZipWriter {
  private readonly files: Stored[] = [];
  private offset = 0;

  /** The next piece: a file with what stands before it. Throws EvidenceFault `zip-too-large` beyond 4 GiB or 30,000 files. */
  add(name: string, bytes: Uint8Array): Uint8Array {
    const file: Stored = { name, size: bytes.length, crc: crc32(bytes), offset: this.offset };
    const piece = concatBytes([localHeader(file), bytes]);
    this.files.push(file);
    this.offset += piece.length;
    if (this.files.length > ZIP_FILES_MAX || this.offset > ZIP_MAX_BYTES / 2) throw new EvidenceFault('zip-too-large', name);
    return piece;
  }

  /** The last piece. */
  end(): Uint8Array {
    return directoryOf(this.files, this.offset);
  }
}

/**
 * Reads an archive of that form; the files are not copied. Anything else is refused: names that lead elsewhere or come twice, compressed
 * files, gaps, overlaps, bytes before or after, wrong checksums. Throws EvidenceFault `zip-…`.
 */
export function readZip(archive: Uint8Array): Map<string, Uint8Array> {
  const bytes = asBytes(archive);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  if (bytes.length < 4 || (u32(0) !== LOCAL && u32(0) !== END)) throw new EvidenceFault('zip-none');
  const end = bytes.length - END_BYTES;
  if (end < 0 || u32(end) !== END) {
    // The end is there, with bytes behind it; or there is none, or not all of it.
    const found = latin1Text(bytes).lastIndexOf('PK\x05\x06');
    throw new EvidenceFault(found >= 0 && found < end ? 'zip-trailing' : 'zip-cut');
  }
  const count = u16(end + 10);
  if (count > ZIP_FILES_MAX) throw new EvidenceFault('zip-too-large', '', `${count} files`);
  const directory = u32(end + 16);
  if (directory + u32(end + 12) !== end) throw new EvidenceFault('zip-unusual', '', 'directory');

  const files = new Map<string, Uint8Array>();
  const names = new Set<string>();
  const stored: Stored[] = [];
  let offset = 0;
  let at = directory;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > end || u32(at) !== CENTRAL) throw new EvidenceFault('zip-unusual', '', 'directory');
    const nameBytes = bytes.subarray(at + CENTRAL_BYTES, Math.min(end, at + CENTRAL_BYTES + u16(at + 28)));
    const name = latin1Text(nameBytes);
    if (!isSafeName(name)) throw new EvidenceFault('zip-name', name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100));
    // Some systems know no difference between small and capital letters.
    if (names.has(name.toLowerCase())) throw new EvidenceFault('zip-name-twice', name);
    names.add(name.toLowerCase());
    if (u16(at + 10) !== 0) throw new EvidenceFault('zip-compressed', name);
    const file: Stored = { name, size: u32(at + 24), crc: u32(at + 16), offset };
    if (u32(at + 42) !== offset || u32(at + 20) !== file.size) throw new EvidenceFault('zip-unusual', name, 'place');
    const start = offset + LOCAL_BYTES + nameBytes.length;
    if (start + file.size > directory) throw new EvidenceFault('zip-unusual', name, 'size');
    if (!equalBytes(bytes.subarray(offset, start), localHeader(file))) throw new EvidenceFault('zip-unusual', name, 'header');
    const content = bytes.subarray(start, start + file.size);
    if (crc32(content) !== file.crc) throw new EvidenceFault('zip-checksum', name);
    files.set(name, content);
    stored.push(file);
    offset = start + file.size;
    at += CENTRAL_BYTES + nameBytes.length;
  }
  // Written again, so that no field that was not looked at says anything else.
  if (offset !== directory || !equalBytes(bytes.subarray(directory), directoryOf(stored, directory))) {
    throw new EvidenceFault('zip-unusual', '', 'directory');
  }
  return files;
}

/** A path below the folder that it is unpacked in, in plain letters. */
function isSafeName(name: string): boolean {
  return name.length <= 100 && /^[A-Za-z0-9][A-Za-z0-9.-]*(\/[A-Za-z0-9][A-Za-z0-9.-]*)*$/.test(name) && !name.includes('..');
}

/** A field of a header: its value and its width in bytes. */
type Field = readonly [value: number, bytes: 2 | 4];

function fieldsOf(fields: readonly Field[]): Uint8Array {
  const header = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(header.buffer);
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return header;
}

/** Version, flags, method, time, day, checksum, both sizes, lengths of name and extra: the same in both headers. */
const shared = ({ name, size, crc }: Stored): Field[] => [
  [10, 2],
  [0, 2],
  [0, 2],
  [0, 2],
  [FIRST_DAY, 2],
  [crc, 4],
  [size, 4],
  [size, 4],
  [name.length, 2],
  [0, 2],
];

function localHeader(file: Stored): Uint8Array {
  return concatBytes([fieldsOf([[LOCAL, 4], ...shared(file)]), utf8Bytes(file.name)]);
}

function directoryOf(files: readonly Stored[], offset: number): Uint8Array {
  const entries = files.flatMap((file) => [
    fieldsOf([
      [CENTRAL, 4],
      // Made on Unix, so that the mode counts.
      [0x030a, 2],
      ...shared(file),
      [0, 2],
      [0, 2],
      [0, 2],
      [UNIX_MODE * 0x10000, 4],
      [file.offset, 4],
    ]),
    utf8Bytes(file.name),
  ]);
  const directory = concatBytes(entries);
  const end = fieldsOf([
    [END, 4],
    [0, 2],
    [0, 2],
    [files.length, 2],
    [files.length, 2],
    [directory.length, 4],
    [offset, 4],
    [0, 2],
  ]);
  return concatBytes([directory, end]);
}
