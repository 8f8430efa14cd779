import { transformationSchema, type Transformation } from '#contracts';
import { usage } from '../exits.js';
import type { Sentence } from '../language.js';

/** What a transformation does to a value. */
export function transformationText(transformation: Transformation): Sentence {
  switch (transformation.kind) {
    case 'keep':
      return {
        zh: `保留前 ${transformation.first} 后 ${transformation.last} 位`,
        en: `keep first ${transformation.first}, last ${transformation.last}`,
      };
    case 'year':
      return { zh: '只留年份', en: 'year only' };
    case 'prefix':
      return { zh: `只留前 ${transformation.length} 位`, en: `first ${transformation.length} characters only` };
    case 'band':
      return { zh: `按 ${transformation.width} 取整档`, en: `in bands of ${transformation.width}` };
    case 'pseudonym':
      return { zh: '化名', en: 'pseudonym' };
  }
}

/** Reads `item=keep:6,4`, `item=year`, `item=prefix:6`, `item=band:10`, `item=pseudonym`. */
export function readTransformation(text: string): { item: string; transformation: Transformation } {
  const [, item = '', kind = '', numbers = ''] = /^(.+?)=([a-z]+)(?::([\d,，]+))?$/.exec(text) ?? [];
  const [a, b] = numbers === '' ? [] : numbers.split(/[,，]/).map(Number);
  const made = { keep: { kind, first: a, last: b ?? 0 }, prefix: { kind, length: a }, band: { kind, width: a } }[kind] ?? {
    kind,
  };
  const read = transformationSchema.safeParse(made);
  if (item && read.success) return { item, transformation: read.data };
  throw usage(
    `脱敏“${text}”写作 数据项=keep:6,4、year、prefix:6、band:10 或 pseudonym。`,
    `The masking “${text}” is written ITEM=keep:6,4, year, prefix:6, band:10 or pseudonym.`,
  );
}
