import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as crypto from '#crypto';
import { encodeEntry, exportLine, leafHash, NO_ENTRY, readExport, trustRootOf, verifyLedger, type VerifyReport } from '#ledger';
import * as ledger from '#ledger';
import * as rights from '#rights';
import { foldRights } from '#rights';
import { codeOf, recipientOf, SampleCity, type Said } from '../../libs/ledger/src/sample-city.js';
import { browserDoors, type BrowserDoors } from './bundled-doors.js';

const city = new SampleCity();
const [provider, grantee] = [codeOf(1), codeOf(2)];

/** A ledger in which everything that a ledger of today holds is there once at least: register, catalogue, request, right. */
function sampleExport(): Buffer {
  const said: Said[] = [city.opened()];
  for (const department of [provider, grantee])
    said.push(city.departmentAdmitted(department, '民政局'), city.keyAdmitted(department));
  const [asks, grants] = [crypto.randomId(), crypto.randomId()];
  const dataset = city.datasetEntered(provider);
  const request = city.requestSubmitted(dataset.statement.id, provider, grantee, asks);
  said.push(city.recipientAdmitted(grantee, recipientOf(1)), city.membershipGranted(grantee, asks, 'office-head'));
  said.push(city.membershipGranted(provider, grants, 'office-head'), dataset, request);
  said.push(city.rightGranted(request.statement.id, dataset.statement.id, provider, grantee, grants));
  let prev = NO_ENTRY;
  const lines = said.map(({ bytes, signatures }, index) => {
    const sealedAt = new Date(Date.UTC(2026, 1, 3) + index * 1000).toISOString();
    const entry = encodeEntry({ index, prev, sealedAt, signatures }, bytes);
    prev = leafHash(entry).toString('hex');
    return exportLine(entry);
  });
  return Buffer.concat(lines);
}
const exported = sampleExport();
const trustRoot = trustRootOf(exported.subarray(0, exported.indexOf('\n')));

async function* pieces<T>(bytes: Uint8Array, of: (piece: Uint8Array) => T): AsyncGenerator<T> {
  for (let at = 0; at < bytes.length; at += 1000) yield of(bytes.subarray(at, at + 1000));
}

/** What a verifier says: its report, or the fault's place and name. */
async function verdictOf(work: () => Promise<VerifyReport>): Promise<unknown> {
  try {
    return structuredClone(await work());
  } catch (error) {
    const { name, index, code } = error as { name: string; index: number; code: string };
    assert.equal(name, 'LedgerFault', String(error));
    return `${index} ${code}`;
  }
}
const nodeVerdict = (bytes: Uint8Array) =>
  verdictOf(() => verifyLedger(readExport(pieces(bytes, (piece) => piece)), trustRoot, { folds: [foldRights] }));

describe('the browser doors, bundled and run where nothing of Node is', () => {
  let doors: BrowserDoors;
  before(async () => {
    doors = await browserDoors();
  });
  const browserVerdict = (bytes: Uint8Array) =>
    verdictOf(() =>
      doors.ledger.verifyLedger(doors.ledger.readExport(pieces(bytes, doors.bytes) as AsyncGenerator<Buffer>), trustRoot, {
        folds: [doors.rights.foldRights],
      }),
    );

  it('promise 11: the verifier in the browser gives the same report as the one in Node', async () => {
    const report = (await nodeVerdict(exported)) as VerifyReport;
    assert.equal(report.size, 11);
    assert.deepEqual(await browserVerdict(exported), report);
  });

  it('one altered byte is named by the same entry and the same code in both', async () => {
    const found = new Set<string>();
    for (let at = 3; at < exported.length; at += 97) {
      const altered = Buffer.from(exported);
      altered[at] = (altered[at] as number) ^ 1;
      const verdict = await nodeVerdict(altered);
      assert.equal(typeof verdict, 'string', `byte ${at} was altered and nobody noticed`);
      assert.equal(await browserVerdict(altered), verdict, `byte ${at}`);
      found.add(String(verdict).replace(/^\d+ /, ''));
    }
    assert.ok(found.has('bad-signature') && found.has('chain-broken') && found.size >= 5, [...found].join(' '));
  });

  it('what ends too soon, lacks an entry or comes from another root is named alike', async () => {
    const second = exported.indexOf('\n') + 1;
    const cases = [
      exported.subarray(0, -1),
      exported.subarray(0, 0),
      Buffer.concat([exported.subarray(0, second), exported.subarray(exported.indexOf('\n', second) + 1)]),
      Buffer.concat([exported, Buffer.from('\n')]),
    ];
    for (const bytes of cases) assert.equal(await browserVerdict(bytes), await nodeVerdict(bytes));
  });

  it('bytes, digests, keys and commitments are the same in both', () => {
    const one = doors.crypto;
    const same = (work: (door: typeof crypto) => Uint8Array | string | boolean | undefined) => {
      const plain = (value: ReturnType<typeof work>) => (typeof value === 'object' ? Buffer.from(value).toString('hex') : value);
      assert.equal(plain(work(one)), plain(work(crypto)));
    };
    const key = doors.bytes(Buffer.alloc(32, 7));
    const data = doors.bytes(Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 37) % 256)));
    same((door) => door.sha256Hex('权链'));
    same((door) => door.sha256(data));
    same((door) => door.createSha256().update(data).update(data).digest('hex'));
    same((door) => door.hmacSha256Hex(key, data));
    same((door) => door.hmacSha256Hex(doors.bytes(Buffer.alloc(100, 9)), '权链'));
    same((door) => door.encodeCanonical({ b: '权链\u0001', a: [1, true, { z: '' }] }));
    same((door) => door.commitTextWith(Buffer.from(key).toString('base64url'), '社会救助'));
    same((door) => door.keyIdOf(data.slice(0, 32)));
    same((door) => door.signEd25519(key, data));
    same((door) => door.signingKeyOf(key as Buffer<ArrayBuffer>).publicKey);
    same((door) => door.toBase64(data));
    same((door) => door.toHex(door.fromHex('00ff10')));
    for (const text of ['AAA=', 'AAB=', 'AAA', 'AA==', ' AAA=', 'A-A=', '', '_-8', '_-9', '/+8', '_-8=', '*-8', '\u{1f600}a']) {
      same((door) => door.decodeBase64(text, 2));
      same((door) => door.decodeBase64Url(text, 2));
    }
    for (const text of ['\\u0000', '\u0001', 'ba', 'b', 'zz', '']) {
      const inside = doors.bytes(Buffer.from('aab\\u000\\u0000bab'));
      if (text) assert.equal(one.indexOfText(inside, text, 1), crypto.indexOfText(inside, text, 1), text);
    }
    assert.ok(one.equalConstantTime('权链', '权链') && !one.equalConstantTime('权', '链'));
  });

  it('each gives at least what Node’s door gives, but for what needs Node', () => {
    const missing = (room: object, door: object) =>
      Object.keys(room)
        .filter((name) => !(name in door))
        .sort();
    assert.deepEqual(missing(rights, doors.rights), ['calendarYearFromChineseDays']);
    assert.deepEqual(missing(ledger, doors.ledger), [
      'BATCH_MAX',
      'CachedStates',
      'Sealer',
      'gateOf',
      'replayEntries',
      'signersAmong',
    ]);
    assert.deepEqual(missing(crypto, doors.crypto), [
      'AGE_THREADS',
      'VaultError',
      'ageDecryptor',
      'ageEncryptor',
      'checkPassword',
      'checkPasswordOfNobody',
      'decodeSigningKey',
      'decryptAgeFile',
      'encodeSigningKey',
      'hashPassword',
      'isEncryptedSigningKey',
      'loadOrCreateVaultKey',
      'loadVaultKey',
      'openVault',
      'randomPassword',
      'sealAgeFile',
    ]);
  });
});
