import type { Format } from '#contracts';

const QUOTE = 0x22;
const LF = 0x0a;

/** Counts the rows of a delivery's text as it passes. */
export interface RowCounter {
  push(bytes: Uint8Array): void;
  /** Rows so far; the header of a CSV is none. */
  rows(): number;
}

/**
 * A counter for CSV or JSON lines as deliveries write them: every record ends with a line feed, and in CSV a line feed between quotes is
 * part of a value. A doubled quote closes and opens again, so counting quotes alone tells inside from outside.
 */
export function rowCounter(format: Exclude<Format, 'parquet'>): RowCounter {
  const header = format === 'jsonl' ? 0 : 1;
  let lines = 0;
  let inQuotes = false;
  return {
    push(bytes) {
      if (format === 'jsonl') {
        for (const byte of bytes) if (byte === LF) lines += 1;
        return;
      }
      for (let i = 0; i < bytes.length; i += 1) {
        const byte = bytes[i];
        if (byte === QUOTE) inQuotes = !inQuotes;
        else if (byte === LF && !inQuotes) lines += 1;
      }
    },
    rows: () => Math.max(0, lines - header),
  };
}
