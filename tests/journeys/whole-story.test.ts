import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { routes } from '#contracts';
import { encodeCanonical, hmacSha256Hex, sha256Hex, type CanonicalValue } from '#crypto';
import { lawOf } from '#exchange';
import { checkAdmission, checkDeliveryManifest, openDeliveryManifest, openTrustRoot, readExport, verifyLedger } from '#ledger';
import {
  deliveryIn,
  foundSmallCity,
  granted,
  noRedis,
  published,
  settled,
  startExchange,
  testRedisUrl,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';

for (const redis of [false, true]) {
  describe(`publish, request, grant, deliver, receive, account: queue on ${redis ? 'Redis' : 'PostgreSQL'}`, async () => {
    const skip = redis && (await testRedisUrl()) === undefined ? noRedis : false;
    let exchange: RunningExchange;
    let city: SmallCity;
    before(async () => {
      if (skip) return;
      exchange = await startExchange({ label: `story-${redis ? 'redis' : 'postgres'}`, redis });
      city = await foundSmallCity(exchange);
    });
    after(() => exchange?.stop());

    test('the whole story', { skip }, async (context) => {
      context.after(() => {
        if (exchange.logOf('api') + exchange.logOf('worker'))
          context.diagnostic(exchange.logOf('api') + exchange.logOf('worker'));
      });
      const { requester, supervisor } = city;
      const csv = villageCsv(5000);
      const dataset = await published(city, villageEntry(), csv);
      const right = await granted(city, dataset);
      const pulled = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
      const delivery = await deliveryIn(requester, pulled.delivery, 'prepared', 'failed', 'refused');
      assert.equal(delivery.state, 'prepared', JSON.stringify(delivery.problem));
      assert.equal(delivery.rows, 500);

      const response = await requester.client.open(routes.payload, { params: { id: delivery.id } });
      const ciphertext = Buffer.from(await response.arrayBuffer());
      assert.equal(sha256Hex(ciphertext), delivery.ciphertextSha256);
      const plaintext = openWithAge(ciphertext, city.identities[1] ?? '');
      const { key } = await requester.client.call(routes.deliveryKey, { params: { id: delivery.id } });
      assert.equal(hmacSha256Hex(Buffer.from(key, 'base64url'), plaintext), delivery.plaintextHmac);
      const manifest = openDeliveryManifest(
        JSON.stringify(await requester.client.call(routes.deliveryManifest, { params: { id: delivery.id } })),
      );
      assert.deepEqual([manifest.plaintextHmacKey, manifest.ciphertextSha256], [key, delivery.ciphertextSha256]);
      assert.deepEqual(
        manifest.items.map(({ name }) => name),
        ['code', 'name'],
      );
      assert.equal(manifest.sentence.zh, (await requester.client.call(routes.right, { params: { id: right } })).sentence.zh);
      checkDeliveryManifest(
        manifest,
        openTrustRoot(encodeCanonical((await requester.client.call(routes.trustRoot, {})) as CanonicalValue)),
      );
      const expected = csv
        .toString()
        .split('\n')
        .filter((line) => line.endsWith(',42'))
        .map((line) => line.split(',').slice(0, 2).join(','));
      assert.equal(plaintext.toString(), ['code,name', ...expected, ''].join('\n'));

      const receipt = await requester.client.call(routes.signReceipt, {
        params: { id: delivery.id },
        body: {
          ciphertextSha256: sha256Hex(ciphertext),
          plaintextHmac: hmacSha256Hex(Buffer.from(key, 'base64url'), plaintext),
          rows: 500,
        },
      });
      await settled(requester, receipt);
      const use = await requester.client.call(routes.recordUse, {
        params: { id: right },
        body: { kind: 'use', record: '用于低保核对。' },
      });
      await settled(requester, use);

      const trail = await supervisor.client.call(routes.trail, { query: { right } });
      const types = trail.items.map((entry) => entry.type);
      for (const type of [
        'right.granted',
        'pull.signed',
        'delivery.decided',
        'delivery.prepared',
        'receipt.signed',
        'use.recorded',
      ] as const) {
        assert.ok(types.includes(type), `${type} is missing in ${types.join()}`);
      }

      const root = await exchange.client().call(routes.trustRoot, {});
      const exported = await supervisor.client.open(routes.exportLedger, {});
      const trusted = openTrustRoot(encodeCanonical(root as CanonicalValue));
      const entries = readExport(exported.body as AsyncIterable<Uint8Array>);
      const report = await verifyLedger(entries, trusted, { folds: lawOf(trusted.origin).folds });
      assert.ok(report.size > 20);
      assert.ok(receipt.receipt, 'the receipt was admitted without a word of the exchange about when it is sealed');
      checkAdmission(trusted.origin, receipt.receipt, trusted.logKey.publicKey);
      const told = async (by: typeof requester) =>
        (await by.client.call(routes.notices, { query: {} })).items.map(({ kind }) => kind);
      assert.deepEqual(await told(requester), ['delivery.prepared', 'right.granted']);
      assert.deepEqual(await told(city.steward), ['request.submitted']);
      const audit = await supervisor.client.call(routes.audit, {});
      assert.deepEqual(audit.differences, []);
      assert.equal(audit.entries, report.size);
    });
  });
}

function openWithAge(ciphertext: Buffer, identity: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-age-'));
  try {
    writeFileSync(join(folder, 'identity.txt'), `${identity}\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'payload.age'), ciphertext);
    execFileSync('age', ['-d', '-i', join(folder, 'identity.txt'), '-o', join(folder, 'plain'), join(folder, 'payload.age')]);
    return readFileSync(join(folder, 'plain'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
