import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCanonical, generateSigningKey, importSigningKey, randomId, sha256Hex } from '#crypto';
import { leafHash, openEntry } from '../entry.js';
import { encodeLogProof } from '../log/log-proof.js';
import { proveInclusion } from '../log/prove.js';
import { proveAdmission, proveSealed } from '../receipts.js';
import { encodeTrustRoot, openTrustRoot, trustRootOf, type TrustRoot } from '../trust-root.js';
import { EvidenceFault } from './faults.js';
import { checkReceipt, encodeReceipt, type ReceiptFile } from './receipt.js';
import { SampleEvidence } from './sample-evidence.js';

const sample = new SampleEvidence();
const { trustRoot } = sample;
const { origin, log } = sample.city;
const entry = sample.entries[9] as Buffer;
const { entry: opened, statementBytes } = openEntry(entry);
const statement = opened.statement.id;
const logKey = { keyId: log.keyId, privateKey: log.privateKey };
const promised = { admittedAt: '2026-01-05T08:00:08.500Z', sealBy: '2026-01-05T08:01:08.500Z' };
const admission = proveAdmission(origin, { statement, digest: sha256Hex(statementBytes), ...promised }, logKey);
const sealedFacts = {
  statement,
  index: 9,
  leafHash: leafHash(entry).toString('hex'),
  sealedAt: opened.sealedAt,
  epoch: 3,
};
const durable = proveSealed(origin, sealedFacts, logKey);
const proofUnder = async (checkpoint: string, index = 9) =>
  encodeLogProof({ index, hashes: await proveInclusion(sample.tree, index, sample.size), checkpoint });
const whole: ReceiptFile = {
  v: 1,
  kind: 'receipt',
  origin,
  statement,
  admission,
  durable,
  entry: entry.toString('base64'),
  proof: await proofUnder(await sample.checkpoint()),
};
const faultOf = (receipt: unknown, root: TrustRoot = trustRoot): string => {
  try {
    checkReceipt(encodeCanonical(receipt as Parameters<typeof encodeCanonical>[0]), root);
  } catch (error) {
    if (error instanceof EvidenceFault) return `${error.file} ${error.code}`.trim();
    throw error;
  }
  return 'holds';
};
const without = (...keys: (keyof ReceiptFile)[]): Partial<ReceiptFile> =>
  Object.fromEntries(Object.entries(whole).filter(([key]) => !keys.includes(key as keyof ReceiptFile)));

test('a receipt says how far a statement has come, each stage by the log’s own signature', () => {
  const stageOf = (receipt: unknown, root = trustRoot) =>
    checkReceipt(encodeCanonical(receipt as Parameters<typeof encodeCanonical>[0]), root);
  const report = stageOf(whole);
  assert.deepEqual([report.stage, report.index, report.type, report.size], ['witnessed', 9, 'right.granted', 11]);
  assert.deepEqual(
    report.cosigned.map(({ witness }) => witness),
    ['a', 'b'],
  );
  assert.deepEqual(report, checkReceipt(Buffer.concat([encodeReceipt(whole), Buffer.from('\n')]), trustRoot));
  assert.equal(stageOf(without('proof')).stage, 'durable');
  assert.equal(stageOf(without('proof', 'durable', 'entry')).stage, 'admitted');
  assert.equal(stageOf(without('admission')).stage, 'witnessed');
  const none = trustRootOf(sample.entries[0] as Buffer);
  assert.equal(stageOf(whole, none).stage, 'published');
  assert.ok(stageOf(whole, none).warnings.some(({ code }) => code === 'no-witnesses'));
  const late = proveAdmission(
    origin,
    { statement, digest: sha256Hex(statementBytes), ...promised, sealBy: '2026-01-05T08:00:08.600Z' },
    logKey,
  );
  assert.ok(stageOf({ ...whole, admission: late }).warnings.some(({ code }) => code === 'sealed-late'));
});

test('what another key signed, and parts that speak of another statement, are refused', async () => {
  const other = generateSigningKey();
  const otherKey = { keyId: other.keyId, privateKey: importSigningKey(other.privateSeed) };
  const posing = { keyId: log.keyId, privateKey: importSigningKey(other.privateSeed) };
  const facts = { statement, digest: sha256Hex(statementBytes), ...promised };
  const id = randomId();
  const cases: [string, unknown, string][] = [
    ['another key', { ...whole, admission: proveAdmission(origin, facts, otherKey) }, 'admission key-entry-missing'],
    ['in its name', { ...whole, admission: proveAdmission(origin, facts, posing) }, 'admission bad-signature'],
    ['another origin', { ...whole, admission: proveAdmission('quanlian.test/x', facts, logKey) }, 'admission bad-signature'],
    ['another time', { ...whole, admission: { ...admission, sealBy: '2027-01-01T00:00:00.000Z' } }, 'admission bad-signature'],
    ['another statement', { ...whole, statement: id }, 'admission receipt-differs'],
    [
      'another digest',
      { ...whole, admission: proveAdmission(origin, { ...facts, digest: '0'.repeat(64) }, logKey) },
      'entry receipt-differs',
    ],
    ['another entry', { ...whole, entry: (sample.entries[8] as Buffer).toString('base64') }, 'durable receipt-differs'],
    [
      'another leaf',
      { ...whole, durable: proveSealed(origin, { ...sealedFacts, leafHash: '0'.repeat(64) }, logKey) },
      'durable receipt-differs',
    ],
    ['another index', { ...whole, proof: await proofUnder(await sample.checkpoint(), 8) }, 'proof inclusion-wrong'],
    ['too few witnesses', { ...whole, proof: await proofUnder(await sample.checkpoint(1)) }, 'proof quorum-missing'],
    ['no proof’s form', { ...whole, proof: 'x' }, 'proof proof-malformed'],
    ['a proof of nothing', without('entry', 'durable'), 'receipt-malformed'],
    ['nothing at all', without('entry', 'durable', 'admission', 'proof'), 'receipt-malformed'],
    ['something more', { ...whole, note: 'x' }, 'receipt-malformed'],
    ['no base64', { ...whole, entry: 'x' }, 'entry receipt-malformed'],
    ['another ledger', { ...whole, origin: 'quanlian.test/x' }, 'checkpoint-origin-other'],
  ];
  for (const [what, receipt, code] of cases) assert.equal(faultOf(receipt), code, what);
  assert.throws(() => checkReceipt(Buffer.from('{'), trustRoot), EvidenceFault);
});

test('a trust root of another ledger finds nothing to believe', () => {
  const root = openTrustRoot(encodeTrustRoot({ ...trustRoot, logKey: trustRoot.exchangeKey }));
  assert.equal(faultOf(whole, root), 'admission key-entry-missing');
});
