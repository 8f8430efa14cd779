const MiB = 1024 * 1024;

/** How much a CSV file may ask of whoever reads it; the same wherever it is read. */
export interface CsvLimits {
  /** The longest field, in bytes as they stand in the file. */
  readonly fieldBytes: number;
  /** The longest record, in bytes. What is kept in memory while looking for its end. */
  readonly rowBytes: number;
  /** The most columns a header may have. */
  readonly columns: number;
}

export const csvLimits: CsvLimits = { fieldBytes: 1 * MiB, rowBytes: 8 * MiB, columns: 2000 };
