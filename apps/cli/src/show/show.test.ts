import { statementTypeSchema, transformationSchema, type Transformation, statementWords } from '#contracts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stop } from '../exits.js';
import { dayText, instantFrom, instantUntil, lastDayText, timeText } from './times.js';
import { readTransformation, transformationText } from './transformation.js';

test('a day is a day in Beijing: it begins at 16:00 UTC, and an end covers it whole', () => {
  assert.equal(instantFrom('2026-03-04', '--from'), '2026-03-03T16:00:00.000Z');
  assert.equal(instantUntil('2026-03-04', '--until'), '2026-03-04T16:00:00.000Z');
  assert.equal(lastDayText('2026-03-04T16:00:00.000Z'), '2026-03-04');
  assert.equal(dayText('2026-03-03T16:00:00.000Z'), '2026-03-04');
  assert.equal(timeText('2026-03-03T23:30:59.000Z'), '2026-03-04 07:30');
  assert.equal(instantUntil('2026-03-04T10:00:00+08:00', '--until'), '2026-03-04T02:00:00.000Z');
});

test('what is no date is refused with the option named', () => {
  for (const text of ['2026-02-30', '2026-13-01', '20260304', 'tomorrow', '2026-03-04T10:00', ''])
    assert.throws(
      () => instantFrom(text, '--from'),
      (error) => error instanceof Stop && error.exit === 'usage' && error.sentence.en.includes('--from'),
      text,
    );
});

test('maskings read as they are written', () => {
  const written: [string, Transformation][] = [
    ['idNumber=keep:6,4', { kind: 'keep', first: 6, last: 4 }],
    ['name=keep:1', { kind: 'keep', first: 1, last: 0 }],
    ['birth=year', { kind: 'year' }],
    ['region=prefix:6', { kind: 'prefix', length: 6 }],
    ['age=band:10', { kind: 'band', width: 10 }],
    ['身份证号=pseudonym', { kind: 'pseudonym' }],
  ];
  for (const [text, transformation] of written)
    assert.deepEqual(readTransformation(text), { item: text.split('=')[0], transformation });
  for (const text of ['id', 'id=hash', 'id=keep', 'id=keep:99,1', 'id=year:3x', '=year', 'id=band:0'])
    assert.throws(
      () => readTransformation(text),
      (error) => error instanceof Stop && error.exit === 'usage',
      text,
    );
});

test('every masking and every type of statement has words in both languages', () => {
  for (const type of statementTypeSchema.options) assert.ok(statementWords[type].zh && statementWords[type].en, type);
  for (const option of transformationSchema.options) {
    const kind = option.shape.kind.value;
    const text = transformationText(transformationSchema.parse({ kind, ...numbersOf(kind) }));
    assert.ok(text.zh && text.en && !text.en.includes('undefined'), kind);
  }
});

function numbersOf(kind: Transformation['kind']): object {
  return { keep: { first: 1, last: 2 }, prefix: { length: 3 }, band: { width: 4 }, year: {}, pseudonym: {} }[kind];
}
