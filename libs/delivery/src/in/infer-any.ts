import { foundKindSchema } from '#contracts';
import { inferFrom, type InferredItems } from '../infer-items.js';
import { defaultLimits } from '../limits.js';
import type { Detected, StatedForm } from './form.js';
import { openFront } from './open-front.js';

/**
 * Reads a file of any form that is taken in and says what its items seem to be, and what the file is. What stands around the table of a
 * workbook is left out. `folder`: where a form lies that cannot be read from its beginning; it is for whoever already has the file. Throws
 * the Refusals of an ingest.
 */
export async function inferAnyItems(
  source: AsyncIterable<Uint8Array>,
  form: StatedForm,
  folder: string,
): Promise<InferredItems & { readonly detected: readonly Detected[] }> {
  const opened = await openFront(source, [], { ...form, skip: foundKindSchema.options }, folder, defaultLimits);
  try {
    const inferred = await inferFrom(opened.front);
    opened.finish();
    return { ...inferred, detected: opened.detected };
  } finally {
    await opened.close();
  }
}
