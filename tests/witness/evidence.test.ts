import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes } from '#contracts';
import { encodeCanonical } from '#crypto';
import {
  checkEvidence,
  checkReceipt,
  decodePolicy,
  EvidenceFault,
  openTrustRoot,
  readZip,
  withWitnesses,
  encodeTrustRoot,
  type ReceiptReport,
  type TrustRoot,
} from '#ledger';
import { withClient } from '#postgres';
import {
  foundSmallCity,
  granted,
  published,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';
import { makeWitnesses, type WitnessProcesses } from './witness-processes.js';

// Evidence and receipts of an exchange with three witnesses of which two are enough, each a real process.

describe('evidence of an exchange with witnesses', () => {
  let witnesses: WitnessProcesses;
  let exchange: RunningExchange;
  let city: SmallCity;
  let trustRoot: TrustRoot;
  let dataset: string;
  let right: string;
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-witnessed-'));

  const text = async (path: string): Promise<string> => (await fetch(`${exchange.baseUrl}/log/${path}`)).text();
  const bundle = async (id = right): Promise<Buffer> =>
    Buffer.from(await (await city.supervisor.client.open(routes.evidence, { query: { right: id } })).arrayBuffer());
  const receipt = async (id = right): Promise<ReceiptReport> => {
    const answer = await city.steward.client.call(routes.receipt, { params: { id } });
    return checkReceipt(encodeCanonical(answer.receipt as Parameters<typeof encodeCanonical>[0]), trustRoot);
  };
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (const begun = Date.now(); !(await holds()); await sleep(50)) assert.ok(Date.now() - begun < 30_000, what);
  };

  before(async () => {
    witnesses = await makeWitnesses(3, 2);
    exchange = await startExchange({ label: 'witnessed_evidence', env: { QUANLIAN_WITNESS_POLICY: witnesses.policyFile } });
    await witnesses.start((await text('vkey')).trim());
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(10));
    right = await granted(city, dataset);
    const stated = await exchange.client().call(routes.trustRoot, {});
    // The witnesses that are believed come from whoever publishes the trust root.
    trustRoot = withWitnesses(
      openTrustRoot(encodeCanonical(stated as Parameters<typeof encodeCanonical>[0])),
      decodePolicy(readFileSync(witnesses.policyFile)),
    );
    await until('the grant is witnessed', async () => (await receipt()).stage === 'witnessed');
  });
  after(async () => {
    await exchange?.stop();
    await witnesses?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a receipt and a bundle carry the cosignatures of the quorum, and hold by a trust root that names the witnesses', async () => {
    const { stage, cosigned } = await receipt();
    assert.equal(stage, 'witnessed');
    assert.ok(cosigned.length >= 2);
    const report = await checkEvidence(await bundle(), trustRoot);
    assert.ok(report.cosigned.length >= 2);
    assert.deepEqual(
      report.warnings.filter(({ code }) => code === 'no-witnesses'),
      [],
    );
    // A trust root that asks for all three does not take two of them for enough.
    const strict = withWitnesses(trustRoot, {
      ...witnesses.policy,
      groups: witnesses.policy.groups.map((group) => ({ ...group, threshold: 3 })),
    });
    await until('there is a note of two', async () => {
      await witnesses.kill(2);
      await granted(city, dataset);
      return (await checkEvidence(await bundle(), trustRoot)).cosigned.length === 2;
    });
    await assert.rejects(
      bundle().then((bytes) => checkEvidence(bytes, strict)),
      (error: unknown) => error instanceof EvidenceFault && error.code === 'quorum-missing',
    );
  });

  it('a timestamp of a published checkpoint goes with the bundle, and openssl finds it right', async (t) => {
    if (spawnSync('openssl', ['version']).error) return t.skip('openssl is not installed');
    const note = await text('checkpoint');
    const stamped = note.split('\n').slice(0, 3).join('\n') + '\n';
    const answer = stamp(folder, stamped);
    const size = Number(note.split('\n')[1]);
    await withClient(exchange.database.workerUrl, (client) =>
      client.query('INSERT INTO ledger.ledger_timestamp (size, token, stamped_at) VALUES ($1, $2, now())', [size, answer]),
    );
    // More is sealed after it: the bundle's checkpoint continues the stamped one.
    await granted(city, dataset);
    await until('the log went on', async () => Number((await text('checkpoint')).split('\n')[1]) > size);
    const bytes = await bundle();
    const report = await checkEvidence(bytes, trustRoot);
    assert.equal(report.timestamp?.size, size);
    assert.ok(report.size > size);
    const at = join(folder, 'unpacked');
    for (const [name, content] of readZip(bytes)) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), content);
    }
    // As README.txt says it.
    const commands = `head -n 3 timestamp/checkpoint > text && openssl ts -verify -in timestamp/answer.tsr -data text -CAfile ${join(folder, 'cert.pem')}`;
    assert.ok(readFileSync(join(at, 'README.txt'), 'utf8').includes('openssl ts -verify -in timestamp/answer.tsr -data text'));
    const ran = spawnSync('sh', ['-c', commands], { cwd: at, encoding: 'utf8' });
    assert.match(ran.stdout + ran.stderr, /Verification: OK/);
    writeFileSync(join(at, 'root'), encodeTrustRoot(trustRoot));
    const script = spawnSync('sh', ['check.sh', 'root'], { cwd: at, encoding: 'utf8' });
    assert.equal(script.status, 0, script.stderr);
    assert.match(script.stdout, /cosigned by w1[\s\S]*OK/);
  });

  it('below the quorum a statement has its durable receipt, and evidence waits for the witnesses', async () => {
    await witnesses.kill(1);
    const late = await granted(city, dataset);
    const { stage, warnings } = await receipt(late);
    assert.equal(stage, 'durable');
    assert.ok(warnings.some(({ code }) => code === 'not-published'));
    await assert.rejects(
      bundle(late),
      (error: unknown) => error instanceof CallError && error.problem?.code === 'evidence-empty',
    );
    await witnesses.start((await text('vkey')).trim(), 1);
    await until('it is witnessed', async () => (await receipt(late)).stage === 'witnessed');
    assert.equal((await checkEvidence(await bundle(late), trustRoot)).byType['right.granted'], 1);
  });
});

/** A timestamp authority of one's own. */
function stamp(folder: string, text: string): Buffer {
  const config = `[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=Test TSA\n[ext]\nextendedKeyUsage=critical,timeStamping\n[t]\nserial=${folder}/serial\nsigner_cert=${folder}/cert.pem\nsigner_key=${folder}/key.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n`;
  writeFileSync(join(folder, 'tsa.cnf'), config);
  writeFileSync(join(folder, 'serial'), '01\n');
  writeFileSync(join(folder, 'text'), text);
  for (const line of [
    'req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -config tsa.cnf',
    'ts -query -data text -sha256 -cert -out query.tsq',
    'ts -reply -queryfile query.tsq -config tsa.cnf -section t -out answer.tsr',
  ]) {
    const ran = spawnSync('openssl', line.split(' '), { cwd: folder, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
  }
  return readFileSync(join(folder, 'answer.tsr'));
}
