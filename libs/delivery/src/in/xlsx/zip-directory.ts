import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';
import { refuse } from '#contracts';
import { ByteInput, inflated, type UnpackLimits } from '../unpack.js';
import { checkName } from '../unzip-one.js';

const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const UNKNOWN = 0xffffffff;
/** Workbooks have some dozens of parts. */
const partsMost = 10_000;
const directoryBytesMost = 4 * 1024 * 1024;

interface Part {
  readonly offset: number;
  readonly packedBytes: number;
  readonly method: number;
}

/** The parts of a ZIP file by name. */
export interface ZipDirectory {
  has(name: string): boolean;
  names(): readonly string[];
  /** The content of a part. Throws `workbook-damaged` when there is none. */
  read(name: string): AsyncGenerator<Buffer>;
}

/** Reads the directory at the end of a ZIP file. PKWARE APPNOTE 4.3. Throws `workbook-damaged`, `zip-name`, `zip-encrypted`. */
export async function openZip(path: string, file: FileHandle, limits: UnpackLimits): Promise<ZipDirectory> {
  const { size } = await file.stat();
  const parts = await readDirectory(file, size);
  return {
    has: (name) => parts.has(name),
    names: () => [...parts.keys()],
    async *read(name) {
      const part = parts.get(name);
      if (!part) throw damaged();
      const local = await readAt(file, part.offset, 30);
      if (local.readUInt32LE() !== LOCAL) throw damaged();
      const start = part.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
      if (part.packedBytes === 0) return;
      const packed = createReadStream(path, { start, end: start + part.packedBytes - 1, highWaterMark: 256 * 1024 });
      if (part.method === 0) yield* packed as AsyncIterable<Buffer>;
      else if (part.method === 8)
        yield* inflated(createInflateRaw({ chunkSize: 64 * 1024 }), new ByteInput(packed), limits, name);
      else throw damaged();
    },
  };
}

async function readDirectory(file: FileHandle, size: number): Promise<Map<string, Part>> {
  const tail = await readAt(file, Math.max(0, size - 66_000), Math.min(size, 66_000));
  const end = tail.lastIndexOf(signature(END));
  if (end < 0 || end + 22 > tail.length) throw damaged();
  let [count, sizeBytes, offset] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (offset === UNKNOWN && end >= 20 && tail.readUInt32LE(end - 20) === LOCATOR64) {
    const record = await readAt(file, Number(tail.readBigUInt64LE(end - 12)), 56);
    if (record.readUInt32LE() !== END64) throw damaged();
    [count, sizeBytes, offset] = [32, 40, 48].map((at) => Number(record.readBigUInt64LE(at))) as [number, number, number];
  }
  if (count > partsMost || sizeBytes > directoryBytesMost) throw damaged();
  const directory = await readAt(file, offset, sizeBytes);
  const parts = new Map<string, Part>();
  for (let at = 0, n = 0; n < count; n += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) throw damaged();
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((from) => directory.readUInt16LE(at + from)) as [
      number,
      number,
      number,
    ];
    const name = directory
      .toString('utf8', at + 46, at + 46 + nameBytes)
      .replaceAll('\\', '/')
      .replace(/^\//, '');
    if ((directory.readUInt16LE(at + 8) & 1) !== 0) throw refuse('zip-encrypted');
    if (!name.endsWith('/')) checkName(name);
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    const [, packedBytes, start] = widened(directory, at, extra);
    parts.set(name, { offset: start, packedBytes, method: directory.readUInt16LE(at + 10) });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return parts;
}

/** Size, packed size and place of a part; those that do not fit 32 bits stand in its extra field, in this order. */
function widened(directory: Buffer, at: number, extra: Buffer): [number, number, number] {
  const narrow = [24, 20, 42].map((from) => directory.readUInt32LE(at + from)) as [number, number, number];
  for (let e = 0; e + 4 <= extra.length; e += 4 + extra.readUInt16LE(e + 2)) {
    if (extra.readUInt16LE(e) !== 1) continue;
    let from = e + 4;
    return narrow.map((value) => {
      if (value !== UNKNOWN || from + 8 > extra.length) return value;
      from += 8;
      return Number(extra.readBigUInt64LE(from - 8));
    }) as [number, number, number];
  }
  return narrow;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw damaged();
    done += bytesRead;
  }
  return bytes;
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const damaged = (): Error => refuse('workbook-damaged');
