import type { Format } from '#contracts';

/** How DuckDB is told to write a format, in COPY's parentheses. */
export function copyOptions(format: Format): string {
  switch (format) {
    case 'csv':
    case 'csv-bom':
    case 'csv-gb18030':
      // A missing value is nothing, an empty text is "": they stay distinct, also when the file is taken in again.
      return `FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '', USE_TMP_FILE false`;
    case 'xlsx':
      // Lines of XML, written as they are: no line holds the delimiter, so none is quoted.
      return `FORMAT csv, HEADER false, DELIMITER '\x1f', QUOTE '', ESCAPE '', NULLSTR '', USE_TMP_FILE false`;
    case 'jsonl':
      return 'FORMAT json, ARRAY false, USE_TMP_FILE false';
    case 'parquet':
      return 'FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false';
  }
}
