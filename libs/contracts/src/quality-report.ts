import { z } from 'zod';
import { countSchema, idSchema, itemTypeSchema } from './vocabulary.js';

/** What a version's values are like, item by item. Of personal items there are counts and no value. */
const reportedItemSchema = z.object({
  name: z.string(),
  title: z.string(),
  type: itemTypeSchema,
  personal: z.boolean(),
  /** Rows without a value; an empty text is none. */
  missing: countSchema,
  /** Different values: counted up to a bound, estimated beyond it to about one in a hundred. */
  distinct: z.object({ count: countSchema, exact: z.boolean() }),
  /** Characters of the shortest and the longest text. */
  lengths: z.object({ shortest: countSchema, longest: countSchema }).optional(),
  /** The smallest and the largest value, as canonical text. */
  range: z.object({ min: z.string(), max: z.string() }).optional(),
  /**
   * Numbers, dates and times outside of the fences of 1.5 interquartile ranges; not there when half of the values are one. `rows` are the first of them, counted
   * from 1 in the version. `sampled`: the quartiles are of a sample.
   */
  outliers: z
    .object({
      count: countSchema,
      sampled: z.boolean(),
      fences: z.object({ low: z.string(), high: z.string() }).optional(),
      rows: z.array(countSchema).optional(),
    })
    .optional(),
  /** In how many rows of both versions the value is another one. */
  changed: countSchema.optional(),
});

/** The quality report of one version. docs/formats/quality-report.md. */
export const qualityReportSchema = z.object({
  rows: countSchema,
  items: z.array(reportedItemSchema),
  /** Rows that repeat an earlier one: by the key, or where there is none by all values. */
  duplicates: z.object({ of: z.enum(['key', 'row']), count: countSchema }),
  /** Against the version before, by the key. */
  changes: z
    .object({
      version: idSchema,
      number: z.number().int().min(1),
      added: countSchema,
      changed: countSchema,
      removed: countSchema,
    })
    .optional(),
  /** Why there are no changes, although there is a version before. */
  notCompared: z.enum(['changes-no-key', 'changes-items-differ']).optional(),
});
export type QualityReport = z.infer<typeof qualityReportSchema>;
export type ReportedItem = QualityReport['items'][number];
