import { isAscii, isUtf8 } from 'node:buffer';
import type { DelimiterName, Item, Sentence } from '#contracts';
import { matchHeader, readCsvHead } from '../csv-head.js';
import type { CsvLimits } from '../csv-limits.js';
import { textIn, type Encoding } from './encodings.js';
import type { EncodingDecision } from './to-utf8.js';

/** What a file is by its first bytes, if they say so. */
export type Kind = 'gzip' | 'zip' | 'parquet' | 'compound' | 'jsonl' | 'text';

/** By the marks that formats begin with; `compound` is what `.xls`, `.et` and password-protected workbooks are (CFB). */
export function kindOf(head: Buffer): Kind {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'))) return 'zip';
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  if (head.subarray(0, 8).toString('hex') === 'd0cf11e0a1b11ae1') return 'compound';
  const begins = head
    .subarray(0, 1024)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  return begins.startsWith('{') ? 'jsonl' : 'text';
}

const marks: readonly (readonly [hex: string, encoding: Encoding, name: string])[] = [
  ['efbbbf', 'utf-8', 'UTF-8'],
  ['84319533', 'gb18030', 'GB18030'],
  ['fffe', 'utf-16le', 'UTF-16 LE'],
  ['feff', 'utf-16be', 'UTF-16 BE'],
];

/** How long the byte order mark at the beginning is, and what it says; undefined without one. */
export function markOf(head: Buffer): (EncodingDecision & { readonly sizeBytes: number }) | undefined {
  const found = marks.find(([hex]) => head.subarray(0, hex.length / 2).toString('hex') === hex);
  if (!found) return undefined;
  const [hex, encoding, name] = found;
  return {
    encoding,
    sizeBytes: hex.length / 2,
    why: { zh: `文件以 ${name} 的字节顺序标记开头`, en: `the file begins with the byte order mark of ${name}` },
  };
}

/** UTF-16 without a mark: commas, digits and line feeds have a zero byte beside them, always on the same side. */
export function wideWithoutMark(head: Buffer): EncodingDecision | undefined {
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i += 1) if (head[i] === 0) zeros[i % 2] = (zeros[i % 2] as number) + 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) * 20 < head.length || Math.min(even, odd) * 20 > Math.max(even, odd)) return undefined;
  return {
    encoding: odd > even ? 'utf-16le' : 'utf-16be',
    why: { zh: '每两个字节中常有一个为零，且总在同一侧', en: 'of every two bytes one is often zero, always on the same side' },
  };
}

/** Decides by whole lines with something beyond ASCII in them: the first such lines of a file. */
export function decideEncoding(block: Buffer): EncodingDecision {
  if (isUtf8(block))
    return {
      encoding: 'utf-8',
      why: { zh: '首批中文等字符是有效的 UTF-8', en: 'its first characters beyond ASCII are valid UTF-8' },
    };
  let [utf8, gb18030] = [0, 0];
  for (const line of lines(block)) {
    if (isAscii(line)) continue;
    if (isUtf8(line)) utf8 += 1;
    else if (textIn('gb18030', line) !== undefined) gb18030 += 1;
  }
  if (gb18030 > utf8) {
    return {
      encoding: 'gb18030',
      why: {
        zh: '首批有中文等字符的行不是 UTF-8，可按 GB18030 读出',
        en: 'its first lines with characters beyond ASCII are no UTF-8, and can be read as GB18030',
      },
    };
  }
  return { encoding: 'utf-8', why: { zh: '多数行是有效的 UTF-8', en: 'most of its lines are valid UTF-8' } };
}

function* lines(block: Buffer): Generator<Buffer> {
  for (let start = 0; start < block.length;) {
    const end = block.indexOf(0x0a, start) + 1 || block.length;
    yield block.subarray(start, end);
    start = end;
  }
}

export const delimiters: Readonly<Record<DelimiterName, string>> = { comma: ',', tab: '\t', semicolon: ';', pipe: '|' };

/** Which character separates the values: the one by which most of the header's names are items, or else the most names are there. */
export function decideDelimiter(
  head: Uint8Array,
  isWhole: boolean,
  items: readonly Item[] | undefined,
  limits: CsvLimits,
  isKeyList = false,
): { readonly delimiter: DelimiterName; readonly why: Sentence } {
  const found = (Object.keys(delimiters) as DelimiterName[]).map((name) => {
    try {
      const { header } = readCsvHead(head, isWhole, 1, limits, { delimiter: delimiters[name] });
      const known = items ? matchHeader(header, items).columns.filter(Boolean).length : 0;
      return { name, known, fields: header.length };
    } catch {
      return { name, known: 0, fields: 0 };
    }
  });
  const best = found.reduce((a, b) => (b.known > a.known || (b.known === a.known && b.fields > a.fields) ? b : a));
  // A key may hold any of the four.
  if (isKeyList && best.known === 0)
    return { delimiter: 'comma', why: { zh: '首行不是表头', en: 'its first line is no header' } };
  return {
    delimiter: best.name,
    why:
      best.known > 0
        ? {
            zh: `表头这样分为 ${best.fields} 列，其中 ${best.known} 列是目录数据项`,
            en: `so the header has ${best.fields} names, and ${best.known} of them are items`,
          }
        : best.fields > 1
          ? { zh: `表头这样分出的列最多（${best.fields} 列）`, en: `so the header has the most names (${best.fields})` }
          : { zh: '表头只有一列', en: 'the header has one name' },
  };
}
