import type { Format } from '#contracts';

/** How DuckDB is told to write a format, in COPY's parentheses. */
export function copyOptions(format: Format): string {
  switch (format) {
    case 'csv':
    case 'csv-bom':
      // A missing value is nothing, an empty text is "": they stay distinct, also when the file is taken in again.
      return `FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '', USE_TMP_FILE false`;
    case 'jsonl':
      return 'FORMAT json, ARRAY false, USE_TMP_FILE false';
    case 'parquet':
      return 'FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false';
  }
}
