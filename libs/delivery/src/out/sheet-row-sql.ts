import type { LeavingItem } from '../leaving-sql.js';

/** Stands in a row that has a value longer than a cell may be. No value holds it: control characters are written as codes. */
export const TOO_LONG_MARK = '\x1e';

/** The most that a cell holds, in UTF-16 units (ECMA-376). */
const CELL_UNITS = 32_767;
/** Digits that a spreadsheet's numbers keep. */
const DIGITS = 15;

// Written as codes (`_x0007_`), which spreadsheets read back: XML has no way to hold them.
const CONTROLS = [
  ...Array.from({ length: 0x20 }, (_, code) => code).filter((code) => ![0, 9, 10, 13].includes(code)),
  0xfffe,
  0xffff,
];
const hex4 = (code: number): string => code.toString(16).toUpperCase().padStart(4, '0');

/**
 * The SQL of one row of a sheet, as XML without a line feed. What names things stays text whatever it looks like; numbers are numbers as
 * far as a spreadsheet keeps all their digits, and text beyond. docs/formats/delivery-payload.md.
 */
export function sheetRowSql(columns: readonly LeavingItem[]): string {
  return `concat('<row>', ${columns.map((column) => cellSql(column)).join(', ')}, '</row>') AS r`;
}

function cellSql({ sql, kind }: LeavingItem): string {
  const text = `CAST(${sql} AS VARCHAR)`;
  const number = `'<c><v>' || ${text} || '</v></c>'`;
  const plain = `'<c t="inlineStr" s="1"><is><t>' || ${text} || '</t></is></c>'`;
  switch (kind) {
    case 'text':
      return orEmpty(`'<c t="inlineStr" s="1"><is><t xml:space="preserve">' || ${escaped(sql)} || '</t></is></c>'`);
    case 'integer':
    case 'decimal':
      return orEmpty(
        `CASE WHEN length(replace(replace(${text}, '-', ''), '.', '')) <= ${DIGITS} THEN ${number} ELSE ${plain} END`,
      );
    case 'double':
      return orEmpty(`CASE WHEN isfinite(${sql}) THEN ${number} ELSE ${plain} END`);
    case 'boolean':
      return `CASE ${sql} WHEN true THEN '<c t="b"><v>1</v></c>' WHEN false THEN '<c t="b"><v>0</v></c>' ELSE '<c/>' END`;
    case 'date':
    case 'timestamp':
      return orEmpty(plain);
  }
}

const orEmpty = (cell: string): string => `coalesce(${cell}, '<c/>')`;

function escaped(sql: string): string {
  const units = `length(${sql}) + length(regexp_replace(${sql}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g'))`;
  const isTooLong = `CASE WHEN length(${sql}) > ${Math.floor(CELL_UNITS / 2)} THEN ${units} > ${CELL_UNITS} ELSE false END`;
  // An underscore before an x may begin what reads as a code: it is written as one itself.
  let marked = `replace(${sql}, '_x', '_x005F_x')`;
  for (const [from, to] of [
    ['&', '&amp;'],
    ['<', '&lt;'],
    ['>', '&gt;'],
  ])
    marked = `replace(${marked}, '${from}', '${to}')`;
  marked = `replace(replace(replace(${marked}, chr(9), '&#9;'), chr(10), '&#10;'), chr(13), '&#13;')`;
  const coded = CONTROLS.reduce((inner, code) => `replace(${inner}, chr(${code}), '_x${hex4(code)}_')`, marked);
  return `CASE WHEN ${isTooLong} THEN chr(${TOO_LONG_MARK.charCodeAt(0)})
    WHEN NOT regexp_matches(${sql}, '[&<>\\x00-\\x1f\\x{FFFE}\\x{FFFF}]|_x') THEN ${sql}
    WHEN regexp_matches(${sql}, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x{FFFE}\\x{FFFF}]') THEN ${coded} ELSE ${marked} END`;
}
