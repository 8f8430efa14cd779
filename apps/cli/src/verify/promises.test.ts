import { usccCheckCharacter, type Statement } from '#contracts';
import { generateSigningKey, importSigningKey, randomId } from '#crypto';
import {
  encodeEntry,
  encodeStatement,
  NO_ENTRY,
  proveAdmission,
  signStatement,
  statementDigest,
  type AdmissionReceipt,
} from '#ledger';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PromiseWatch } from './promises.js';

const origin = 'quanlian.test/promises';
const log = generateSigningKey();
const own = generateSigningKey();
const logKey = { keyId: log.keyId, privateKey: importSigningKey(log.privateSeed) };
const department = '11990100000000001';
const code = department + usccCheckCharacter(department);

function statement(): Statement {
  return {
    v: 1,
    type: 'use.recorded',
    origin,
    id: randomId(),
    issuer: code,
    keyId: own.keyId,
    alg: 'ed25519',
    at: '2026-03-04T00:00:00.000Z',
    body: { right: randomId(), dataset: randomId(), kind: 'use', record: '0'.repeat(64) },
  };
}

function promised(said: Statement, sealBy: string, signer = logKey) {
  const digest = statementDigest(encodeStatement(said));
  return proveAdmission(origin, { statement: said.id, digest, admittedAt: '2026-03-04T00:00:00.000Z', sealBy }, signer);
}

function entryOf(said: Statement): Buffer {
  const bytes = encodeStatement(said);
  const signatures = [signStatement(bytes, importSigningKey(own.privateSeed))];
  return encodeEntry({ index: 0, prev: NO_ENTRY, sealedAt: '2026-03-04T00:00:01.000Z', signatures }, bytes);
}

async function resultOf(receipts: AdmissionReceipt[], entries: Buffer[]) {
  const watch = new PromiseWatch(origin, receipts);
  const passed: Buffer[] = [];
  const source = (async function* () {
    yield* entries;
  })();
  for await (const bytes of watch.passing(source)) passed.push(bytes);
  assert.deepEqual(passed, entries);
  const logKeys = [{ keyId: log.keyId, publicKey: log.publicKey, admittedAt: 0 }];
  return watch.result({ sealedAt: '2026-03-04T01:00:00.000Z', logKeys });
}

test('a promise is kept by its own statement, open until its time, broken after it', async () => {
  const sealed = statement();
  const early = statement();
  const late = statement();
  const receipts = [
    promised(sealed, '2026-03-04T00:10:00.000Z'),
    promised(late, '2026-03-04T00:10:00.000Z'),
    promised(early, '2026-03-05T00:00:00.000Z'),
  ];
  const { kept, open, broken } = await resultOf(receipts, [entryOf(statement()), entryOf(sealed)]);
  assert.deepEqual(kept, [sealed.id]);
  assert.deepEqual(open, [early.id]);
  assert.deepEqual(
    broken.map((receipt) => receipt.statement),
    [late.id],
  );
});

test('what was sealed after its time is late and not kept; a forged receipt says nothing about it', async () => {
  const inTime = statement();
  const withheld = statement();
  const signer = { keyId: own.keyId, privateKey: importSigningKey(own.privateSeed) };
  const slandered = statement();
  const receipts = [
    promised(inTime, '2026-03-04T00:00:01.000Z'),
    promised(withheld, '2026-03-04T00:00:00.999Z'),
    promised(slandered, '2026-03-04T00:00:00.999Z', signer),
  ];
  const { kept, late, open, broken } = await resultOf(receipts, [inTime, withheld, slandered].map(entryOf));
  assert.deepEqual(kept, [inTime.id]);
  assert.deepEqual(late, [{ statement: withheld.id, sealBy: '2026-03-04T00:00:00.999Z', sealedAt: '2026-03-04T00:00:01.000Z' }]);
  assert.deepEqual([open.length, broken.length], [0, 0]);
});

test('other bytes under the promised id do not keep the promise', async () => {
  const said = statement();
  const other = { ...said, at: '2026-03-04T00:00:00.001Z' };
  const { kept, broken } = await resultOf([promised(said, '2026-03-04T00:10:00.000Z')], [entryOf(other)]);
  assert.deepEqual([kept.length, broken.length], [0, 1]);
});

test('a receipt that the log key did not sign promises nothing', async () => {
  const signer = { keyId: own.keyId, privateKey: importSigningKey(own.privateSeed) };
  const forged = promised(statement(), '2026-03-04T00:10:00.000Z', signer);
  const altered = { ...promised(statement(), '2026-03-04T00:10:00.000Z'), sealBy: '2026-03-04T00:00:30.000Z' };
  const { kept, open, broken } = await resultOf([forged, altered], []);
  assert.deepEqual([kept.length, open.length, broken.length], [0, 0, 0]);
});
