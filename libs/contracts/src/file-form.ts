import { z } from 'zod';
import type { Sentence } from './routes/views.js';

/** Forms of a file that is published. Packing (gzip, a ZIP of one file) is found out by itself. */
export const fileFormatSchema = z.enum(['csv', 'jsonl', 'parquet', 'xlsx']);
export type FileFormat = z.infer<typeof fileFormatSchema>;
/** GB18030 is all of it, with its four-byte characters, and so GBK and GB2312 as well. */
export const encodingSchema = z.enum(['utf-8', 'gb18030', 'utf-16le', 'utf-16be']);
export type Encoding = z.infer<typeof encodingSchema>;
export const delimiterSchema = z.enum(['comma', 'tab', 'semicolon', 'pipe']);
export type DelimiterName = z.infer<typeof delimiterSchema>;

/** What spreadsheets hold besides the table, and what is in a table that a person should know of before it is published. */
export const foundKindSchema = z.enum([
  'title',
  'merged-header',
  'footer',
  'side-note',
  'extra-column',
  'hidden-sheet',
  'hidden-row',
  'hidden-column',
  'formula',
  'date-number',
]);
export type FoundKind = z.infer<typeof foundKindSchema>;

const skipped = (text: string) => (text === 'all' ? foundKindSchema.options : text.split(','));

/** What a publisher may say of a file, as it stands in the query of an upload; what is not said is found out. */
export const statedFormQuery = {
  format: fileFormatSchema.optional(),
  encoding: encodingSchema.optional(),
  delimiter: delimiterSchema.optional(),
  /** Of a workbook: a sheet's name, or its number counted from 1. */
  sheet: z.string().min(1).max(64).optional(),
  /** Of a workbook: the row of the names, as the sheet counts. */
  headerRow: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'row')
    .optional(),
  /** Kinds of what a workbook holds besides its table, joined by commas; `all` for whatever is found. They are left out, or taken as they are. */
  skip: z
    .string()
    .max(300)
    .refine((text) => skipped(text).every((kind) => foundKindSchema.safeParse(kind).success), 'skip')
    .optional(),
} as const;

export interface StatedForm {
  readonly format?: FileFormat | undefined;
  readonly encoding?: Encoding | undefined;
  readonly delimiter?: DelimiterName | undefined;
  readonly sheet?: string | undefined;
  readonly headerRow?: number | undefined;
  readonly skip?: readonly FoundKind[] | undefined;
}

/** What the query of an upload says of its file. */
export function statedForm(query: { [K in keyof typeof statedFormQuery]?: z.infer<(typeof statedFormQuery)[K]> }): StatedForm {
  const { format, encoding, delimiter, sheet, headerRow, skip } = query;
  return {
    format,
    encoding,
    delimiter,
    sheet,
    headerRow: headerRow === undefined ? undefined : Number(headerRow),
    skip: skip === undefined ? undefined : (skipped(skip) as FoundKind[]),
  };
}

/** One thing that was found out of a file, or taken from what was said of it, and why. */
export const detectedSchema = z.object({
  what: z.enum(['packing', 'format', 'encoding', 'delimiter', 'sheet', 'headerRow', 'skipped']),
  value: z.string(),
  why: z.object({ zh: z.string(), en: z.string() }),
  isStated: z.boolean(),
});
export type Detected = z.infer<typeof detectedSchema>;

/** What `detected` tells of, in words. */
export const detectedWords: Record<Detected['what'], Sentence> = {
  packing: { zh: '压缩', en: 'Packing' },
  format: { zh: '格式', en: 'Format' },
  encoding: { zh: '编码', en: 'Encoding' },
  delimiter: { zh: '分隔符', en: 'Separator' },
  sheet: { zh: '工作表', en: 'Sheet' },
  headerRow: { zh: '表头行', en: 'Header row' },
  skipped: { zh: '略过或照用', en: 'Left out or taken' },
};
