import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementBody, StatementType } from '#contracts';
import { ExchangeInMemory, refusalOf, type Said } from './samples/exchange-in-memory.js';
import * as sample from './samples/sample-share.js';
import { needsApproval, objectOf, rightsTypes, type RightsStatement } from './statement-object.js';

const { asked, datasetId, terms } = sample;
const submission = { dataset: datasetId, provider: sample.provider, asked };
const reason = sample.hexOf('reason');

/** The refusal of a statement, and that it left every state as it was. */
function refused<T extends StatementType>(exchange: ExchangeInMemory, type: T, body: StatementBody<T>, said: Said = {}) {
  const before = new Map(exchange.view.states);
  const code = refusalOf(() => exchange.say(type, body, said));
  assert.notEqual(code, undefined, `${type} was sealed`);
  assert.deepEqual(exchange.view.states, before);
  return code;
}

test('a share from request to receipt, folded', () => {
  const exchange = new ExchangeInMemory();
  const request = exchange.say('request.submitted', submission);
  assert.deepEqual(exchange.state('request', request), { ...sample.request, receivedAt: exchange.now, last: request });

  const right = exchange.say('right.granted', { request, dataset: datasetId, decision: 'agree', terms });
  assert.deepEqual(exchange.state('right', right), { ...sample.right, request, grantedAt: exchange.now, last: right });
  assert.deepEqual(exchange.state('request', request), {
    ...sample.request,
    state: 'granted',
    receivedAt: exchange.now,
    decidedAt: exchange.now,
    right,
    last: right,
  });

  const delivery = exchange.pull(right);
  assert.ok(exchange.settleDecision(delivery));
  const used = () => {
    const { usedPulls, usedRows, day, dayPulls } = exchange.state('right', right);
    return { usedPulls, usedRows, day, dayPulls };
  };
  assert.deepEqual(used(), { usedPulls: 1, usedRows: 1000, day: '2025-10-15', dayPulls: 1 });

  exchange.prepare(delivery, 321);
  assert.deepEqual(used(), { usedPulls: 1, usedRows: 321, day: '2025-10-15', dayPulls: 1 });

  exchange.serve(delivery, 1000);
  exchange.serve(delivery, 2048);
  const receipt = {
    ...exchange.ids(delivery),
    ciphertextSha256: sample.hexOf('ciphertext'),
    plaintextHmac: sample.hexOf('plaintext'),
    rows: 321,
  };
  exchange.say('receipt.signed', receipt);
  const state = exchange.state('delivery', delivery);
  assert.deepEqual([state.state, state.servedBytes, state.servedTimes, state.receivedAt], ['received', 3048, 2, exchange.now]);
  assert.equal(state.decided?.day, '2025-10-15');
  assert.deepEqual(used(), { usedPulls: 1, usedRows: 321, day: '2025-10-15', dayPulls: 1 });
  exchange.say('use.recorded', { right, dataset: datasetId, kind: 'disposal', record: reason });
});

test('a dataset belongs to its provider, and its entry holds what the law asks', () => {
  const exchange = new ExchangeInMemory();
  const entered = exchange.say('dataset.entered', { entry: sample.entry, noSecrets: true });
  assert.deepEqual(exchange.state('dataset', entered), {
    provider: sample.provider,
    entry: sample.entry,
    versions: 0,
    enteredAt: exchange.now,
    last: entered,
  });
  const { shareCondition: _, ...uncited } = sample.entry;
  for (const shareType of ['conditional', 'not-shared'] as const) {
    const entry = { ...uncited, shareType };
    assert.equal(refused(exchange, 'dataset.entered', { entry, noSecrets: true }), 'share-condition-missing');
  }
  const items = [{ name: 'n', title: 'n', type: 'I' as const, required: true, personal: true, mask: { kind: 'year' as const } }];
  assert.equal(
    refused(exchange, 'dataset.entered', { entry: { ...sample.entry, items }, noSecrets: true }),
    'transformation-not-possible',
  );
  assert.equal(
    refused(exchange, 'dataset.entered', { entry: sample.entry, noSecrets: true }, { issuer: 'exchange' }),
    'wrong-issuer',
  );

  const change = { dataset: datasetId, entry: { ...sample.entry, title: '新名称' }, noSecrets: true as const };
  assert.equal(refused(exchange, 'dataset.changed', change, { issuer: sample.requester }), 'wrong-issuer');
  const changed = exchange.say('dataset.changed', change);
  assert.equal(exchange.state('dataset', datasetId).entry.title, '新名称');

  const { publishedAt: _at, last: _last, ...published } = sample.version;
  const version = { ...published, number: 2, noSecrets: true as const };
  assert.equal(refused(exchange, 'version.published', version, { after: sample.versionId }), 'stale-after');
  assert.equal(refused(exchange, 'version.published', version, { issuer: sample.stranger }), 'wrong-issuer');
  assert.equal(refused(exchange, 'version.published', { ...version, number: 3 }), 'version-number');
  const second = exchange.say('version.published', version, { after: changed });
  const { versions, latestVersion, last } = exchange.state('dataset', datasetId);
  assert.deepEqual([versions, latestVersion, last], [2, second, second]);
  assert.equal(exchange.state('version', second).number, 2);
});

test('a request and every reply need the approval of an office head in office', () => {
  const exchange = new ExchangeInMemory();
  const head = { office: sample.requester, role: 'office-head' as const, person: sample.headOfRequester, at: sample.now };
  const submit = (approvals: Said['approvals']) => refused(exchange, 'request.submitted', submission, { approvals });
  assert.equal(submit(undefined), 'approval-missing');
  assert.equal(submit([{ ...head, person: sample.headOfProvider }]), 'approval-not-valid');
  assert.equal(submit([{ ...head, office: sample.provider, person: sample.headOfProvider }]), 'approval-missing');
  assert.equal(submit([head, { ...head, person: sample.idOf('nobody') }]), 'approval-not-valid');
  const membership = `${head.person}:${head.office}`;
  const was = exchange.state('membership', membership);
  exchange.view.put('membership', membership, { ...was, roles: ['steward'] });
  assert.equal(submit([head]), 'approval-not-valid');
  exchange.view.put('membership', membership, was);

  const request = exchange.say('request.submitted', submission, { approvals: [head] });
  const ids = { request, dataset: datasetId };
  const unapproved = { approvals: undefined };
  assert.equal(refused(exchange, 'right.granted', { ...ids, decision: 'agree', terms }, unapproved), 'approval-missing');
  assert.equal(refused(exchange, 'request.refused', { ...ids, code: 'other', reason }, unapproved), 'approval-missing');
  assert.equal(refused(exchange, 'request.supplement-asked', { ...ids, missing: reason }, unapproved), 'approval-missing');
  exchange.say('request.withdrawn', ids, unapproved);

  const byRule = new ExchangeInMemory(sample.unconditional);
  const second = byRule.say('request.submitted', submission);
  const body = { request: second, dataset: datasetId, decision: 'by-rule' as const };
  const looser = { ...terms, transformations: [] };
  assert.equal(refused(byRule, 'right.granted', { ...body, terms: looser }, unapproved), 'not-by-rule');
  assert.equal(refused(byRule, 'right.granted', { ...body, terms, decision: 'agree' }, unapproved), 'approval-missing');
  byRule.say('right.granted', { ...body, terms }, unapproved);
});

test('a request: who may say what, and in which order', () => {
  const exchange = new ExchangeInMemory();
  assert.equal(refused(exchange, 'request.submitted', { ...submission, provider: sample.stranger }), 'ids-disagree');
  assert.equal(refused(exchange, 'request.submitted', { ...submission, dataset: sample.idOf('none') }), 'unknown');
  const expired = { ...asked, window: { ...asked.window, until: exchange.now } };
  assert.equal(refused(exchange, 'request.submitted', { ...submission, asked: expired }), 'window-invalid');
  const own = { issuer: sample.provider };
  assert.equal(refused(exchange, 'request.submitted', submission, own), 'own-dataset');

  const request = exchange.say('request.submitted', submission);
  const ids = { request, dataset: datasetId };
  assert.equal(refused(exchange, 'request.withdrawn', ids, { after: sample.idOf('other') }), 'stale-after');
  assert.equal(refused(exchange, 'request.withdrawn', ids, { after: undefined }), 'stale-after');
  assert.equal(refused(exchange, 'request.withdrawn', ids, { issuer: sample.provider }), 'wrong-issuer');
  assert.equal(refused(exchange, 'request.withdrawn', { ...ids, dataset: sample.idOf('x') }), 'ids-disagree');
  assert.equal(refused(exchange, 'request.supplemented', { ...ids, asked, answer: reason }), 'transition-not-allowed');

  exchange.say('request.supplement-asked', { ...ids, missing: reason });
  const narrower = { ...asked, items: ['area'] };
  assert.equal(
    refused(exchange, 'request.supplemented', { ...ids, asked: { ...asked, items: ['?'] }, answer: reason }),
    'item-unknown',
  );
  exchange.say('request.supplemented', { ...ids, asked: narrower, answer: reason });
  const { state, supplementAsked, asked: now, receivedAt } = exchange.state('request', request);
  assert.deepEqual([state, supplementAsked, now, receivedAt], ['submitted', true, narrower, sample.now]);
  assert.equal(refused(exchange, 'request.supplement-asked', { ...ids, missing: reason }), 'supplement-once');

  exchange.say('request.refused', { ...ids, code: 'purpose-outside-duties', reason });
  assert.equal(exchange.state('request', request).refusalCode, 'purpose-outside-duties');
  assert.equal(refused(exchange, 'right.granted', { ...ids, decision: 'agree', terms }), 'transition-not-allowed');
});

test('a grant is measured against its request once more at the seal', () => {
  const exchange = new ExchangeInMemory();
  const request = exchange.say('request.submitted', submission);
  const grant = (changes: object, said: Said = {}, more: object = {}) =>
    refused(
      exchange,
      'right.granted',
      { request, dataset: datasetId, decision: 'agree', terms: { ...terms, ...changes }, ...more },
      said,
    );
  assert.equal(grant({ rows: { op: 'all' } }), 'grant-wider-than-request');
  assert.equal(grant({ items: ['area'], transformations: [] }), 'not-as-asked');
  assert.equal(grant({ items: ['area'], transformations: [] }, {}, { decision: 'agree-in-part' }), 'condition-missing');
  assert.equal(grant({ dataset: sample.idOf('other') }), 'ids-disagree');
  assert.equal(grant({ version: sample.idOf('none') }), 'unknown');
  assert.equal(grant({}, { issuer: sample.requester }), 'wrong-issuer');
  assert.equal(grant({}, { issuer: sample.stranger }), 'approval-missing');
  exchange.view.put('version', sample.idOf('foreign'), { ...sample.version, dataset: sample.idOf('other') });
  assert.equal(grant({ version: sample.idOf('foreign') }), 'ids-disagree');
  exchange.now = terms.window.until;
  assert.equal(grant({}), 'window-invalid');
});

test('the provider and the competent department end rights, and terminated is final', () => {
  const exchange = new ExchangeInMemory();
  const right = exchange.grant();
  const ids = { right, dataset: datasetId };
  const end = { ...ids, code: 'misuse', reason, article: '第二十七条' };
  assert.equal(refused(exchange, 'right.suspended', end, { issuer: sample.requester }), 'wrong-issuer');
  assert.equal(refused(exchange, 'right.suspended', { ...end, dataset: sample.idOf('x') }), 'ids-disagree');
  assert.equal(refused(exchange, 'right.resumed', { ...ids, reason }), 'transition-not-allowed');
  const before = exchange.state('right', right);
  exchange.say('right.suspended', end, { issuer: sample.competent });
  const suspended = exchange.state('right', right);
  assert.deepEqual(
    [suspended.state, suspended.endCode, suspended.endedBy, suspended.endedAt],
    ['suspended', 'misuse', sample.competent, exchange.now],
  );
  assert.equal(refused(exchange, 'right.resumed', { ...ids, reason }), 'suspended-by-competent');
  const resumed = exchange.say('right.resumed', { ...ids, reason }, { issuer: sample.competent });
  assert.deepEqual(exchange.state('right', right), { ...before, last: resumed });
  exchange.say('right.terminated', end);
  for (const type of ['right.suspended', 'right.terminated'] as const)
    assert.equal(refused(exchange, type, end), 'transition-not-allowed');
  assert.equal(refused(exchange, 'right.resumed', { ...ids, reason }), 'transition-not-allowed');
});

test('pulls, receipts and accounts of use are the grantee’s; decisions and deliveries the exchange’s', () => {
  const exchange = new ExchangeInMemory();
  const right = exchange.grant();
  const { purpose, items } = terms;
  const pull = {
    right,
    dataset: datasetId,
    purpose,
    items,
    rows: { op: 'all' as const },
    format: 'csv' as const,
    version: 'latest' as const,
  };
  for (const issuer of [sample.provider, sample.stranger, 'exchange']) {
    assert.equal(refused(exchange, 'pull.signed', pull, { issuer }), 'wrong-issuer');
    assert.equal(
      refused(exchange, 'use.recorded', { right, dataset: datasetId, kind: 'use', record: reason }, { issuer }),
      'wrong-issuer',
    );
  }
  assert.equal(refused(exchange, 'pull.signed', pull, { after: right }), 'stale-after');
  assert.equal(refused(exchange, 'pull.signed', { ...pull, dataset: sample.idOf('x') }), 'ids-disagree');

  const delivery = exchange.pull(right);
  const decided = exchange.decide(delivery).ok;
  assert.ok(decided);
  const forged: Said = { issuer: sample.requester };
  assert.equal(refused(exchange, 'delivery.decided', decided, forged), 'wrong-issuer');
  assert.equal(
    refused(exchange, 'pull.refused', { ...exchange.ids(delivery), code: 'quota-pulls', computedAt: 1 }, forged),
    'wrong-issuer',
  );
  assert.equal(
    refused(exchange, 'pull.refused', { ...exchange.ids(delivery), code: 'no-such-code', computedAt: 1 }),
    'statement-malformed',
  );
  assert.equal(refused(exchange, 'delivery.decided', { ...decided, right: sample.idOf('x') }), 'ids-disagree');
  assert.equal(refused(exchange, 'delivery.decided', { ...decided, grantee: sample.stranger }), 'ids-disagree');
  exchange.say('delivery.decided', decided);
  exchange.prepare(delivery, 10);
  const receipt = {
    ...exchange.ids(delivery),
    ciphertextSha256: sample.hexOf('ciphertext'),
    plaintextHmac: sample.hexOf('plaintext'),
    rows: 10,
  };
  assert.equal(refused(exchange, 'receipt.signed', receipt, { issuer: sample.provider }), 'wrong-issuer');
  assert.equal(refused(exchange, 'receipt.signed', { ...receipt, rows: 11 }), 'receipt-differs');
  assert.equal(refused(exchange, 'receipt.signed', { ...receipt, plaintextHmac: sample.hexOf('x') }), 'receipt-differs');
  exchange.say('receipt.signed', receipt);
  assert.equal(refused(exchange, 'receipt.signed', receipt), 'transition-not-allowed');
});

test('promise 8: a decision that rests on what has changed, an end above all, is stale, and decided again', () => {
  const changes: [string, (exchange: ExchangeInMemory, right: string) => void][] = [
    [
      'an end',
      (exchange, right) =>
        void exchange.say('right.suspended', { right, dataset: datasetId, code: 'misuse', reason, article: '二十七' }),
    ],
    [
      'a new version',
      (exchange) => {
        const { publishedAt: _at, last: _last, ...published } = sample.version;
        exchange.say('version.published', { ...published, number: 2, noSecrets: true });
      },
    ],
    ['another pull', (exchange, right) => void exchange.settleDecision(exchange.pull(right))],
    [
      'new keys of the grantee',
      (exchange) => {
        const state = exchange.state('department', sample.requester);
        exchange.view.put('department', sample.requester, { ...state, keysAt: exchange.view.index });
        exchange.view.index += 1;
      },
    ],
    ['time', (exchange) => void (exchange.now = '2025-10-15T04:00:00.000Z')],
    ['the end of the window', (exchange) => void (exchange.now = terms.window.until)],
    ['a clock that runs ahead', (exchange) => void (exchange.now = '2025-10-15T01:50:00.000Z')],
  ];
  for (const [name, change] of changes) {
    const exchange = new ExchangeInMemory();
    const right = exchange.grant();
    const delivery = exchange.pull(right);
    const decided = exchange.decide(delivery).ok;
    assert.ok(decided);
    change(exchange, right);
    assert.equal(refused(exchange, 'delivery.decided', decided), 'stale-decision', name);
    // Decided again from the states as they are now, it is sealed or refused; never stuck.
    exchange.settleDecision(delivery);
    assert.notEqual(exchange.state('delivery', delivery).state, 'pulled', name);
  }
});

test('a window that closes between decision and seal closes the delivery', () => {
  const exchange = new ExchangeInMemory();
  const right = exchange.grant();
  exchange.now = '2026-09-30T15:59:59.999Z';
  const delivery = exchange.pull(right);
  const decided = exchange.decide(delivery).ok;
  assert.ok(decided);
  exchange.now = terms.window.until;
  assert.equal(refused(exchange, 'delivery.decided', decided), 'stale-decision');
  assert.equal(exchange.settleDecision(delivery), false);
  assert.equal(exchange.state('delivery', delivery).refusalCode, 'right-ended');
});

test('promise 1: a decision that the right does not give is not sealed, though the exchange signs it', () => {
  const exchange = new ExchangeInMemory();
  const right = exchange.grant();
  const delivery = exchange.pull(right);
  const decided = exchange.decide(delivery).ok;
  assert.ok(decided);
  for (const forged of [
    { rows: { op: 'all' as const } },
    { items: [...decided.items, 'mortgaged'] },
    { transformations: [] },
    { recipients: [`age1${'z'.repeat(58)}`] },
    { rowsAtMost: 1001 },
    { format: 'parquet' as const },
  ]) {
    assert.equal(refused(exchange, 'delivery.decided', { ...decided, ...forged }), 'decision-differs', JSON.stringify(forged));
  }
  assert.equal(refused(exchange, 'delivery.decided', { ...decided, computedAt: exchange.view.index }), 'stale-decision');
  // Pretending that midnight has not come would open yesterday's count again.
  exchange.now = '2025-10-15T16:01:00.000Z';
  assert.ok(exchange.settleDecision(delivery));
  const next = exchange.pull(right);
  const again = exchange.decide(next).ok;
  assert.ok(again);
  assert.equal(refused(exchange, 'delivery.decided', { ...again, decidedAt: '2025-10-15T15:59:00.000Z' }), 'stale-decision');
});

test('the first prepared attempt wins, and holds no more rows than decided', () => {
  const exchange = new ExchangeInMemory();
  const delivery = exchange.pull(exchange.grant());
  assert.equal(
    refusalOf(() => exchange.prepare(delivery, 1)),
    'transition-not-allowed',
  );
  exchange.settleDecision(delivery, 100);
  assert.equal(
    refusalOf(() => exchange.prepare(delivery, 101)),
    'rows-above-decision',
  );
  exchange.prepare(delivery, 100);
  const first = exchange.state('delivery', delivery).prepared?.attempt;
  assert.equal(
    refusalOf(() => exchange.prepare(delivery, 100)),
    'transition-not-allowed',
  );
  assert.equal(exchange.state('delivery', delivery).prepared?.attempt, first);
});

test('an end does not rewrite deliveries; a terminated right lets none be prepared', () => {
  const exchange = new ExchangeInMemory();
  const right = exchange.grant();
  const delivery = exchange.pull(right);
  exchange.settleDecision(delivery);
  const before = exchange.state('delivery', delivery);
  exchange.say('right.terminated', { right, dataset: datasetId, code: 'misuse', reason, article: '第二十七条' });
  assert.deepEqual(exchange.state('delivery', delivery), before);
  assert.equal(
    refusalOf(() => exchange.prepare(delivery, 1)),
    'right-terminated',
  );
  exchange.say('delivery.cancelled', { ...exchange.ids(delivery), by: 'end' });
  assert.equal(exchange.state('right', right).usedRows, 0);
  exchange.say('use.recorded', { right, dataset: datasetId, kind: 'disposal', record: reason });
});

test('what ends before a byte is served gives everything back; after a byte, nothing', () => {
  for (const [bytes, end, isBack] of [
    [0, 'delivery.failed', true],
    [0, 'delivery.cancelled', true],
    [1, 'delivery.failed', false],
    [1, 'delivery.cancelled', false],
  ] as const) {
    const exchange = new ExchangeInMemory();
    const right = exchange.grant();
    const delivery = exchange.pull(right);
    exchange.settleDecision(delivery);
    exchange.prepare(delivery, 40);
    exchange.serve(delivery, bytes);
    if (end === 'delivery.failed') exchange.say(end, { ...exchange.ids(delivery), code: 'payload-gone' });
    else exchange.say(end, { ...exchange.ids(delivery), by: 'requester' });
    const { usedPulls, usedRows, dayPulls } = exchange.state('right', right);
    assert.deepEqual([usedPulls, usedRows, dayPulls], isBack ? [0, 0, 0] : [1, 40, 1]);
    // What left before the end and was recorded after it counts all the same, once.
    exchange.serve(delivery, 500);
    exchange.serve(delivery, 500);
    const late = exchange.state('right', right);
    assert.deepEqual([late.usedPulls, late.usedRows, late.dayPulls], [1, 40, 1]);
    assert.equal(exchange.state('delivery', delivery).servedBytes, bytes + 1000);
  }
});

test('a day’s place is given back to its own day only', () => {
  const exchange = new ExchangeInMemory();
  const right = exchange.grant();
  const first = exchange.pull(right);
  exchange.settleDecision(first, 1);
  exchange.now = '2025-10-16T02:00:00.000Z';
  exchange.settleDecision(exchange.pull(right), 1);
  exchange.say('delivery.cancelled', { ...exchange.ids(first), by: 'requester' });
  const { usedPulls, day, dayPulls } = exchange.state('right', right);
  assert.deepEqual([usedPulls, day, dayPulls], [1, '2025-10-16', 1]);
});

test('bytes are served, and receipts signed, only of what was prepared', () => {
  const exchange = new ExchangeInMemory();
  const delivery = exchange.pull(exchange.grant());
  assert.equal(
    refusalOf(() => exchange.serve(delivery, 1)),
    'transition-not-allowed',
  );
  exchange.settleDecision(delivery);
  const receipt = {
    ...exchange.ids(delivery),
    ciphertextSha256: sample.hexOf('ciphertext'),
    plaintextHmac: sample.hexOf('plaintext'),
    rows: 1,
  };
  assert.equal(refused(exchange, 'receipt.signed', receipt), 'transition-not-allowed');
  exchange.prepare(delivery, 1);
  exchange.say('delivery.cancelled', { ...exchange.ids(delivery), by: 'end' });
  assert.equal(refused(exchange, 'receipt.signed', receipt), 'transition-not-allowed');
  // It had been downloaded whole before the end: then the receipt is true.
  exchange.serve(delivery, 2048);
  exchange.say('receipt.signed', receipt);
  assert.equal(exchange.state('right', exchange.ids(delivery).right).usedPulls, 1);
});

test('every type is either about an object, creates one, or adds to one', () => {
  const creating = ['dataset.entered', 'request.submitted', 'pull.signed', 'delivery.served', 'use.recorded'];
  const body = { dataset: 'd', request: 'r', right: 'g', delivery: 'x', decision: 'agree' } as unknown as RightsStatement['body'];
  for (const type of rightsTypes) {
    const object = objectOf({ type, body });
    assert.equal(object === undefined, creating.includes(type), type);
  }
  assert.equal(needsApproval({ type: 'right.granted', body: { decision: 'by-rule' } } as never), false);
});
