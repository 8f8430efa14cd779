import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { refusalReasonWords, statementBodies, type Statement, type StatementType } from '#contracts';
import { describeStatement } from './describe-statement.js';

/** A body with every field of its type there; what stands in it does not matter here. */
function filled(schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([key, field]) => {
      const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
      if (key === 'rows') return [key, { op: 'all' }];
      if (inner instanceof z.ZodArray) return [key, ['x']];
      return [key, inner instanceof z.ZodObject ? filled(inner) : 'x'];
    }),
  );
}
const said = (type: StatementType, body: object) => ({ type, body }) as unknown as Statement;

test('every field of every type of statement is shown, under a name in both languages', () => {
  for (const [type, schema] of Object.entries(statementBodies)) {
    const fields = describeStatement(said(type as StatementType, filled(schema)));
    for (const { key, label } of fields) {
      assert.notEqual(label.en, key, `${type}: ${key}`);
      assert.match(label.zh, /\p{Script=Han}/u, `${type}: ${key}`);
    }
    const whole = new Set(['rows', 'window', 'quota', 'obligations']);
    const keys = (value: unknown): string[] =>
      Object.entries(value as object).flatMap(([key, one]) =>
        typeof one === 'object' && !Array.isArray(one) && !whole.has(key) ? keys(one) : [key],
      );
    assert.deepEqual(fields.map(({ key }) => key).toSorted(), keys(filled(schema)).toSorted(), type);
  }
});

test('a code is told in words and a commitment as a text that stands elsewhere', () => {
  const commitment = 'ab'.repeat(32);
  const [code, reason] = describeStatement(said('request.refused', { code: 'law-forbids', reason: commitment })).toSorted(
    (a, b) => (a.key < b.key ? -1 : 1),
  );
  const words = refusalReasonWords['law-forbids'];
  assert.deepEqual(code?.value, { kind: 'words', words, text: 'law-forbids' });
  assert.deepEqual(reason?.value, { kind: 'prose', commitment });
  const [refused] = describeStatement(said('pull.refused', { code: 'right-ended' }));
  assert.ok(refused?.value.kind === 'words' && !refused.value.words.zh.includes('{'));
  // A reason that is a word of the vocabulary is no commitment.
  const [ended] = describeStatement(said('key.ended', { reason: 'rotated' }));
  assert.equal(ended?.value.kind, 'words');
});
