import type { Refusal } from '#contracts';
import type { Bytes } from '#crypto';

/** One record, as whoever read it left it: its fields lie in `bytes` from `starts[i]` to `ends[i]`, in order. Changes with the next. */
export interface Row {
  readonly bytes: Bytes;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** PLAIN: nothing in it is a missing value. QUOTED: nothing in it is the empty text. ESCAPED: quotes in it stand doubled. */
  readonly kinds: Uint8Array;
  /** May be more than the arrays hold. */
  readonly fields: number;
  /** Where it begins in the file: a line, or a row of a sheet or table; counted from 1. */
  readonly line: number;
  lineOf(field: number): number;
  /** The column of a field in the file, counted from 1, where it is not its place among the fields. */
  columnOf?(field: number): number;
  text(field: number): string;
  /** What was wrong with its cells before they were values: the record cannot be taken. */
  readonly faults?: readonly Refusal[];
}

/** Reads a file of any form as records, the header first. */
export interface RowFront {
  readonly row: Row;
  /** Moves to the next record among those that have been read. False: ask for `more`. */
  next(): boolean;
  /** Reads on. False: that was all. Throws Refusals that name what is wrong with the file, and where. */
  more(): Promise<boolean>;
}
