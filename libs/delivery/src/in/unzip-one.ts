import { createInflateRaw, crc32 } from 'node:zlib';
import { refuse } from '#contracts';
import { ByteInput, inflated, unpackGuard, type UnpackLimits } from './unpack.js';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const DESCRIPTOR = 0x08074b50;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const SIZES_FOLLOW = 8;
const NAME_IS_UTF8 = 0x800;
const UNKNOWN = 0xffffffff;

interface LocalHeader {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly isZip64: boolean;
}

/**
 * The content of a ZIP of exactly one file, as it arrives. What is in front is read as written there; that nothing else is in it is known at
 * the end, so whoever reads must keep nothing before that. PKWARE APPNOTE 6.3. Throws `zip-several`, `zip-name`, `zip-encrypted`,
 * `zip-method`, `unpack-damaged`, `unpack-bomb`, `file-too-large`.
 */
export async function* unzipOne(source: AsyncIterable<Uint8Array>, limits: UnpackLimits): AsyncGenerator<Uint8Array> {
  const input = new ByteInput(source);
  const header = await readLocalHeader(input);
  checkName(header.name);
  if ((header.flags & ENCRYPTED) !== 0) throw refuse('zip-encrypted');
  const sizesFollow = (header.flags & SIZES_FOLLOW) !== 0;
  if (header.method !== DEFLATED && (header.method !== STORED || sizesFollow)) throw refuse('zip-method', { name: header.name });
  let crc = 0;
  const content =
    header.method === DEFLATED
      ? inflated(createInflateRaw({ chunkSize: 64 * 1024 }), input, limits, header.name)
      : stored(input, header, limits);
  for await (const bytes of content) {
    crc = crc32(bytes, crc);
    yield bytes;
  }
  const wanted = sizesFollow ? await readDescriptor(input) : header.crc;
  if (wanted !== crc) throw refuse('unpack-damaged', { name: header.name });
  const after = await input.take(4);
  const signature = after.length === 4 ? after.readUInt32LE() : 0;
  if (signature === LOCAL) throw refuse('zip-several');
  // A ZIP without its directory is one that was cut off.
  if (signature !== CENTRAL) throw refuse('unpack-damaged', { name: header.name });
  await readToEnd(input, header.name);
}

/** The name of the first file in a ZIP, from its first bytes; undefined when they hold none. */
export function firstNameIn(head: Buffer): string | undefined {
  if (head.length < 30 || head.readUInt32LE() !== LOCAL) return undefined;
  return head.toString('latin1', 30, 30 + head.readUInt16LE(26));
}

async function readLocalHeader(input: ByteInput): Promise<LocalHeader> {
  const fixed = await input.take(30);
  if (fixed.length < 30 || fixed.readUInt32LE() !== LOCAL) throw refuse('unpack-damaged', { name: 'ZIP' });
  const name = await input.take(fixed.readUInt16LE(26));
  const extra = await input.take(fixed.readUInt16LE(28));
  const flags = fixed.readUInt16LE(6);
  let packedBytes = fixed.readUInt32LE(18);
  let isZip64 = false;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    isZip64 = true;
    // Unpacked size first, then packed; both are there in a local header.
    if (packedBytes === UNKNOWN && at + 20 <= extra.length) packedBytes = Number(extra.readBigUInt64LE(at + 12));
  }
  return {
    name: name.toString((flags & NAME_IS_UTF8) !== 0 ? 'utf8' : 'latin1'),
    method: fixed.readUInt16LE(8),
    flags,
    crc: fixed.readUInt32LE(14),
    packedBytes,
    isZip64,
  };
}

/** A name that would leave the folder it is unpacked in is no accident, though nothing is unpacked to a folder here. */
export function checkName(name: string): void {
  if (name.split(/[/\\]/).includes('..') || /^([/\\]|[A-Za-z]:)/.test(name) || name.includes('\0')) throw refuse('zip-name');
  if (name.endsWith('/')) throw refuse('zip-several');
}

async function* stored(input: ByteInput, { packedBytes }: LocalHeader, limits: UnpackLimits): AsyncGenerator<Buffer> {
  const guard = unpackGuard(limits);
  let left = packedBytes;
  guard(packedBytes, packedBytes);
  while (left > 0) {
    const piece = await input.piece();
    if (piece === undefined) return;
    if (piece.length > left) input.giveBack(piece.subarray(left));
    const taken = piece.subarray(0, left);
    left -= taken.length;
    yield taken;
  }
}

/** The checksum that follows the content when it was not known before. With or without a signature, sizes of four or eight bytes. */
async function readDescriptor(input: ByteInput): Promise<number> {
  const first = await input.peek(4);
  if (first.length === 4 && first.readUInt32LE() === DESCRIPTOR) await input.take(4);
  const crc = await input.take(4);
  // Eight-byte sizes are used where the next signature stands behind them.
  const behind = await input.peek(20);
  const isWide = behind.length === 20 && [LOCAL, CENTRAL].includes(behind.readUInt32LE(16));
  await input.take(isWide ? 16 : 8);
  return crc.length === 4 ? crc.readUInt32LE() : -1;
}

// The directory of one file, an end record and comments: small.
const directoryBytes = 1024 * 1024;

async function readToEnd(input: ByteInput, name: string): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const piece of input.rest()) {
    bytes = Buffer.concat([bytes, piece]);
    if (bytes.length > directoryBytes) throw refuse('unpack-damaged', { name });
  }
  const end = bytes.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0 || end + 12 > bytes.length) throw refuse('unpack-damaged', { name });
  if (bytes.readUInt16LE(end + 10) > 1) throw refuse('zip-several');
}
