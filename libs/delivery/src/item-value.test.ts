import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalValue } from './item-value.js';

const misfit = undefined;

test('each type takes its own forms, and two forms of one value have one canonical text', () => {
  const cases: [Parameters<typeof canonicalValue>[0], [string, string | undefined][]][] = [
    [
      { type: 'I' },
      [
        ['0', '0'],
        ['-0', '0'],
        ['-9223372036854775808', '-9223372036854775808'],
        ['9223372036854775808', misfit],
        ['007', misfit],
        ['+1', misfit],
        ['1.0', misfit],
        ['', misfit],
        [' 1', misfit],
      ],
    ],
    [
      { type: 'Y' },
      [
        ['1', '1.00'],
        ['1.5', '1.50'],
        ['-0.00', '0.00'],
        ['1.555', misfit],
        ['.5', misfit],
        ['1.', misfit],
        ['1,000', misfit],
        ['9'.repeat(36), `${'9'.repeat(36)}.00`],
        ['9'.repeat(37), misfit],
      ],
    ],
    [
      { type: 'N' },
      [
        ['12', '12'],
        ['12.0', misfit],
      ],
    ],
    [{ type: 'N', scale: 3 }, [['-1.5', '-1.500']]],
    [
      { type: 'D' },
      [
        ['2024-02-29', '2024-02-29'],
        ['2023-02-29', misfit],
        ['1900-02-29', misfit],
        ['2000-02-29', '2000-02-29'],
        ['2024-2-9', misfit],
        ['0000-01-01', misfit],
        ['20240101', misfit],
      ],
    ],
    [
      { type: 'T' },
      [
        ['2024-01-02 03:04', '2024-01-02T03:04:00'],
        ['2024-01-02T03:04:05.120', '2024-01-02T03:04:05.12'],
        ['2024-01-02 24:00:00', misfit],
        ['2024-01-02T23:04:05Z', '2024-01-03T07:04:05'],
        ['2024-01-02T03:04:05.5+08:00', '2024-01-02T03:04:05.5'],
        ['2024-01-02T03:04:05+9', misfit],
        ['9999-12-31T23:00:00Z', misfit],
        ['2024-02-30 00:00:00', misfit],
      ],
    ],
    [
      { type: 'L' },
      [
        ['1', 'true'],
        ['false', 'false'],
        ['TRUE', misfit],
        ['是', misfit],
      ],
    ],
    [
      { type: 'B' },
      [
        ['1.50', '1.5'],
        ['-0', '0'],
        ['1e2', '100'],
        ['1e400', misfit],
        ['NaN', misfit],
        ['0x1', misfit],
      ],
    ],
    [
      { type: 'C' },
      [
        ['007', '007'],
        [' x ', ' x '],
        ['', ''],
        ['a\0', misfit],
      ],
    ],
  ];
  for (const [item, forms] of cases) {
    for (const [text, canonical] of forms) assert.equal(canonicalValue(item, text), canonical, `${item.type} ${text}`);
  }
});
