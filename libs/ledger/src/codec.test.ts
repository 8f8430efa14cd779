import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Refusal, RowScope, Statement } from '#contracts';
import { encodeCanonical } from '#crypto';
import { encodeEntry, leafHash, NO_ENTRY, openEntry } from './entry.js';
import { checkKeyPossession, proveKeyPossession } from './possession.js';
import { codeOf, SampleCity } from './sample-city.js';
import { checkStatementSignature, encodeStatement, openStatement, signStatement, statementDigest } from './statement.js';

const city = new SampleCity();
const refusal = (code: string) => (error: Refusal) => error.code === code;
const hex = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => Buffer.from(bytes).toString('hex'));
// Any text but half surrogates and U+0000, which no statement may hold.
const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !value.includes('\u0000'));
/** As JSON.parse makes them: with a prototype. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(model, { noNullPrototype: true });
const item = fc.constantFrom('code', 'name', '户籍地', 'a_b-c.d');
const scope: fc.Arbitrary<RowScope> = fc.letrec<{ scope: RowScope }>((tie) => ({
  scope: fc.oneof(
    { maxDepth: 4 },
    fc.constant<RowScope>({ op: 'all' }),
    record({ op: fc.constant('=' as const), item, value: text }),
    record({ op: fc.constant('in' as const), item, values: fc.array(text, { minLength: 1, maxLength: 4 }) }),
    record({ op: fc.constant('not' as const), of: tie('scope') }),
    record({ op: fc.constantFrom('and' as const, 'or' as const), of: fc.array(tie('scope'), { minLength: 1, maxLength: 3 }) }),
  ),
})).scope;
const pull = fc
  .record({ id: hex(16), right: hex(16), dataset: hex(16), basis: hex(32), scenario: hex(32), rows: scope })
  .map(
    ({ id, right, dataset, basis, scenario, rows }) =>
      city.say(
        'pull.signed',
        { right, dataset, purpose: { basis, scenario }, items: ['code', '户籍地'], rows, format: 'csv', version: 'latest' },
        { id },
      ).statement,
  );

test('a statement comes back from its bytes as it went in', () => {
  fc.assert(
    fc.property(pull, (statement) => {
      const bytes = encodeStatement(statement);
      assert.deepEqual(openStatement(bytes), statement);
      assert.equal(statementDigest(bytes), createHash('sha256').update(bytes).digest('hex'));
    }),
  );
});

test('an entry made around the statement bytes is the canonical JSON of the whole, and comes back', () => {
  fc.assert(
    fc.property(pull, fc.nat(), hex(32), fc.integer({ min: 1, max: 3 }), (statement, index, prev, signers) => {
      const statementBytes = encodeStatement(statement);
      const one = signStatement(statement, city.keyOf(city.competent).privateKey);
      const signatures = Array.from({ length: signers }, (_, i) => ({ ...one, keyId: String(i).repeat(32) }));
      const parts = { index, prev, sealedAt: '2026-02-03T04:05:06.007Z', signatures };
      const bytes = encodeEntry(parts, statementBytes);
      assert.deepEqual(bytes, encodeCanonical({ v: 1, ...parts, statement }));
      const opened = openEntry(bytes);
      assert.deepEqual(opened.entry, { v: 1, ...parts, statement });
      assert.deepEqual(opened.statementBytes, statementBytes);
      assert.deepEqual(leafHash(bytes), createHash('sha256').update(Buffer.of(0)).update(bytes).digest());
    }),
  );
});

test('one flipped bit of an entry opens as nothing that hashes or verifies the same', () => {
  const { statement, bytes, signatures } = city.opened();
  const entry = encodeEntry({ index: 0, prev: NO_ENTRY, sealedAt: '2026-02-03T04:05:06.007Z', signatures }, bytes);
  const at = entry.indexOf('"statement":') + '"statement":'.length;
  fc.assert(
    fc.property(fc.integer({ min: at, max: entry.length - 8 }), fc.integer({ min: 0, max: 7 }), (byte, bit) => {
      const altered = Buffer.from(entry);
      altered[byte] = (altered[byte] as number) ^ (1 << bit);
      assert.notDeepEqual(leafHash(altered), leafHash(entry));
      const [signature] = signatures;
      const { publicKey } = city.keyOf(statement.issuer);
      assert.ok(signature);
      assert.throws(() => checkStatementSignature(openEntry(altered).statementBytes, signature, publicKey), { name: 'Refusal' });
    }),
  );
});

test('bytes that are not the canonical form are refused', () => {
  const { bytes } = city.departmentAdmitted(codeOf(1));
  const whole = bytes.toString();
  const refused = (changed: string | Buffer, code: string) =>
    assert.throws(() => openStatement(Buffer.from(changed)), refusal(code), `${code}: ${String(changed).slice(0, 60)}`);
  refused(` ${whole}`, 'statement-not-canonical');
  refused(`${whole}\n`, 'statement-not-canonical');
  refused(whole.replace('"v":1', '"v":1.0'), 'statement-not-canonical');
  refused(whole.replace('"v":1', '"v":1,"v":1'), 'statement-not-canonical');
  refused(whole.replace('民', '\\u6c11'), 'statement-not-canonical');
  refused(whole.replace('"v":1', '"v":2'), 'statement-malformed');
  refused(whole.replace('"v":1', '"v":null'), 'statement-malformed');
  refused(whole.replace('"v":1}', '"v":1,"w":1}'), 'statement-malformed');
  refused(whole.replace('department.admitted', 'department.imagined'), 'statement-malformed');
  refused(whole.replace('"alg":"ed25519"', '"alg":"sm2"'), 'unknown-algorithm');
  refused(whole.replace('民政局', '民\\u0000局'), 'statement-malformed');
  refused(Buffer.concat([bytes.subarray(0, 40), Buffer.of(0xff), bytes.subarray(40)]), 'statement-malformed');
  refused('', 'statement-malformed');
  refused('[]', 'statement-malformed');
  refused('7', 'statement-malformed');
});

test('U+0000 is refused wherever it stands, a spelled-out backslash-u0000 is not', () => {
  const { statement } = city.departmentAdmitted(codeOf(1));
  const of = (value: string): Statement => {
    return {
      ...statement,
      type: 'pull.signed',
      body: {
        right: '0'.repeat(32),
        dataset: '1'.repeat(32),
        purpose: { basis: '2'.repeat(64), scenario: '3'.repeat(64) },
        items: ['code'],
        rows: { op: '=', item: 'code', value },
        format: 'csv',
        version: 'latest',
      },
    };
  };
  assert.throws(() => encodeStatement(of('a\u0000')), refusal('statement-malformed'));
  assert.throws(() => encodeStatement(of('\\\u0000')), refusal('statement-malformed'));
  assert.deepEqual(openStatement(encodeStatement(of('\\u0000'))), of('\\u0000'));
  assert.deepEqual(openStatement(encodeStatement(of('\\\\u0000'))), of('\\\\u0000'));
});

test('a statement has at most 32 KiB and 63 levels, so that its entry can always be opened', () => {
  const nested = (levels: number): Statement => {
    let rows: RowScope = { op: 'all' };
    for (let i = 0; i < levels; i++) rows = { op: 'not', of: rows };
    const purpose = { basis: '2'.repeat(64), scenario: '3'.repeat(64) };
    const ids = { right: '0'.repeat(32), dataset: '1'.repeat(32) };
    const { statement } = city.departmentAdmitted(codeOf(1));
    return { ...statement, type: 'pull.signed', body: { ...ids, purpose, items: ['a'], rows, format: 'csv', version: 'latest' } };
  };
  // statement, body and the innermost scope are three levels.
  const deepest = encodeStatement(nested(60));
  const { signatures } = city.opened();
  openEntry(encodeEntry({ index: 1, prev: NO_ENTRY, sealedAt: '2026-02-03T04:05:06.007Z', signatures }, deepest));
  assert.throws(() => encodeStatement(nested(61)), refusal('statement-malformed'));
  assert.throws(() => encodeStatement(nested(5000)), refusal('statement-malformed'));

  const long = (length: number) => ({ ...nested(0), body: { ...nested(0).body, items: ['a'.repeat(length)] } }) as Statement;
  assert.throws(() => encodeStatement(long(32_768)), refusal('statement-too-large'));
});

test('a proof of possession holds for one ledger, one department and one key', () => {
  const { publicKey, privateKey } = city.keyOf(city.competent);
  const proof = proveKeyPossession(city.origin, codeOf(1), publicKey, privateKey);
  checkKeyPossession(city.origin, codeOf(1), publicKey, proof);
  assert.throws(() => checkKeyPossession('other/ledger', codeOf(1), publicKey, proof), refusal('bad-proof'));
  assert.throws(() => checkKeyPossession(city.origin, codeOf(2), publicKey, proof), refusal('bad-proof'));
  assert.throws(() => checkKeyPossession(city.origin, codeOf(1), city.exchange.publicKey, proof), refusal('bad-proof'));
  const identity = Buffer.concat([Buffer.of(1), Buffer.alloc(31)]).toString('base64');
  assert.throws(() => checkKeyPossession(city.origin, codeOf(1), identity, proof), refusal('bad-key'));
});
