import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromOdrl, toOdrl } from './odrl.js';
import { rightTerms } from './samples/arbitrary.js';
import { datasetId, rightId, terms } from './samples/sample-share.js';

test('a right read back from its ODRL policy is the same right', () => {
  fc.assert(
    fc.property(rightTerms, (each) => {
      const policy = toOdrl(rightId, each);
      // As it comes over the wire.
      assert.deepEqual(fromOdrl(JSON.parse(JSON.stringify(policy))), { ok: { right: rightId, terms: each } });
    }),
    { numRuns: 300 },
  );
});

test('the policy says the right in the words of ODRL 2.2', () => {
  const policy = toOdrl(rightId, terms);
  assert.equal(policy['@type'], 'Agreement');
  assert.equal(policy.uid, `urn:quanlian:right:${rightId}`);
  assert.deepEqual(policy.prohibition, [{ target: `urn:quanlian:dataset:${datasetId}`, action: 'distribute' }]);
  const [permission] = policy.permission as unknown as {
    constraint: { leftOperand: string; operator: string; rightOperand: unknown }[];
  }[];
  const count = permission?.constraint.find(({ leftOperand }) => leftOperand === 'count');
  assert.deepEqual(count, { leftOperand: 'count', operator: 'lteq', rightOperand: 5 });
});

test('a policy that says more, less or something else is refused, not half understood', () => {
  const written = JSON.stringify(toOdrl(rightId, terms));
  const changed = (from: string | RegExp, to: string): unknown => {
    const text = written.replace(from, to);
    assert.notEqual(text, written);
    return JSON.parse(text);
  };
  assert.ok(fromOdrl(JSON.parse(written)).ok);
  for (const policy of [
    changed('"constraint":[', '"constraint":[{"leftOperand":"spatial","operator":"eq","rightOperand":"x"},'),
    changed(/"prohibition":\[[^\]]*\],/, ''),
    changed('"action":"use"', '"action":"distribute"'),
    changed('"rightOperand":5', '"rightOperand":0'),
    changed('"lteq","rightOperand":5', '"gteq","rightOperand":5'),
    changed('odrl:anonymize', 'odrl:inform'),
    changed('urn:quanlian:odrl:1', 'urn:quanlian:odrl:2'),
  ]) {
    assert.equal(fromOdrl(policy).refused?.code, 'odrl-unreadable');
  }
  for (const nothing of [undefined, null, 1, 'x', [], {}, { permission: [null] }, { permission: [{ constraint: [1] }] }]) {
    assert.equal(fromOdrl(nothing).refused?.code, 'odrl-unreadable');
  }
});
