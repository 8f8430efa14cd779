import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { compilePattern } from './match.js';
import { parsePattern } from './parse.js';

const letters = ['a', 'b', 'ab', '1', '-', '村', '\u{20000}'];
const atoms = [
  'a',
  'b',
  '村',
  '.',
  String.raw`\d`,
  '[ab]',
  '[^a]',
  '[0-9-]',
  '[一-龥\u{20000}-\u{2A6DF}]',
  String.raw`\.`,
  String.raw`[a\-]`,
  String.raw`[\d\]a]`,
];
const patterns = fc.letrec<{ whole: string; part: string }>((tie) => ({
  whole: fc
    .array(
      fc.array(tie('part'), { maxLength: 3 }).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 2 },
    )
    .map((of) => of.join('|')),
  part: fc
    .tuple(
      fc.oneof(
        { maxDepth: 2 },
        fc.constantFrom(...atoms),
        tie('whole').map((inside) => `(${inside})`),
      ),
      fc.constantFrom('', '', '?', '*', '+', '{2}', '{0,2}', '{1,}'),
    )
    .map((both) => both.join('')),
})).whole;

/** What the engine of ECMAScript says of each text; undefined when it is lost in going back, as it may be for minutes. */
function theirs(pattern: string, texts: readonly string[]): readonly boolean[] | undefined {
  try {
    const told = 'JSON.stringify(texts.map((text) => new RegExp(`^(?:${pattern})$`, "u").test(text)))';
    return JSON.parse(runInNewContext(told, { pattern, texts }, { timeout: 2_000 }) as string) as boolean[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

test('A pattern means what it means to the engine of ECMAScript', () => {
  fc.assert(
    fc.property(
      patterns,
      fc.array(fc.array(fc.constantFrom(...letters), { maxLength: 6 }), { minLength: 1 }),
      (pattern, parts) => {
        const matches = compilePattern(pattern);
        fc.pre(matches !== undefined);
        const texts = parts.map((of) => of.join(''));
        const said = theirs(pattern, texts);
        fc.pre(said !== undefined);
        for (const [i, text] of texts.entries()) assert.equal(matches(text), said[i], `${pattern} on ${text}`);
      },
    ),
    { numRuns: 2000 },
  );
  const lost = ['((a*)*)*b', 'a'.repeat(40)] as const;
  assert.equal(theirs(lost[0], [lost[1]]), undefined, 'their engine is not waited for');
  assert.equal(compilePattern(lost[0])?.(lost[1]), false);
});

test('What cannot be matched in linear time, or is no pattern, is refused', () => {
  const refused = [
    '',
    'a**',
    'a+?',
    String.raw`(a)\1`,
    '(?=a)',
    '(?<n>a)',
    '^a',
    'a$',
    '[b-a]',
    '[]',
    '(a',
    'a)',
    'a{2,1}',
    'a{',
    String.raw`\w`,
    'a{1001}',
    '((a{100}){100}){100}',
    'a'.repeat(201),
  ];
  for (const pattern of refused) assert.equal(parsePattern(pattern), undefined, pattern);
  for (const pattern of ['', '((((((((((((((((((((((a))))))))))))))))))))))']) assert.equal(parsePattern(pattern), undefined);
});

test('No text makes a pattern slow', () => {
  const text = 'a'.repeat(200_000);
  for (const pattern of ['(a+)+b', '(a|a)*b', '(.*a){20}b', '[ab]*a[ab]{12}c']) {
    const begun = process.cpuUsage();
    assert.equal(compilePattern(pattern)?.(text), false);
    assert.ok(process.cpuUsage(begun).user < 5_000_000, pattern);
  }
});
