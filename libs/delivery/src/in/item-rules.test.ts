import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from '#contracts';
import { checkItemRules, ruleCheck } from './item-rules.js';

const item = (type: Item['type'], rules: Item['rules'], scale?: number): Item => ({
  name: 'x',
  title: 'x',
  type,
  required: false,
  personal: false,
  ...(scale === undefined ? {} : { scale }),
  ...(rules ? { rules } : {}),
});
const broken = (one: Item, text: string): string | undefined => ruleCheck(one)?.(text);

test('Ranges compare values, not texts', () => {
  const whole = item('I', { min: '-5', max: '9007199254740993' });
  for (const [text, rule] of [
    ['-6', 'min'],
    ['-5', undefined],
    ['10', undefined],
    ['9007199254740993', undefined],
    ['9007199254740994', 'max'],
  ] as const)
    assert.equal(broken(whole, text), rule, text);
  const money = item('Y', { min: '9.50', max: '100.00' });
  for (const [text, rule] of [
    ['10.00', undefined],
    ['9.49', 'min'],
    ['100.01', 'max'],
  ] as const)
    assert.equal(broken(money, text), rule, text);
  assert.equal(broken(item('D', { min: '1900-01-01' }), '1899-12-31'), 'min');
  assert.equal(broken(item('T', { max: '2024-01-01T00:00:00' }), '2024-01-01T00:00:00.5'), 'max');
  assert.equal(broken(item('B', { min: '0.5' }), '1e+21'), undefined);
});

test('Enumerations and patterns are of the whole value', () => {
  assert.equal(broken(item('C', { oneOf: ['男', '女'] }), '男性'), 'oneOf');
  assert.equal(broken(item('C', { pattern: String.raw`\d{6}` }), '1234567'), 'pattern');
  assert.equal(broken(item('C', { pattern: '[一-龥]{2,4}', oneOf: ['张三'] }), '张三'), undefined);
});

test('A rule that does not fit its item is named', () => {
  const fields = (one: Item) => checkItemRules([one], 'entry.items')?.at?.field;
  assert.equal(fields(item('I', { pattern: 'a' })), 'entry.items.0.rules.pattern');
  assert.equal(fields(item('C', { min: 'a' })), 'entry.items.0.rules.min');
  assert.equal(fields(item('L', { max: 'true' })), 'entry.items.0.rules.max');
  assert.equal(fields(item('Y', { min: '9.5' })), 'entry.items.0.rules.min');
  assert.equal(fields(item('D', { min: '2024-02-02', max: '2024-02-01' })), 'entry.items.0.rules.max');
  assert.equal(fields(item('N', { oneOf: ['1.0', '2'] }, 1)), 'entry.items.0.rules.oneOf');
  assert.equal(fields(item('L', { oneOf: ['true'] })), undefined);
});
