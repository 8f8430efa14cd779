import { spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';
import { writeWorkbook } from '../xlsx/write-workbook.js';

/** Text in another encoding, by iconv and not by anything of ours. */
export function encoded(text: string, encoding: string): Buffer {
  const { status, stdout, stderr } = spawnSync('iconv', ['-f', 'UTF-8', '-t', encoding], {
    input: text,
    maxBuffer: 1024 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`iconv: ${String(stderr)}`);
  return stdout;
}

/** A ZIP with these files. */
export function zipped(files: Readonly<Record<string, string | Buffer>>, options: Partial<yazl.Options> = {}): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name, options);
  zip.end();
  return buffer(zip.outputStream as Readable);
}

/** A ZIP that was written as a stream: sizes follow the content. */
export function zippedAsStream(name: string, content: Buffer): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  zip.addReadStream(Readable.from([content], { objectMode: false }), name);
  zip.end();
  return buffer(zip.outputStream as Readable);
}

/** The exchange's own workbook: texts inline. */
export function workbookOf(header: readonly string[], rows: Iterable<readonly (string | number)[]>): Promise<Buffer> {
  const stream = writeWorkbook({
    name: 'data',
    columns: header.map((title) => ({ title, width: 10 })),
    rows: (async function* () {
      yield* rows;
    })(),
  });
  return buffer(stream);
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';

/** A workbook as spreadsheet programs write it, part by part: `sheets` are the XML of what stands in each worksheet. */
export function handmadeWorkbook(
  sheets: readonly { readonly name: string; readonly state?: string; readonly xml: string }[],
  more: { readonly strings?: readonly string[]; readonly styles?: string; readonly date1904?: boolean } = {},
): Promise<Buffer> {
  const { strings, styles, date1904 = false } = more;
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;
  const files: Record<string, string> = {
    '[Content_Types].xml': `<Types xmlns="${packages}/content-types"/>`,
    '_rels/.rels': `<Relationships xmlns="${packages}/relationships">${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml':
      `<?xml version="1.0"?><workbook xmlns="${main}" xmlns:r="${office}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>` +
      sheets
        .map(
          ({ name, state }, i) =>
            `<sheet name="${name}" sheetId="${i + 1}"${state ? ` state="${state}"` : ''} r:id="rId${i + 1}"/>`,
        )
        .join('') +
      '</sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      `<Relationships xmlns="${packages}/relationships">` +
      sheets.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`)).join('') +
      `${relation('rId90', 'sharedStrings', 'sharedStrings.xml')}${relation('rId91', 'styles', '/xl/styles.xml')}</Relationships>`,
    'xl/sharedStrings.xml': `<sst xmlns="${main}">${(strings ?? []).map((text) => `<si>${text}</si>`).join('')}</sst>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}">${styles ?? '<cellXfs count="1"><xf numFmtId="0"/></cellXfs>'}</styleSheet>`,
  };
  for (const [i, { xml }] of sheets.entries())
    files[`xl/worksheets/sheet${i + 1}.xml`] = `<worksheet xmlns="${main}">${xml}</worksheet>`;
  return zipped(files);
}

/** Rows of a sheet from texts and numbers; undefined is no cell. Numbers are their own text. */
export function sheetXml(
  rows: readonly (readonly (string | number | undefined | { readonly xml: string })[])[],
  first = 1,
): string {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const cell = (value: string | number | undefined | { readonly xml: string }, reference: string): string => {
    if (value === undefined) return '';
    if (typeof value === 'object') return value.xml.replace('<c', `<c r="${reference}"`);
    if (typeof value === 'number') return `<c r="${reference}"><v>${value}</v></c>`;
    return `<c r="${reference}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`;
  };
  const name = (column: number) => String.fromCharCode(65 + column);
  return `<sheetData>${rows.map((row, i) => `<row r="${first + i}">${row.map((value, c) => cell(value, `${name(c)}${first + i}`)).join('')}</row>`).join('')}</sheetData>`;
}
