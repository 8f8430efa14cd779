import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberFormat } from './number-format.js';

test('A number format says whether a number is a day, a time, a code with leading zeros, or just a number', () => {
  const kinds: [string, string][] = [
    // As LibreOffice and Excel write them out, in English and Chinese.
    ['General', 'plain'],
    ['GENERAL', 'plain'],
    ['"¥"General', 'plain'],
    ['General" 元"', 'plain'],
    ['G/通用格式', 'plain'],
    ['[Red]General;[Blue]-General', 'plain'],
    ['@', 'plain'],
    ['0.00E+00', 'plain'],
    ['#,##0.00_);[Red](#,##0.00)', 'plain'],
    ['_ "¥"* #,##0.00_ ', 'plain'],
    ['[$-804]yyyy"年"m"月"d"日";@', 'date'],
    ['yyyy-mm-dd', 'date'],
    ['[$-F800]dddd, mmmm dd, yyyy', 'date'],
    ['mmmm', 'date'],
    ['[DBNum1][$-804]yyyy"年"m"月"', 'date'],
    ['yyyy/m/d h:mm;@', 'datetime'],
    ['[h]:mm:ss', 'time'],
    ['h:mm AM/PM', 'time'],
    ['000000', 'padded'],
  ];
  for (const [code, kind] of kinds) assert.equal(numberFormat(164, code).kind, kind, code);
  assert.deepEqual(numberFormat(164, '000000'), { kind: 'padded', digits: 6 });
});
