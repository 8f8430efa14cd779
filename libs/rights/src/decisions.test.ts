import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalTexts, refuse, rightTermsSchema, type Asked, type Refusal, type RowScope, type States } from '#contracts';
import { decideDecision } from './decide-decision.js';
import { decideEnd } from './decide-end.js';
import { decidePull, refusedPullBody, replayDecision, type PullQuestion } from './decide-pull.js';
import { decideRequest } from './decide-request.js';
import { checkGrant, grantTerms, type Narrowing } from './grant-terms.js';
import { mayDownload } from './may-download.js';
import * as sample from './samples/sample-share.js';

const { asked, dataset, now, request, right, terms, unconditional } = sample;

test('a request is put only for what is offered', () => {
  const decide = (changes: Partial<Asked>, about: States['dataset'] = dataset, from = sample.requester) =>
    decideRequest({ from, dataset: about, asked: { ...asked, ...changes }, now, citation: '《保守国家秘密法》' });
  assert.deepEqual(decide({}), { ok: { byRule: false } });
  assert.equal(decide({}, dataset, sample.provider).refused?.code, 'own-dataset');
  const closed = { ...dataset, entry: { ...dataset.entry, shareType: 'not-shared' as const } };
  assert.equal(decide({}, closed).refused?.code, 'not-shared');
  assert.match(decide({}, closed).refused?.sentence('zh') ?? '', /《保守国家秘密法》/);
  assert.equal(decide({ method: 'query' }).refused?.code, 'method-not-offered');
  assert.equal(decide({ items: ['area', 'price'] }).refused?.code, 'item-unknown');
  assert.equal(decide({ rows: { op: '=', item: 'ownerId', value: 'x' } }).refused?.code, 'scope-on-personal-item');
  assert.equal(decide({ rows: { op: '=', item: 'province', value: 'x' } }).refused?.code, 'scope-bad-value');
  const { from, until } = asked.window;
  assert.equal(decide({ window: { from: until, until: from } }).refused?.code, 'window-invalid');
  assert.equal(decide({ window: { from, until: now } }).refused?.code, 'window-invalid');
});

test('by rule only what is shared without conditions and masked by the entry itself', () => {
  const byRule = (changes: Partial<Asked>, about: States['dataset']) =>
    decideRequest({ from: sample.requester, dataset: about, asked: { ...asked, ...changes }, now }).ok?.byRule;
  assert.equal(byRule({}, unconditional), true);
  assert.equal(byRule({}, dataset), false);
  const unmasked = { ...unconditional, entry: { ...unconditional.entry, items: dataset.entry.items } };
  assert.equal(byRule({ items: ['phone'] }, unconditional), true);
  assert.equal(byRule({ items: ['phone'] }, unmasked), false);
  // Choosing rows by an item that the entry masks would tell its values.
  const items = dataset.entry.items.map((item) =>
    item.name === 'registered' ? { ...item, mask: { kind: 'year' as const } } : item,
  );
  const masked = { ...unconditional, entry: { ...unconditional.entry, items } };
  assert.equal(byRule({ items: ['area'], rows: { op: '=', item: 'registered', value: '2020-01-01' } }, masked), false);
});

test('a grant gives what was asked, masked as the entry says, in source order', () => {
  assert.deepEqual(grantTerms({ request, dataset, decision: 'agree', now }), { ok: terms });
  const byRule = grantTerms({ request, dataset: unconditional, decision: 'by-rule', now });
  assert.deepEqual(byRule.ok, terms);
});

test('agreeing is granting what was asked; less is agreeing in part, and cites a condition', () => {
  const grant = (narrowing: Narrowing, decision: 'agree' | 'agree-in-part' | 'by-rule' = 'agree-in-part', about = dataset) =>
    grantTerms({ request, dataset: about, decision, narrowing, condition: sample.hexOf('cited'), now });
  const less = {
    items: ['location'],
    rows: { op: 'prefix', item: 'code', value: '42' },
    formats: ['csv'],
    window: { ...asked.window, until: '2026-01-01T00:00:00.000Z' },
    quota: { pulls: 1, rows: 10, pullsPerDay: 1 },
    obligations: { accountForUse: true, deleteBy: '2026-02-01' },
  } satisfies Narrowing;
  assert.deepEqual(grant(less).ok, {
    ...terms,
    ...less,
    rows: { op: 'and', of: [asked.rows, less.rows] },
    transformations: [],
  });
  for (const field of ['items', 'rows', 'formats', 'window', 'quota'] as const) {
    const refused = grant({ [field]: less[field] }, 'agree').refused;
    assert.deepEqual([refused?.code, refused?.at?.field], ['not-as-asked', field]);
  }
  assert.ok(grant({ obligations: less.obligations, version: sample.versionId, clear: ['ownerId'] }, 'agree').ok);
  const uncited = grantTerms({ request, dataset, decision: 'agree-in-part', narrowing: less, now });
  assert.equal(uncited.refused?.code, 'condition-missing');
  // Nobody invents conditions: an entry without any has none to cite.
  const { shareCondition: _, ...free } = unconditional.entry;
  assert.equal(grant(less, 'agree-in-part', { ...unconditional, entry: free }).refused?.code, 'condition-missing');
  assert.equal(grant({ clear: ['ownerId'] }, 'by-rule', unconditional).refused?.code, 'not-by-rule');
  assert.equal(grant({}, 'by-rule').refused?.code, 'not-by-rule');
});

test('a grant is never wider than its request, whoever wrote its terms', () => {
  const wider = (changes: Partial<typeof terms>) =>
    checkGrant({
      request,
      dataset,
      decision: 'agree-in-part',
      condition: sample.hexOf('c'),
      terms: { ...terms, ...changes },
      now,
    });
  assert.equal(wider({}), undefined);
  const each: [Partial<typeof terms>, string][] = [
    [{ items: [...terms.items, 'mortgaged'] }, 'items'],
    [{ rows: { op: 'all' } }, 'rows'],
    [{ rows: { op: 'in', item: 'province', values: ['42', '43'] } }, 'rows'],
    [{ formats: ['jsonl'] }, 'formats'],
    [{ method: 'query' }, 'method'],
    [{ window: { ...terms.window, until: '2027-01-01T00:00:00.000Z' } }, 'window'],
    [{ window: { ...terms.window, from: '2020-01-01T00:00:00.000Z' } }, 'window'],
    [{ quota: { ...terms.quota, rows: terms.quota.rows + 1 } }, 'quota'],
    [{ quota: { ...terms.quota, pullsPerDay: 99 } }, 'quota'],
    [{ grantee: sample.stranger }, 'grantee'],
    [{ grantor: sample.stranger }, 'grantor'],
    [{ purpose: { ...terms.purpose, scenario: sample.hexOf('another') } }, 'purpose'],
  ];
  for (const [changes, field] of each) {
    const refused = wider(changes);
    assert.deepEqual([refused?.code, refused?.at?.field], ['grant-wider-than-request', field]);
  }
  assert.equal(wider({ transformations: [{ item: 'mortgaged', transformation: { kind: 'pseudonym' } }] })?.code, 'item-unknown');
  assert.equal(
    wider({ transformations: [{ item: 'area', transformation: { kind: 'pseudonym' } }] })?.code,
    'transformation-not-possible',
  );
  assert.equal(
    grantTerms({ request, dataset, decision: 'agree', narrowing: { items: ['mortgaged'] }, now }).refused?.code,
    'grant-wider-than-request',
  );
});

const question: PullQuestion = {
  delivery: sample.idOf('pull'),
  pull: {
    right: sample.rightId,
    dataset: sample.datasetId,
    purpose: terms.purpose,
    items: ['ownerId', 'area'],
    rows: { op: 'all' },
    format: 'csv',
    version: 'latest',
  },
  grantee: sample.requester,
  right: { state: right },
  dataset: { state: dataset },
  version: { state: sample.version },
  recipients: sample.recipients,
  now,
  index: 41,
};
const asRight = (changes: Partial<States['right']>): Partial<PullQuestion> => ({ right: { state: { ...right, ...changes } } });
const asTerms = (changes: Partial<typeof terms>) => asRight({ terms: rightTermsSchema.parse({ ...terms, ...changes }) });
const asPull = (changes: Partial<PullQuestion['pull']>): Partial<PullQuestion> => ({ pull: { ...question.pull, ...changes } });

test('a pull within its right is delivered: these items in source order, these rows, masked, to all recipients', () => {
  const rows = { op: 'between' as const, item: 'area', low: '50', high: '90' };
  const decided = decidePull({ ...question, ...asPull({ rows }) });
  assert.deepEqual(decided.ok, {
    delivery: question.delivery,
    right: sample.rightId,
    dataset: sample.datasetId,
    grantee: sample.requester,
    version: sample.versionId,
    items: ['area', 'ownerId'],
    rows: { op: 'and', of: [terms.rows, rows] },
    transformations: terms.transformations,
    format: 'csv',
    recipients: [...sample.recipients].sort(),
    rowsAtMost: 1000,
    computedAt: 41,
    decidedAt: now,
    quotaBefore: { pulls: 0, rows: 0, pullsToday: 0 },
  });
});

test('the checks come in their order, each with its code', () => {
  type Edit = (question: PullQuestion) => PullQuestion;
  const right =
    (changes: Partial<States['right']>): Edit =>
    (q) => ({ ...q, right: { state: { ...q.right.state, ...changes } } });
  const ofTerms =
    (changes: Partial<typeof terms>): Edit =>
    (q) =>
      right({ terms: { ...q.right.state.terms, ...changes } })(q);
  const pull =
    (changes: Partial<PullQuestion['pull']>): Edit =>
    (q) => ({ ...q, pull: { ...q.pull, ...changes } });
  const whole =
    (changes: Partial<PullQuestion>): Edit =>
    (q) => ({ ...q, ...changes });
  const { latestVersion: _, ...withoutVersion } = dataset;
  const area = (low: string, high: string): RowScope => ({ op: 'between', item: 'area', low, high });
  const wrong: [string, Edit][] = [
    ['wrong-grantee', whole({ grantee: sample.stranger })],
    ['right-terminated', right({ state: 'terminated' })],
    ['right-suspended', right({ state: 'suspended' })],
    ['right-not-yet', whole({ now: '2025-09-30T15:59:59.999Z' })],
    ['right-ended', whole({ now: terms.window.until })],
    ['purpose-differs', pull({ purpose: { ...terms.purpose, basis: sample.hexOf('other') } })],
    ['method-not-granted', ofTerms({ method: 'query' })],
    ['format-not-granted', pull({ format: 'jsonl' })],
    ['no-version', (q) => pull({ version: 'latest' })(whole({ dataset: { state: withoutVersion } })(q))],
    ['version-not-granted', pull({ version: sample.idOf('older') })],
    ['item-not-granted', pull({ items: ['area', 'mortgaged'] })],
    ['scope-bad-value', pull({ rows: { op: '=', item: 'area', value: 'large' } })],
    ['scope-item-not-granted', pull({ rows: { op: '=', item: 'mortgaged', value: 'true' } })],
    ['rows-not-granted', (q) => pull({ rows: area('1', '2') })(ofTerms({ rows: area('3', '4') })(q))],
    ['no-recipient', whole({ recipients: [] })],
    ['too-many-recipients', whole({ recipients: Array.from({ length: 21 }, (_each, i) => `${i}`) })],
    ['quota-pulls', right({ usedPulls: 5 })],
    ['quota-rate', right({ day: '2025-10-15', dayPulls: 2 })],
    ['quota-rows', right({ usedRows: 3001 })],
  ];
  // Alone, and in a question that is also wrong in everything that is checked later.
  let worse = question;
  for (const [code, edit] of wrong.toReversed()) {
    worse = edit(worse);
    assert.equal(decidePull(edit(question)).refused?.code, code);
    assert.equal(decidePull(worse).refused?.code, code);
  }
});

test('rows are chosen only by what the right shows as it is', () => {
  const pull = (item: string, value: string, more = {}) =>
    decidePull({ ...question, ...more, ...asPull({ rows: { op: '=', item, value } }) }).refused?.code;
  assert.equal(pull('area', '90'), undefined);
  // Not granted at all, although the right's own scope is about it; repeating that scope is no question.
  assert.equal(pull('province', '42'), undefined);
  assert.equal(pull('province', '43'), 'scope-item-not-granted');
  const byYear = asTerms({
    items: ['registered', 'area'],
    transformations: [{ item: 'registered', transformation: { kind: 'year' } }],
  });
  const items = {
    pull: { ...question.pull, items: ['area'], rows: { op: '=' as const, item: 'registered', value: '2020-01-01' } },
  };
  assert.equal(decidePull({ ...question, ...byYear, ...items }).refused?.code, 'scope-item-not-granted');
});

test('quotas are those of the day in China, and counted rows take less', () => {
  const late = { now: '2025-10-15T16:00:00.000Z' };
  const spent = asRight({ usedPulls: 2, day: '2025-10-15', dayPulls: 2 });
  assert.equal(decidePull({ ...question, ...spent }).refused?.code, 'quota-rate');
  assert.equal(decidePull({ ...question, ...spent, ...late }).ok?.quotaBefore.pullsToday, 0);
  const nearly = asRight({ usedRows: 3900 });
  const refused = decidePull({ ...question, ...nearly }).refused;
  assert.deepEqual([refused?.code, refused?.details], ['quota-rows', { rows: 4000, left: 100, asked: 1000 }]);
  assert.equal(decidePull({ ...question, ...nearly, rowsCountedAtMost: 100 }).ok?.rowsAtMost, 100);
  assert.equal(decidePull({ ...question, ...nearly, rowsCountedAtMost: 101 }).refused?.code, 'quota-rows');
  assert.equal(decidePull({ ...question, rowsCountedAtMost: 5000 }).ok?.rowsAtMost, 1000);
});

test('a right over one version gives that version, and no other', () => {
  const pinned = asTerms({ version: sample.versionId });
  const newer = { dataset: { state: { ...dataset, latestVersion: sample.idOf('newer') } } };
  assert.equal(decidePull({ ...question, ...pinned, ...newer }).ok?.version, sample.versionId);
  assert.equal(
    decidePull({ ...question, ...pinned, ...newer, ...asPull({ version: sample.idOf('newer') }) }).refused?.code,
    'version-not-granted',
  );
  assert.equal(decidePull({ ...question, ...asPull({ version: sample.versionId }) }).ok?.version, sample.versionId);
  assert.equal(
    decidePull({ ...question, version: { state: { ...sample.version, dataset: sample.idOf('other') } } }).refused?.code,
    'version-not-granted',
  );
});

test('a decision replays from its own inputs, and a changed one does not', () => {
  const body = decidePull({ ...question, rowsCountedAtMost: 77 }).ok;
  assert.ok(body);
  const { delivery: _delivery, now: _now, index: _index, ...states } = question;
  assert.equal(replayDecision({ ...states, body }), undefined);
  for (const change of [
    { rows: { op: 'all' as const } },
    { items: ['area'] },
    { items: ['ownerId', 'area'] },
    { transformations: [] },
    { recipients: [`age1${'z'.repeat(58)}`] },
    { rowsAtMost: 1001 },
    { decidedAt: terms.window.until },
    { quotaBefore: { pulls: 1, rows: 0, pullsToday: 0 } },
    { version: sample.idOf('other') },
  ]) {
    assert.equal(replayDecision({ ...states, body: { ...body, ...change } })?.code, 'decision-differs', JSON.stringify(change));
  }
});

test('a refusal of a pull becomes the body that is sealed', () => {
  const refused = decidePull({ ...question, recipients: [] }).refused as Refusal;
  assert.deepEqual(refusedPullBody(question, refused), {
    delivery: question.delivery,
    right: sample.rightId,
    dataset: sample.datasetId,
    code: 'no-recipient',
    computedAt: 41,
  });
});

test('who may suspend, resume and terminate, and from which state', () => {
  const states = ['in-force', 'suspended', 'terminated'] as const;
  const decide = (
    state: (typeof states)[number],
    type: Parameters<typeof decideEnd>[0]['type'],
    issuer = sample.provider,
    more = {},
  ) => {
    const decided = decideEnd({ right: { ...right, state, ...more }, issuer, competent: issuer === sample.competent, type });
    return decided.ok?.state ?? decided.refused?.code;
  };
  const no = 'transition-not-allowed';
  assert.deepEqual(
    states.map((state) => decide(state, 'right.suspended')),
    ['suspended', no, no],
  );
  assert.deepEqual(
    states.map((state) => decide(state, 'right.terminated')),
    ['terminated', 'terminated', no],
  );
  const own = { endedBy: sample.provider };
  assert.deepEqual(
    states.map((state) => decide(state, 'right.resumed', sample.provider, own)),
    [no, 'in-force', no],
  );
  assert.equal(decide('in-force', 'right.terminated', sample.competent), 'terminated');
  for (const issuer of [sample.requester, sample.stranger, 'exchange']) {
    assert.equal(decide('in-force', 'right.suspended', issuer), 'wrong-issuer');
  }
  const byCompetent = { endedBy: sample.competent };
  assert.equal(decide('suspended', 'right.resumed', sample.provider, byCompetent), 'suspended-by-competent');
  assert.equal(decide('suspended', 'right.resumed', sample.competent, byCompetent), 'in-force');
});

test('a request is replied to once, and a supplement asked for once', () => {
  const decide = (
    step: Parameters<typeof decideDecision>[0]['step'],
    changes: Partial<States['request']> = {},
    issuer = sample.provider,
  ) => {
    const decided = decideDecision({ request: { ...request, ...changes }, issuer, step });
    return decided.ok?.state ?? decided.refused?.code;
  };
  assert.equal(decide({ kind: 'grant' }), 'granted');
  assert.equal(decide({ kind: 'grant' }, { state: 'supplement-asked' }), 'transition-not-allowed');
  assert.equal(decide({ kind: 'supplement-asked' }), 'supplement-asked');
  assert.equal(decide({ kind: 'supplement-asked' }, { supplementAsked: true }), 'supplement-once');
  assert.equal(decide({ kind: 'refuse', code: 'other' }), 'refused');
  assert.equal(decide({ kind: 'refuse', code: '' }), 'reason-missing');
  assert.equal(decide({ kind: 'refuse', code: 'other' }, { state: 'supplement-asked' }), 'refused');
  assert.equal(decide({ kind: 'withdraw' }, {}, sample.requester), 'withdrawn');
  assert.equal(decide({ kind: 'withdraw' }), 'wrong-issuer');
  assert.equal(decide({ kind: 'supplemented' }, { state: 'supplement-asked' }, sample.requester), 'submitted');
  for (const state of ['refused', 'withdrawn', 'granted'] as const) {
    assert.equal(decide({ kind: 'grant' }, { state }), 'transition-not-allowed');
  }
  assert.equal(decide({ kind: 'grant' }, {}, sample.requester), 'wrong-issuer');
});

test('promise 8: a download needs a prepared delivery, its recipient, and the right in force at that moment', () => {
  const prepared = {
    attempt: sample.idOf('a'),
    ciphertextSha256: sample.hexOf('c'),
    sizeBytes: 1,
    plaintextHmac: sample.hexOf('p'),
    rows: 1,
  };
  const delivery: States['delivery'] = {
    right: sample.rightId,
    dataset: sample.datasetId,
    grantor: sample.provider,
    grantee: sample.requester,
    state: 'prepared',
    pulledAt: now,
    asked: { purpose: terms.purpose, items: ['area'], rows: { op: 'all' }, format: 'csv', version: 'latest' },
    prepared,
    servedBytes: 0,
    servedTimes: 0,
    last: sample.idOf('l'),
  };
  const may = (
    changes: Partial<States['delivery']>,
    of: Partial<States['right']> = {},
    department = sample.requester,
    at = now,
  ) => {
    const decided = mayDownload({ right: { ...right, ...of }, delivery: { ...delivery, ...changes }, department, now: at });
    return decided.ok ? 'yes' : decided.refused.code;
  };
  assert.equal(may({}), 'yes');
  assert.equal(may({ state: 'received' }), 'yes');
  assert.equal(may({}, {}, sample.stranger), 'unknown');
  assert.equal(may({}, { state: 'suspended' }), 'right-suspended');
  assert.equal(may({}, { state: 'terminated' }), 'right-terminated');
  assert.equal(may({}, {}, sample.requester, terms.window.until), 'right-ended');
  assert.equal(may({ state: 'decided' }), 'payload-not-ready');
  assert.equal(may({ state: 'cancelled' }), 'delivery-cancelled');
  assert.equal(may({ state: 'failed', failureCode: 'preparer-failed' }), 'delivery-failed');
  assert.equal(may({ state: 'refused', refusalCode: 'quota-pulls' }), 'quota-pulls');
});

test('every sentence of a refusal has its details filled in', () => {
  for (const [code, text] of Object.entries(refusalTexts)) {
    const names = (sentence: string) =>
      [...sentence.matchAll(/\{(\w+)\}/g)].map(([slot]) => slot).sort((a, b) => a.localeCompare(b));
    assert.deepEqual(names(text.zh), names(text.en), code);
    for (const told of Object.keys('words' in text ? text.words : {})) assert.ok(names(text.zh).includes(`{${told}}`), code);
  }
  const refused = decidePull({ ...question, ...asPull({ items: ['mortgaged'] }) }).refused;
  assert.equal(refused?.sentence('zh'), '使用范围不包含数据项：mortgaged。');
  // A clerk is told a code of the vocabulary by its word; a program gets the code.
  const misfit = refuse('value-misfit', { line: 6, item: 'seats', type: 'I' });
  assert.equal(misfit.sentence('zh'), '第 6 行 seats 的值不符合类型“整型”。');
  assert.equal(misfit.sentence('en'), 'On line 6 the value of seats does not fit its type, “integer”.');
  assert.deepEqual(misfit.toProblem().details, { line: 6, item: 'seats', type: 'I' });
  assert.equal(refuse('header-repeats', { name: 'constructor' }).sentence('zh'), '表头中有两列都叫“constructor”。');
});

test('changes are delivered since a delivery that the recipient has, of the same selection, by a key that it sees', () => {
  const since = sample.idOf('earlier');
  const keyed = (name: string): States['dataset'] => ({
    ...dataset,
    entry: {
      ...dataset.entry,
      items: dataset.entry.items.map((item) => (item.name === name ? { ...item, required: true, key: true as const } : item)),
    },
  });
  const full = decidePull(question).ok as NonNullable<ReturnType<typeof decidePull>['ok']>;
  const { items, rows, transformations, format, recipients, rowsAtMost } = full;
  const held = { items, rows, transformations, format, recipients, rowsAtMost, day: '2025-10-01' };
  const delivery: States['delivery'] = {
    right: sample.rightId,
    dataset: sample.datasetId,
    grantor: sample.provider,
    grantee: sample.requester,
    state: 'received',
    pulledAt: now,
    asked: question.pull,
    decided: { ...held, version: sample.idOf('older') },
    servedBytes: 1,
    servedTimes: 1,
    last: since,
  };
  const older = { ...sample.version, rows: 40 };
  const asks = (change: Partial<States['delivery']> = {}, more: Partial<PullQuestion> = {}): PullQuestion => ({
    ...question,
    ...asPull({ since }),
    dataset: { state: keyed('area') },
    basis: { delivery: { state: { ...delivery, ...change } }, version: { state: older } },
    ...more,
  });
  const decided = decidePull(asks()).ok;
  assert.deepEqual(decided?.since, { delivery: since, version: sample.idOf('older') });
  assert.equal(decided?.rowsAtMost, 1040);
  assert.ok(decided);
  const body = decided;
  assert.equal(replayDecision({ ...asks(), body }), undefined);
  const { since: _since, ...whole } = body;
  for (const forged of [{ ...body, since: { delivery: since, version: sample.versionId } }, whole])
    assert.equal(replayDecision({ ...asks(), body: forged })?.code, 'decision-differs');
  assert.equal(replayDecision({ ...asks(), basis: undefined, body })?.code, 'decision-differs');

  const code = (ask: PullQuestion) => decidePull(ask).refused?.code;
  const otherItems = { decided: { ...held, version: sample.idOf('older'), items: ['area'] } };
  const otherSchema = {
    basis: { delivery: { state: delivery }, version: { state: { ...older, schemaDigest: sample.hexOf('x') } } },
  };
  assert.equal(code(asks({}, { basis: undefined })), 'changes-no-earlier');
  assert.equal(code(asks({ state: 'prepared' })), 'changes-no-earlier');
  assert.equal(code(asks({ right: sample.idOf('another right') })), 'changes-no-earlier');
  assert.equal(code(asks({ grantee: sample.stranger })), 'changes-no-earlier');
  assert.equal(code(asks({ decided: { ...held, version: sample.versionId } })), 'changes-none');
  assert.equal(code(asks(otherItems)), 'changes-selection-differs');
  assert.equal(code(asks({}, otherSchema)), 'changes-items-differ');
  assert.equal(code(asks({}, { dataset: { state: dataset } })), 'changes-no-key');
  assert.equal(code(asks({}, { dataset: { state: keyed('ownerId') } })), 'changes-key-hidden');
  assert.equal(code(asks({}, { dataset: { state: keyed('code') } })), 'changes-key-hidden');
});
