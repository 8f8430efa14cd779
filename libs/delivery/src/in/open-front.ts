import { foundKindSchema, refuse, type FoundKind, type Item } from '#contracts';
import { CsvRows } from '../csv-rows.js';
import type { DeliveryLimits } from '../limits.js';
import { decideDelimiter, delimiters, kindOf, markOf, wideWithoutMark, type Kind } from './detect.js';
import { Findings } from './found.js';
import { stated as statedWhy, type Detected, type FileFormat, type StatedForm } from './form.js';
import { JsonLinesFront } from './json-lines.js';
import type { RowFront } from './row.js';
import { SheetFront } from './sheet-front.js';
import { spool } from './spool.js';
import { toUtf8, type EncodingDecision } from './to-utf8.js';
import { ByteInput, gunzip } from './unpack.js';
import { firstNameIn, unzipOne } from './unzip-one.js';
import { openWorkbook, type SheetName, type Workbook } from './xlsx/workbook.js';
import { sheetRows } from './xlsx/sheet-rows.js';

/** A file that is being read as records. */
export interface OpenedFront {
  readonly front: RowFront;
  /** Grows while the file is read: an encoding is known only where something beyond ASCII stands. */
  readonly detected: readonly Detected[];
  /** To be called when all was read. Throws Refusal `sheet-found` for what nobody has spoken for. */
  finish(): void;
  close(): Promise<void>;
}

/** Enough of a file to tell what it is. */
const headBytes = 64 * 1024;

/**
 * Opens a file of any form that is read: CSV with one of four separators, JSON lines, Parquet, XLSX; text in UTF-8, GB18030 or UTF-16; packed
 * by gzip or as the one file of a ZIP. A list of keys (`isKeyList`, one item) may have no header, and what stands around it is left out. What was not said of it is found out from its first 64 KiB and told with its reason. `folder` is the
 * job's memory-backed folder: a form that cannot be read from its beginning is put there. Throws Refusals that say what is wrong, and where.
 */
export async function openFront(
  source: AsyncIterable<Uint8Array>,
  items: readonly Item[],
  form: StatedForm,
  folder: string,
  limits: DeliveryLimits,
  isKeyList = false,
): Promise<OpenedFront> {
  const detected: Detected[] = [];
  const { input, head, kind } = await unpacked(source, form, limits, detected);
  const format = form.format ?? formatOf(kind);
  detected.push({ what: 'format', value: format, ...(form.format ? said : { why: kindWhy(format, kind), isStated: false }) });
  if (kind === 'compound') throw await whichCompound(input);
  if ((format === 'xlsx') !== (kind === 'zip') || (format === 'parquet') !== (kind === 'parquet'))
    throw refuse('file-kind', { format });
  const simple = (front: RowFront, close: () => Promise<void> = async () => undefined): OpenedFront => ({
    front,
    detected,
    finish: () => undefined,
    close,
  });
  switch (format) {
    case 'csv': {
      const text = openText(input, head, form, limits, detected);
      return simple(await csvFront(text, items, form, limits, detected, isKeyList));
    }
    case 'jsonl':
      return simple(new JsonLinesFront(openText(input, head, form, limits, detected), items, limits));
    case 'parquet': {
      // Loaded where it is needed: DuckDB is large, and readers of other forms do without it.
      const { openParquet } = await import('./parquet-rows.js');
      const front = await openParquet(await spool(input.rest(), folder, limits.spoolBytes), folder, limits);
      return simple(front, () => front.close());
    }
    case 'xlsx':
      return openSheet(
        await spool(input.rest(), folder, limits.spoolBytes),
        items,
        isKeyList ? { skip: foundKindSchema.options } : form,
        limits,
        detected,
      );
  }
}

const said = { why: statedWhy, isStated: true } as const;

/** The file without its packing, if it has one. */
async function unpacked(
  source: AsyncIterable<Uint8Array>,
  form: StatedForm,
  limits: DeliveryLimits,
  detected: Detected[],
): Promise<{ input: ByteInput; head: Buffer; kind: Kind }> {
  const input = new ByteInput(source);
  const head = await input.peek(headBytes);
  // A ZIP of nothing begins with the end of its directory (PKWARE APPNOTE 4.3.16).
  if (head.subarray(0, 4).equals(Buffer.from('PK\u0005\u0006', 'latin1'))) throw refuse('file-empty');
  const kind = kindOf(head);
  const isWorkbook = kind === 'zip' && (form.format === 'xlsx' || (form.format === undefined && isOfficeFile(head)));
  if ((kind !== 'gzip' && kind !== 'zip') || isWorkbook) return { input, head, kind };
  const why = { zh: `文件以 ${kind} 的标记开头`, en: `the file begins with the mark of ${kind}` };
  detected.push({ what: 'packing', value: kind, why, isStated: false });
  const inner = new ByteInput(kind === 'gzip' ? gunzip(input.rest(), limits) : unzipOne(input.rest(), limits));
  const innerHead = await inner.peek(headBytes);
  const innerKind = kindOf(innerHead);
  if (innerKind === 'gzip' || (innerKind === 'zip' && !isOfficeFile(innerHead))) throw refuse('packed-twice');
  return { input: inner, head: innerHead, kind: innerKind };
}

/** By the name of the first part: office programs write one of these first. */
function isOfficeFile(head: Buffer): boolean {
  const name = firstNameIn(head) ?? '';
  if (name === 'mimetype') throw refuse('file-opendocument');
  return /^(\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/|customXml\/)/.test(name);
}

function formatOf(kind: Kind): FileFormat {
  switch (kind) {
    case 'zip':
    case 'compound':
      return 'xlsx';
    case 'parquet':
    case 'jsonl':
      return kind;
    case 'gzip':
    case 'text':
      return 'csv';
  }
}

function kindWhy(format: FileFormat, kind: Kind): Detected['why'] {
  switch (kind) {
    case 'jsonl':
      return { zh: '首行以 { 开头', en: 'its first line begins with {' };
    case 'zip':
    case 'parquet':
    case 'compound':
      return { zh: `文件以 ${format} 的标记开头`, en: `the file begins with the mark of ${format}` };
    case 'gzip':
    case 'text':
      return { zh: '没有其他格式的标记，按分隔的文本读取', en: 'it has the mark of no other format: read as separated text' };
  }
}

/** An old workbook, or a new one behind a password: both are compound files. MS-CFB; MS-OFFCRYPTO §2.3.4. */
async function whichCompound(input: ByteInput): Promise<Error> {
  const named = (name: string): Buffer => Buffer.from(name, 'utf16le');
  const marks = [
    [named('EncryptedPackage'), 'workbook-encrypted'],
    [named('Workbook'), 'workbook-old'],
    [named('Book'), 'workbook-old'],
  ] as const;
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of input.rest()) {
    held = Buffer.concat([held.subarray(-64), piece]);
    const found = marks.find(([mark]) => held.includes(mark));
    if (found) return refuse(found[1]);
  }
  return refuse('file-kind', { format: 'xlsx' });
}

function openText(
  input: ByteInput,
  head: Buffer,
  form: StatedForm,
  limits: DeliveryLimits,
  detected: Detected[],
): AsyncGenerator<Uint8Array> {
  const mark = markOf(head);
  const isStated = form.encoding !== undefined;
  const found: EncodingDecision | undefined = form.encoding
    ? { encoding: form.encoding, why: statedWhy }
    : (mark ?? wideWithoutMark(head));
  const tell = ({ encoding, why }: EncodingDecision): void =>
    void detected.push({ what: 'encoding', value: encoding, why, isStated });
  if (found) tell(found);
  const skipped = mark && mark.encoding === found?.encoding ? mark.sizeBytes : 0;
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    await input.take(skipped);
    yield* input.rest();
  };
  return toUtf8(rest(), found, isStated, limits.rowBytes, tell);
}

async function csvFront(
  text: AsyncGenerator<Uint8Array>,
  items: readonly Item[],
  form: StatedForm,
  limits: DeliveryLimits,
  detected: Detected[],
  isKeyList: boolean,
): Promise<RowFront> {
  const input = new ByteInput(text);
  let delimiter = form.delimiter;
  if (delimiter) detected.push({ what: 'delimiter', value: delimiter, ...said });
  else {
    const head = await input.peek(headBytes);
    const decided = decideDelimiter(head, head.length < headBytes, items, limits, isKeyList);
    delimiter = decided.delimiter;
    detected.push({ what: 'delimiter', value: delimiter, why: decided.why, isStated: false });
  }
  const row = new CsvRows(limits, { delimiter: delimiters[delimiter], namesMixed: form.encoding === undefined });
  let ended = false;
  return {
    row,
    next: () => row.next(),
    async more() {
      if (ended) return false;
      const piece = await input.piece();
      if (piece) row.push(piece);
      else {
        ended = true;
        row.end();
      }
      return true;
    },
  };
}

async function openSheet(
  path: string,
  items: readonly Item[],
  form: StatedForm,
  limits: DeliveryLimits,
  detected: Detected[],
): Promise<OpenedFront> {
  const workbook = await openWorkbook(path, limits, limits.spoolBytes);
  try {
    const findings = new Findings(new Set<FoundKind>(form.skip ?? []));
    const sheet = chooseSheet(workbook, form, findings, detected);
    const hidden = new Set<number>();
    const front = new SheetFront(sheetRows(workbook, sheet.part, hidden), items, {
      headerRow: form.headerRow,
      is1904: workbook.is1904,
      hidden,
      findings,
      limits,
    });
    return {
      front,
      detected,
      finish() {
        front.finish();
        detected.push({ what: 'headerRow', value: String(front.headerRow), ...headerWhy(front.headerWhy) });
        const refusal = findings.refusal();
        if (refusal) throw refusal;
        for (const [kind, count] of findings.counts) detected.push({ what: 'skipped', value: `${kind} ${count}`, ...said });
      },
      close: () => workbook.close(),
    };
  } catch (error) {
    await workbook.close();
    throw error;
  }
}

function chooseSheet(workbook: Workbook, form: StatedForm, findings: Findings, detected: Detected[]): SheetName {
  const { sheets } = workbook;
  if (form.sheet !== undefined) {
    const found = sheets.find(({ name }) => name === form.sheet) ?? sheets[Number(form.sheet) - 1];
    if (!found) throw refuse('sheet-unknown', { sheet: form.sheet, sheets: sheets.slice(0, 20).map(({ name }) => name) });
    detected.push({ what: 'sheet', value: found.name, ...said });
    return found;
  }
  const visible = sheets.filter(({ isHidden }) => !isHidden);
  const [first] = visible;
  if (!first) throw refuse('sheet-unknown', { sheet: '1', sheets: [] });
  for (const { name, isHidden } of sheets) if (isHidden) findings.add('hidden-sheet', 0, 0, name.slice(0, 31));
  const others = visible.slice(1).map(({ name }) => name);
  const why =
    others.length === 0
      ? { zh: '工作簿只有这一个可见工作表', en: 'the only sheet of the workbook that is shown' }
      : {
          zh: `第一个可见工作表；其他：${others.slice(0, 10).join('、')}`,
          en: `the first sheet that is shown; others: ${others.slice(0, 10).join(', ')}`,
        };
  detected.push({ what: 'sheet', value: first.name, why, isStated: false });
  return first;
}

function headerWhy(why: 'stated' | 'items' | 'first'): Pick<Detected, 'why' | 'isStated'> {
  switch (why) {
    case 'stated':
      return said;
    case 'items':
      return { why: { zh: '这一行与目录数据项相符最多', en: 'the row with the most names of items' }, isStated: false };
    case 'first':
      return { why: { zh: '第一个填写列数最多的行', en: 'the first row that fills the most columns' }, isStated: false };
  }
}
