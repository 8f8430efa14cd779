import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCanonical } from '#crypto';
import { encodeEntry, leafHash, NO_ENTRY, openEntry, type Entry } from './entry.js';
import { exportLine, readExport } from './export.js';
import { LedgerFault } from './faults.js';
import { codeOf, recipientOf, SampleCity, type Said } from './sample-city.js';
import { encodeTrustRoot, openTrustRoot, trustRootOf } from './trust-root.js';
import { verifyLedger } from './verify.js';

const city = new SampleCity();
const provider = codeOf(1);
const said: Said[] = [
  city.opened(),
  city.departmentAdmitted(provider),
  city.keyAdmitted(provider, 'exchange'),
  city.recipientAdmitted(provider, recipientOf(1)),
  city.membershipGranted(provider),
  city.membershipGranted(provider),
  city.membershipGranted(provider),
];
const timeOf = (index: number) => new Date(Date.UTC(2026, 1, 3) + index * 1000).toISOString();

/** Chains statements as a sealer would. */
function seal(statements: readonly Said[], times = timeOf): Buffer[] {
  let prev = NO_ENTRY;
  return statements.map(({ bytes, signatures }, index) => {
    const entry = encodeEntry({ index, prev, sealedAt: times(index), signatures }, bytes);
    prev = leafHash(entry).toString('hex');
    return entry;
  });
}
const sealed = seal(said);
const trustRoot = trustRootOf(sealed[0] ?? Buffer.alloc(0));

async function* each(entries: readonly Uint8Array[]) {
  yield* entries;
}
async function faultOf(entries: readonly Uint8Array[], seen?: { size: number; head: string }, root = trustRoot) {
  try {
    await verifyLedger(each(entries), root, seen ? { seen } : {});
    return undefined;
  } catch (error) {
    assert.ok(error instanceof LedgerFault, String(error));
    return `${error.index} ${error.code}`;
  }
}
/** The same ledger with entry `index` rewritten and nothing else changed. */
function altered(index: number, change: (entry: Entry) => object): Buffer[] {
  const { entry } = openEntry(sealed[index] as Buffer);
  return sealed.with(index, encodeCanonical({ ...entry, ...change(entry) }));
}

test('promise 11: a ledger that is whole verifies from its bytes and a trust root alone, and the report says what it holds and what it cannot tell', async () => {
  const report = await verifyLedger(each(sealed), trustRoot);
  assert.equal(report.size, 7);
  assert.equal(report.head, leafHash(sealed[6] as Buffer).toString('hex'));
  assert.equal(report.sealedAt, timeOf(6));
  assert.deepEqual(report.byType, {
    'ledger.opened': 1,
    'department.admitted': 1,
    'key.admitted': 1,
    'recipient.admitted': 1,
    'membership.granted': 3,
  });
  assert.deepEqual(report.exchangeCustody, [{ department: provider, name: '民政局', keyIds: [city.keyOf(provider).keyId] }]);
  assert.deepEqual(report.compromised, []);
  const codes = report.warnings.map(({ code }) => code);
  assert.deepEqual(codes, ['fork', 'omission', 'first-sight', 'rights-not-checked', 'exchange-custody']);
});

test('a key declared compromised is named with what it had signed before', async () => {
  const own = new SampleCity();
  const [opened, admitted, first] = [own.opened(), own.departmentAdmitted(provider), own.keyAdmitted(provider)];
  const old = own.keyOf(provider);
  const signed = [own.membershipGranted(provider), own.membershipGranted(provider)];
  const next = own.keyAdmitted(provider);
  const { id } = JSON.parse(String(first.bytes)) as { id: string };
  const body = { department: provider, keyId: old.keyId, reason: 'compromised' } as const;
  const ended = own.say('key.ended', body, { issuer: provider, after: id });
  const entries = seal([opened, admitted, first, ...signed, next, ended]);
  const report = await verifyLedger(each(entries), trustRootOf(entries[0] as Buffer));
  assert.deepEqual(report.compromised, [
    { keyId: old.keyId, department: provider, name: '民政局', declaredAt: 6, entries: 2, last: 4 },
  ]);
});

test('promise 4, as far as one reader can tell: what was remembered is the history that must be found again', async () => {
  const { size, head } = await verifyLedger(each(sealed.slice(0, 5)), trustRoot);
  const seen = { size, head };
  const report = await verifyLedger(each(sealed), trustRoot, { seen });
  assert.ok(report.warnings.every(({ code }) => code !== 'first-sight'));
  assert.equal(await faultOf(sealed.slice(0, 4), seen), '4 history-shrank');
  // Sealed anew with other times: the chain is whole and every signature right, and yet it is not what was seen.
  assert.equal(
    await faultOf(
      seal(said, (index) => timeOf(index + 100)),
      seen,
    ),
    '4 history-changed',
  );
  assert.equal(await faultOf(seal(said, (index) => timeOf(index + 100))), undefined);
});

test('an altered entry is named, whatever was altered', async () => {
  const last = sealed.length - 1;
  for (let index = 1; index < last; index++) {
    assert.equal(await faultOf(altered(index, () => ({ sealedAt: timeOf(index + 2) }))), `${index} chain-broken`);
    assert.equal(await faultOf(altered(index, () => ({ sealedAt: timeOf(index - 1) }))), `${index} chain-broken`);
    assert.equal(await faultOf(altered(index, () => ({ prev: 'ab'.repeat(32) }))), `${index} chain-broken`);
    assert.equal(await faultOf(altered(index, () => ({ index: index + 1 }))), `${index} index-gap`);
    const other = { ...openEntry(sealed[index] as Buffer).entry.statement, at: '2026-01-05T08:00:00.001Z' };
    assert.equal(await faultOf(altered(index, () => ({ statement: other }))), `${index} bad-signature`);
    assert.equal(await faultOf(altered(index, () => ({ sealedAt: '2026-01-01T00:00:00.000Z' }))), `${index} time-went-back`);
    assert.equal(await faultOf(altered(index, () => ({ signatures: said[0]?.signatures }))), `${index} bad-signature`);
  }
});

test('entries that are missing, repeated, swapped or not canonical are named', async () => {
  assert.equal(await faultOf([]), '0 empty');
  assert.equal(await faultOf(sealed.toSpliced(3, 1)), '3 index-gap');
  assert.equal(await faultOf(sealed.toSpliced(3, 0, sealed[3] as Buffer)), '4 index-gap');
  assert.equal(await faultOf([...sealed.slice(0, 4), sealed[5] as Buffer, sealed[4] as Buffer]), '4 index-gap');
  assert.equal(await faultOf(sealed.with(2, Buffer.from(` ${String(sealed[2])}`))), '2 entry-not-canonical');
  assert.equal(await faultOf(sealed.with(2, Buffer.from('{}'))), '2 entry-malformed');
  assert.equal(await faultOf(seal([...said, said[5] as Said])), '7 statement-repeated');
});

test('a signer that the ledger never admitted, or an ended one, is named', async () => {
  const forged = new SampleCity(city.origin);
  const { keyId, privateKey, ...key } = forged.keyOf(forged.competent);
  const byStranger = city.say(
    'membership.granted',
    { department: provider, person: '0'.repeat(32), roles: ['steward'] },
    { issuer: provider, key: { ...key, keyId, privateKey } },
  );
  assert.equal(await faultOf(seal([...said, byStranger])), '7 key-not-in-force');
});

test('keys in the ledger are not trusted by themselves: entry 0 is the one that the trust root names', async () => {
  const other = new SampleCity(city.origin);
  const forgery = seal([other.opened(), other.departmentAdmitted(provider)]);
  assert.equal(await faultOf(forgery), '0 trust-root-differs');
  assert.equal(await faultOf(sealed.slice(1)), '0 trust-root-differs');
  assert.equal(await faultOf(sealed, undefined, { ...trustRoot, logKey: trustRoot.exchangeKey }), '0 trust-root-differs');
  assert.equal(await faultOf(sealed, undefined, { ...trustRoot, origin: 'quanlian.test/other' }), '0 trust-root-differs');
});

test('the law of rights can be added, and its refusal is a fault', async () => {
  const refusing = () => {
    throw new Error('a bug in a fold');
  };
  await assert.rejects(verifyLedger(each(sealed), trustRoot, { folds: [refusing] }), { code: 'fold-failed', index: 0 });
});

test('the trust root is a file that reads back, and nothing else does', () => {
  const bytes = encodeTrustRoot(trustRoot);
  assert.deepEqual(openTrustRoot(bytes), trustRoot);
  assert.deepEqual(openTrustRoot(Buffer.concat([bytes, Buffer.from('\n')])), trustRoot);
  for (const wrong of ['', '{}', ` ${String(bytes)}`, String(bytes).replace('"v":1', '"v":2')]) {
    assert.throws(() => openTrustRoot(Buffer.from(wrong)), { code: 'bad-input' });
  }
});

test('an export carries the exact bytes through any cutting into chunks, and says when it is cut off', async () => {
  const whole = Buffer.concat(sealed.map(exportLine));
  const chunks = async function* (bytes: Buffer, size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const read = async (bytes: Buffer, size: number) => {
    const entries: Buffer[] = [];
    for await (const entry of readExport(chunks(bytes, size))) entries.push(Buffer.from(entry));
    return entries;
  };
  for (const size of [1, 7, 1000, 1 << 20]) assert.deepEqual(await read(whole, size), sealed);
  await assert.rejects(read(whole.subarray(0, -1), 1000), { code: 'export-cut', index: 6 });
  await assert.rejects(read(Buffer.concat([whole, Buffer.from('\n')]), 1000), { code: 'entry-malformed', index: 7 });
  await assert.rejects(read(Buffer.alloc(200_000, 'x'), 1000), { code: 'entry-malformed', index: 0 });
});
