import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomId } from '#crypto';
import { encodeEntry, NO_ENTRY } from './entry.js';
import { codeOf, recipientOf, SampleCity, type Said } from './sample-city.js';
import { openSealedDelivery } from './sealed-delivery.js';
import { trustRootOf } from './trust-root.js';

const city = new SampleCity();
const opened = city.opened();
const sealedAt = '2026-01-05T08:00:00.000Z';
const root = trustRootOf(encodeEntry({ index: 0, prev: NO_ENTRY, sealedAt, signatures: opened.signatures }, opened.bytes));
const hex = (digit: string) => digit.repeat(64);
const [delivery, right, dataset] = [randomId(), randomId(), randomId()];
const of = { delivery, right, dataset };

const decided = () =>
  city.say(
    'delivery.decided',
    {
      ...of,
      grantee: codeOf(2),
      version: randomId(),
      items: ['a'],
      rows: { op: 'all' },
      transformations: [],
      format: 'csv',
      recipients: [recipientOf(1)],
      rowsAtMost: 5,
      computedAt: 3,
      decidedAt: sealedAt,
      quotaBefore: { pulls: 0, rows: 0, pullsToday: 0 },
    },
    { issuer: 'exchange' },
  );
const prepared = (rows = 5) =>
  city.say(
    'delivery.prepared',
    { ...of, attempt: randomId(), ciphertextSha256: hex('a'), sizeBytes: 100, plaintextHmac: hex('b'), rows },
    { issuer: 'exchange' },
  );
const trail = (...said: Said[]) =>
  said.map(({ statement, signatures }, i) => ({ index: 10 + i, statement, signatures })).toReversed();

test('what was sealed of a delivery is read from its trail, under the exchange’s signature', () => {
  const found = openSealedDelivery(trail(decided(), prepared()), delivery, root);
  assert.deepEqual(found, {
    ciphertextSha256: hex('a'),
    sizeBytes: 100,
    plaintextHmac: hex('b'),
    rows: 5,
    format: 'csv',
    recipients: [recipientOf(1)],
    index: 11,
  });
  assert.equal(openSealedDelivery(trail(decided()), delivery, root), undefined);
  assert.equal(openSealedDelivery(trail(decided(), prepared()), randomId(), root), undefined);
});

test('a trail that says otherwise than what was signed is refused', () => {
  const honest = prepared();
  const altered = { ...honest, statement: prepared(6).statement };
  assert.throws(() => openSealedDelivery(trail(decided(), altered), delivery, root), { code: 'bad-signature' });
  const unsigned = { ...honest, signatures: [] };
  assert.throws(() => openSealedDelivery(trail(decided(), unsigned), delivery, root), { code: 'bad-signature', index: 11 });
  const others = new SampleCity();
  const otherOpened = others.opened();
  const otherRoot = trustRootOf(
    encodeEntry({ index: 0, prev: NO_ENTRY, sealedAt, signatures: otherOpened.signatures }, otherOpened.bytes),
  );
  assert.throws(() => openSealedDelivery(trail(decided(), honest), delivery, otherRoot), { code: 'bad-signature' });
});
