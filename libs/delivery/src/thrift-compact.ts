import { concatBytes, type Bytes } from '#crypto';

/** Thrift's compact protocol as a tree that can be written again: what the footer of a Parquet file is made of. */
export type ThriftValue =
  | { readonly type: typeof BOOLEAN; value: boolean }
  | { readonly type: typeof BYTE; value: number }
  | { readonly type: typeof I16 | typeof I32 | typeof I64; value: bigint }
  | { readonly type: typeof DOUBLE | typeof BINARY; value: Uint8Array }
  | { readonly type: typeof LIST | typeof SET; readonly of: number; value: ThriftValue[] }
  | { readonly type: typeof STRUCT; value: ThriftFields };
export type ThriftFields = Map<number, ThriftValue>;

export const BOOLEAN = 1;
const FALSE = 2;
export const BYTE = 3;
export const I16 = 4;
export const I32 = 5;
export const I64 = 6;
export const DOUBLE = 7;
export const BINARY = 8;
export const LIST = 9;
export const SET = 10;
export const STRUCT = 12;

// A hostile footer must not overflow the stack or ask for memory that it has no bytes for.
const MAX_DEPTH = 32;

/** Reads one struct from the beginning of the bytes. Throws when they are not one. */
export function decodeThrift(bytes: Uint8Array): ThriftFields {
  let at = 0;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new Error('The Thrift bytes end too soon');
    return value;
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const next = byte();
      value |= BigInt(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    throw new Error('A Thrift number is too long');
  };
  const zigzag = (): bigint => {
    const value = varint();
    return (value >> 1n) ^ -(value & 1n);
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new Error('The Thrift bytes end too soon');
    return bytes.subarray(at, (at += length));
  };
  const value = (type: number, inList: boolean, depth: number): ThriftValue => {
    if (depth > MAX_DEPTH) throw new Error('The Thrift bytes nest too deeply');
    switch (type) {
      case BOOLEAN:
      case FALSE:
        return { type: BOOLEAN, value: (inList ? byte() : type) === BOOLEAN };
      case BYTE:
        return { type, value: byte() };
      case I16:
      case I32:
      case I64:
        return { type, value: zigzag() };
      case DOUBLE:
        return { type, value: take(8) };
      case BINARY:
        return { type, value: take(Number(varint())) };
      case LIST:
      case SET: {
        const head = byte();
        const count = head >> 4 === 15 ? Number(varint()) : head >> 4;
        const of = head & 15;
        if (count > bytes.length - at) throw new Error('A Thrift list is longer than its bytes');
        return { type, of, value: Array.from({ length: count }, () => value(of, true, depth + 1)) };
      }
      case STRUCT:
        return { type, value: struct(depth + 1) };
      default:
        throw new Error('A Thrift type that Parquet does not use');
    }
  };
  const struct = (depth: number): ThriftFields => {
    const fields: ThriftFields = new Map();
    let id = 0;
    for (let head = byte(); head !== 0; head = byte()) {
      id = head >> 4 === 0 ? Number(zigzag()) : id + (head >> 4);
      fields.set(id, value(head & 15, false, depth));
    }
    return fields;
  };
  return struct(0);
}

/** Writes a struct. `decodeThrift` reads it back. */
export function encodeThrift(fields: ThriftFields): Bytes {
  const pieces: Uint8Array[] = [];
  const byte = (value: number): unknown => pieces.push(Uint8Array.of(value));
  const varint = (value: bigint): void => {
    const digits: number[] = [];
    for (; value >= 0x80n; value >>= 7n) digits.push(Number(value & 0x7fn) | 0x80);
    digits.push(Number(value));
    pieces.push(Uint8Array.from(digits));
  };
  const zigzag = (value: bigint): void => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  const write = (item: ThriftValue, inList: boolean): void => {
    switch (item.type) {
      case BOOLEAN:
        if (inList) byte(item.value ? BOOLEAN : FALSE);
        return;
      case BYTE:
        byte(item.value);
        return;
      case I16:
      case I32:
      case I64:
        zigzag(item.value);
        return;
      case DOUBLE:
        pieces.push(item.value);
        return;
      case BINARY:
        varint(BigInt(item.value.length));
        pieces.push(item.value);
        return;
      case LIST:
      case SET:
        if (item.value.length < 15) {
          byte((item.value.length << 4) | item.of);
        } else {
          byte(0xf0 | item.of);
          varint(BigInt(item.value.length));
        }
        for (const each of item.value) write(each, true);
        return;
      case STRUCT:
        struct(item.value);
    }
  };
  const struct = (members: ThriftFields): void => {
    let last = 0;
    for (const [id, item] of members) {
      const type = item.type === BOOLEAN && !item.value ? FALSE : item.type;
      if (id > last && id - last < 16) {
        byte(((id - last) << 4) | type);
      } else {
        byte(type);
        zigzag(BigInt(id));
      }
      last = id;
      write(item, false);
    }
    byte(0);
  };
  struct(fields);
  return concatBytes(pieces);
}
