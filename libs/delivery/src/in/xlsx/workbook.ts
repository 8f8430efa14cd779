import { open, rm, type FileHandle } from 'node:fs/promises';
import { refuse } from '#contracts';
import type { UnpackLimits } from '../unpack.js';
import { numberFormat, type NumberFormat } from './number-format.js';
import { readSharedStrings, readXml, TextTable } from './shared-strings.js';
import { attribute } from './xml-tags.js';
import { openZip, type ZipDirectory } from './zip-directory.js';

export interface SheetName {
  readonly name: string;
  readonly isHidden: boolean;
  readonly part: string;
}

/** An XLSX workbook of the job's folder (ECMA-376). */
export interface Workbook {
  readonly sheets: readonly SheetName[];
  readonly is1904: boolean;
  /** By a cell's style. */
  readonly formats: readonly NumberFormat[];
  readonly strings: TextTable;
  read(part: string): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

const officeDocument = /\/officeDocument$/;

/** Opens a workbook and reads what its sheets refer to. Throws `workbook-damaged`, `workbook-binary`, `workbook-too-large`, `zip-…`. */
export async function openWorkbook(path: string, limits: UnpackLimits, textBytes: number): Promise<Workbook> {
  const file = await open(path);
  try {
    const zip = await openZip(path, file, limits);
    return await readWorkbook(path, file, zip, textBytes);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readWorkbook(path: string, file: FileHandle, zip: ZipDirectory, textBytes: number): Promise<Workbook> {
  const main = (await relationsOf(zip, '')).find(({ type }) => officeDocument.test(type))?.target ?? 'xl/workbook.xml';
  if (main.endsWith('.bin')) throw refuse('workbook-binary');
  const relations = await relationsOf(zip, main);
  const named = (kind: RegExp): string | undefined => relations.find(({ type }) => kind.test(type))?.target;
  const sheets: SheetName[] = [];
  let is1904 = false;
  await readXml(zip.read(main), {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = ['1', 'true'].includes(attribute(attributes, 'date1904') ?? '');
      if (name !== 'sheet') return;
      const id = /\s\w+:id\s*=\s*["']([^"']*)/.exec(attributes)?.[1];
      const relation = relations.find((one) => one.id === id);
      // A sheet that is a chart has no rows.
      if (!relation || !relation.type.endsWith('/worksheet')) return;
      sheets.push({
        name: attribute(attributes, 'name') ?? '',
        isHidden: (attribute(attributes, 'state') ?? 'visible') !== 'visible',
        part: relation.target,
      });
    },
    close: () => undefined,
    text: () => undefined,
  });
  if (sheets.length === 0) throw refuse('workbook-damaged');
  const [styles, strings] = [named(/\/styles$/), named(/\/sharedStrings$/)];
  return {
    sheets,
    is1904,
    formats: styles !== undefined && zip.has(styles) ? await readFormats(zip.read(styles)) : [],
    strings:
      strings !== undefined && zip.has(strings)
        ? await readSharedStrings(zip.read(strings), textBytes)
        : new TextTable(textBytes),
    read: (part) => zip.read(part),
    async close() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

interface Relation {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

/** What a part refers to, by names within the file. ECMA-376 part 2, §6.5. */
async function relationsOf(zip: ZipDirectory, part: string): Promise<Relation[]> {
  const slash = part.lastIndexOf('/') + 1;
  const folder = part.slice(0, slash);
  const name = `${folder}_rels/${part.slice(slash)}.rels`;
  const found: Relation[] = [];
  if (!zip.has(name)) return found;
  await readXml(zip.read(name), {
    open(tag, attributes) {
      if (tag !== 'Relationship' || attribute(attributes, 'TargetMode') === 'External') return;
      const target = attribute(attributes, 'Target') ?? '';
      found.push({
        id: attribute(attributes, 'Id') ?? '',
        type: attribute(attributes, 'Type') ?? '',
        target: new URL(target, `zip://x/${folder}`).pathname.slice(1),
      });
    },
    close: () => undefined,
    text: () => undefined,
  });
  return found;
}

async function readFormats(part: AsyncIterable<Buffer>): Promise<NumberFormat[]> {
  const codes = new Map<number, string>();
  const formats: NumberFormat[] = [];
  let isCells = false;
  await readXml(part, {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attribute(attributes, 'numFmtId')), attribute(attributes, 'formatCode') ?? '');
      else if (name === 'cellXfs') isCells = true;
      else if (name === 'xf' && isCells) {
        const id = Number(attribute(attributes, 'numFmtId') ?? 0);
        formats.push(numberFormat(id, codes.get(id)));
      }
    },
    close(name) {
      if (name === 'cellXfs') isCells = false;
    },
    text: () => undefined,
  });
  return formats;
}
