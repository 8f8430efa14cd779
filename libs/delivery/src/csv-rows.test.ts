import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '#contracts';
import { CsvRows } from './csv-rows.js';
import { defaultLimits } from './limits.js';

const limits = { ...defaultLimits, columns: 10 };

/** Reads all records, handing the bytes over in pieces of so many. */
function read(bytes: Buffer, piece = bytes.length, more: Partial<typeof limits> = {}): { fields: string[]; line: number }[] {
  const rows = new CsvRows({ ...limits, ...more });
  const found: { fields: string[]; line: number }[] = [];
  const take = (): void => {
    while (rows.next()) {
      found.push({ fields: Array.from({ length: rows.fields }, (_, i) => rows.text(i)), line: rows.line });
    }
  };
  for (let start = 0; start < bytes.length; start += piece) {
    rows.push(bytes.subarray(start, start + piece));
    take();
  }
  rows.end();
  take();
  return found;
}

function fault(text: string | Buffer, more: Partial<typeof limits> = {}): { code: string; line: unknown } {
  const bytes = Buffer.from(text as string);
  const faults = [bytes.length, 1, 7].map((piece) => {
    try {
      read(bytes, piece, more);
    } catch (error) {
      assert.ok(error instanceof Refusal);
      return { code: error.code, line: error.at?.line };
    }
    return { code: 'none', line: 0 };
  });
  assert.deepEqual(faults[1], faults[0], 'byte by byte');
  assert.deepEqual(faults[2], faults[0], 'in pieces');
  return faults[0] as { code: string; line: unknown };
}

const field = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '中', '𠀀'), maxLength: 8 }),
);

test('whatever fields were written are read again, however the file arrives', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      (records, eol, bom, lastEol, piece) => {
        const clean = records.map((fields) => fields.map((text) => text.replaceAll('\0', '')));
        const lines = clean.map((fields) =>
          fields.map((text) => (/^[^",\r\n]+$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`)),
        );
        const text = (bom ? '\ufeff' : '') + lines.map((fields) => fields.join(',')).join(eol) + (lastEol ? eol : '');
        assert.deepEqual(
          read(Buffer.from(text), piece).map((record) => record.fields),
          clean,
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('lines are those of the file, also after values that run over several', () => {
  const text = 'a,b\n"1\n2\n3",x\r\nlast,"y"\n';
  assert.deepEqual(
    read(Buffer.from(text), 3).map((record) => record.line),
    [1, 2, 5],
  );
});

test('an empty line is a record of one empty field, and no record follows the last line end', () => {
  assert.deepEqual(
    read(Buffer.from('a\n\nb\n')).map((record) => record.fields),
    [['a'], [''], ['b']],
  );
  assert.deepEqual(
    read(Buffer.from('a,')).map((record) => record.fields),
    [['a', '']],
  );
  assert.deepEqual(read(Buffer.alloc(0)), []);
});

test('a broken quote is refused with its line', () => {
  assert.deepEqual(fault('a,b\n1,x"y\n'), { code: 'csv-quote', line: 2 });
  assert.deepEqual(fault('a,b\n1,"x"y\n'), { code: 'csv-quote', line: 2 });
  assert.deepEqual(fault('a,b\n1,2\n3,"never closed\nstill not'), { code: 'csv-quote', line: 3 });
  assert.deepEqual(fault('a\n"1\n2" ,x'), { code: 'csv-quote', line: 3 });
});

test('a lone carriage return, NUL and bytes that are not UTF-8 are refused with their line', () => {
  assert.deepEqual(fault('a,b\r1,2\r'), { code: 'csv-line-end', line: 1 });
  assert.deepEqual(fault('a,b\n1,2\n3,\0\n'), { code: 'csv-nul', line: 3 });
  assert.deepEqual(fault(Buffer.from('a,b\n1,\xd5\xc5\xc8\xfd\n', 'latin1')), { code: 'csv-not-utf8', line: 2 });
  assert.deepEqual(fault(Buffer.from('a,b\n1,2\n3,4\xe4\xb8', 'latin1')), { code: 'csv-not-utf8', line: 3 });
  assert.equal(fault(Buffer.from('\ufeffa,b\n1,2\n', 'utf16le')).code, 'csv-nul');
});

test('a field or a record that is too long is refused, and an unclosed quote cannot fill the memory', () => {
  const more = { fieldBytes: 100, rowBytes: 1000 };
  assert.deepEqual(fault(`a\n${'x'.repeat(101)}\n`, more), { code: 'csv-field-too-large', line: 2 });
  const rows = new CsvRows({ ...limits, ...more });
  const filler = Buffer.alloc(256 * 1024, 0x61);
  rows.push(Buffer.from('a\n"'));
  assert.throws(
    () => {
      for (let i = 0; i < 20; i += 1) {
        rows.push(filler);
        while (rows.next());
      }
    },
    { code: 'csv-field-too-large' },
  );
});
