import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Refusal } from '#contracts';
import { openVault, randomKey } from '#crypto';
import { MakeEvidence, type Actor } from '#exchange';
import { checkEvidence, trustRootOf } from '#ledger';
import { EvidenceLog, openExchangeContext, PublishedLog, readEntry } from '#postgres';
import { sampleLedger } from './sample-ledger.js';
import { tamper } from './tamper.js';

// A bundle of more entries than a page of any kind holds, and where bundles end.

const ledger = await sampleLedger('evidence_large');
after(() => ledger.end());
const { city, api } = ledger;
const supervisor: Actor = { person: '0'.repeat(32), department: city.competent, roles: ['supervisor'], competent: true };

test('a bundle of many entries holds; one entry too many is refused before the first byte', async () => {
  await ledger.tell(...Array.from({ length: 1_500 }, () => city.membershipGranted(city.competent)));
  await ledger.sealAll();
  const context = await openExchangeContext(api, { vault: openVault(randomKey()), clock: { now: () => new Date() } });
  const log = new EvidenceLog(api.pool, new PublishedLog(api.pool), () => Promise.resolve('quorum none\n'));
  const all = { from: '2020-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' };
  await assert.rejects(
    new MakeEvidence(context, log, 1_504).execute(supervisor, all),
    (error: unknown) => error instanceof Refusal && error.code === 'evidence-too-large',
  );
  const { size, pieces } = await new MakeEvidence(context, log, 1_505).execute(supervisor, all);
  const chunks: Uint8Array[] = [];
  for await (const piece of pieces) chunks.push(piece);
  const entry0 = await readEntry(api.pool, 0);
  const report = await checkEvidence(Buffer.concat(chunks), trustRootOf(entry0?.bytes ?? Buffer.alloc(0)));
  assert.deepEqual([size, report.size, report.entries, report.support], [1_505, 1_505, 1_505, 0]);
});

test('a tile or an entry that is not what was signed is in no evidence: the exchange says that its ledger is damaged', async () => {
  const context = await openExchangeContext(api, { vault: openVault(randomKey()), clock: { now: () => new Date() } });
  const evidence = () => {
    const log = new EvidenceLog(api.pool, new PublishedLog(api.pool), () => Promise.resolve('quorum none\n'));
    const all = { from: '2020-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' };
    return new MakeEvidence(context, log, 1_505).execute(supervisor, all);
  };
  const isDamaged = (error: unknown) => error instanceof Refusal && error.code === 'ledger-damaged' && error.status === 503;
  const altered =
    'UPDATE ledger.ledger_tile SET bytes = set_byte(bytes, 0, get_byte(bytes, 0) # 1) WHERE level = 0 AND index = 3';
  for (const change of [altered, 'DELETE FROM ledger.ledger_tile WHERE level = 0 AND index = 3'])
    await tamper(
      ledger.at,
      (client) => client.query(change),
      async () => {
        await assert.rejects(async () => {
          for await (const _ of (await evidence()).pieces);
        }, isDamaged);
      },
    );
});
