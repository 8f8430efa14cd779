import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { CallError, routes, type ProposalView } from '#contracts';
import {
  decryptAge,
  encodeCanonical,
  generateAgeIdentity,
  generateSigningKey,
  type CanonicalValue,
  type SigningKey,
} from '#crypto';
import { lawOf } from '#exchange';
import { openTrustRoot, proveKeyPossession, readExport, signStatement, verifyLedger } from '#ledger';
import { withClient } from '#postgres';
import {
  approved,
  askedFor,
  deliveryIn,
  foundSmallCity,
  granted,
  published,
  settled,
  startExchange,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';

const marker = '甲乙丙丁戊己庚辛';
const csv = Buffer.from(
  ['code,name,provinceCode', ...Array.from({ length: 200 }, (_, i) => `${990100000000 + i},${marker}${i},42`), ''].join('\n'),
);

async function opened(ciphertext: Buffer, identity: string): Promise<Buffer> {
  return buffer(decryptAge([identity], [ciphertext]));
}

describe('what the operator cannot do', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;

  before(async () => {
    exchange = await startExchange({ label: 'operator-limits' });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), csv);
  });
  after(async () => {
    await exchange.stop();
  });

  test('promise 6: what is stored and what leaves is ciphertext, opened by the grantee’s identities and by no other', async () => {
    const right = await granted(city, dataset);
    const { delivery } = await city.requester.client.call(routes.pull, { params: { id: right }, body: {} });
    const prepared = await deliveryIn(city.requester, delivery, 'prepared');
    assert.deepEqual([...prepared.recipients].sort(), [...city.recipients].sort());

    const folder = join(exchange.dataDir, 'payloads');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length >= 2, 'a part of the version and a payload are stored');
    for (const { parentPath, name } of files) {
      const bytes = readFileSync(join(parentPath, name));
      assert.equal(bytes.subarray(0, 22).toString(), 'age-encryption.org/v1\n');
      assert.equal(bytes.indexOf(marker), -1, `${name} holds plaintext`);
    }

    const response = await city.requester.client.open(routes.payload, { params: { id: delivery } });
    const ciphertext = Buffer.from(await response.arrayBuffer());
    for (const identity of city.identities) assert.ok((await opened(ciphertext, identity)).includes(`${marker}199`));
    await assert.rejects(opened(ciphertext, (await generateAgeIdentity()).identity), { code: 'age-no-identity-matches' });
  });

  test('promise 5: a department that holds its key grants with it, and nobody in its place', async () => {
    const { competentHead, steward, providerHead, requester, requesterHead, supervisor, codes } = city;
    const key = generateSigningKey();
    const { origin } = await exchange.client().call(routes.trustRoot, {});
    const proof = proveKeyPossession(origin, codes.provider, key.publicKey, key.privateSeed);
    const nominated = await competentHead.client.call(routes.nominateKey, {
      params: { code: codes.provider },
      body: { custody: 'department', publicKey: key.publicKey, proof },
    });
    await settled(competentHead, nominated);
    // The key that the exchange made for it earlier is ended, so that the exchange can no longer sign with that one either.
    const { keys } = await providerHead.client.call(routes.department, { params: { code: codes.provider } });
    const former = keys.find(({ custody }) => custody === 'exchange')?.keyId ?? '';
    const ended = await providerHead.client.call(routes.endKey, {
      params: { code: codes.provider, keyId: former },
      body: { reason: 'rotated' },
    });
    await settled(providerHead, await signed(ended, key));

    const request = await requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor() } });
    await approved(requesterHead, request);
    const decision = await steward.client.call(routes.decideRequest, { params: { id: request.id }, body: { decision: 'agree' } });
    const grant = await providerHead.client.call(routes.approve, {
      params: { id: decision.id },
      body: { password: providerHead.password },
    });
    assert.deepEqual([grant.state, grant.custody], ['awaiting-signature', 'department']);
    const { rows } = await withClient(exchange.database.url, (client) => client.query('SELECT name FROM office.secret'));
    assert.ok(rows.length > 0);
    assert.ok(!rows.some(({ name }) => String(name).includes(key.keyId)), 'the exchange holds the key of the department');

    // Whoever runs the exchange has every key in its custody; none of them stands for this department's.
    const stranger = generateSigningKey();
    await assert.rejects(
      signed(grant, stranger),
      (error: unknown) => error instanceof CallError && error.problem?.code === 'bad-signature',
    );
    const sealed = await settled(providerHead, await signed(grant, key));
    assert.ok((await requester.client.call(routes.right, { params: { id: sealed.id } })).id);

    const root = openTrustRoot(encodeCanonical((await exchange.client().call(routes.trustRoot, {})) as CanonicalValue));
    const exported = await supervisor.client.open(routes.exportLedger, {});
    const { exchangeCustody, warnings } = await verifyLedger(readExport(exported.body as AsyncIterable<Uint8Array>), root, {
      folds: lawOf(root.origin).folds,
    });
    const listed = exchangeCustody.map(({ department }) => department);
    assert.deepEqual(listed.sort(), [codes.competent, codes.requester].sort());
    assert.ok(warnings.some(({ code }) => code === 'exchange-custody'));

    function signed(proposal: ProposalView, by: SigningKey): Promise<ProposalView> {
      const { keyId, signature } = signStatement(proposal.statement, by.privateSeed);
      return providerHead.client.call(routes.sign, { params: { id: proposal.id }, body: { keyId, signature } });
    }
  });
});
