// Properties over random requests, narrowings and pulls: what `decide…` promises whatever people ask.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusalTexts, type Asked, type RightTerms, type RowScope, type States } from '#contracts';
import { decidePull, replayDecision, type PullQuestion } from './decide-pull.js';
import { decideRequest } from './decide-request.js';
import { checkGrant, grantTerms, type GrantDecision, type Narrowing } from './grant-terms.js';
import { andScope, conjuncts, evaluateScope, sameScope } from './row-scope.js';
import * as sample from './samples/sample-share.js';
import { scopeCovers } from './scope-cover.js';

type Pull = Pick<PullQuestion['pull'], 'purpose' | 'items' | 'rows' | 'format' | 'version'>;
const { items } = sample.dataset.entry;
const itemNames = items.map(({ name }) => name);
const names = fc.uniqueArray(fc.constantFrom(...itemNames, 'unknown'), { minLength: 1, maxLength: 6 });
const values: Record<string, readonly string[]> = {
  province: ['41', '42', '43'],
  area: ['10.00', '50.5', '90', 'large'],
  code: ['4201', '4202', '43'],
  mortgaged: ['true', 'false'],
  ownerId: ['990101199003077373'],
};
const atom: fc.Arbitrary<RowScope> = fc.constantFrom(...Object.keys(values)).chain((item) => {
  const value = fc.constantFrom(...(values[item] ?? []));
  return fc.oneof(
    value.map((one): RowScope => ({ op: '=', item, value: one })),
    fc.array(value, { minLength: 1, maxLength: 3 }).map((some): RowScope => ({ op: 'in', item, values: some })),
  );
});
const rows: fc.Arbitrary<RowScope> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<RowScope>({ op: 'all' }) },
  { weight: 4, arbitrary: atom },
  { weight: 2, arbitrary: fc.array(atom, { minLength: 1, maxLength: 3 }).map((of): RowScope => ({ op: 'and', of })) },
  { weight: 1, arbitrary: fc.array(atom, { minLength: 1, maxLength: 3 }).map((of): RowScope => ({ op: 'or', of })) },
  { weight: 1, arbitrary: atom.map((of): RowScope => ({ op: 'not', of })) },
);
/** What a careful grantor and puller write: values that fit, items that are not personal. */
const fit = fc.constantFrom('province', 'area', 'code').chain((item) => {
  const value = fc.constantFrom(...(values[item] ?? []).filter((one) => one !== 'large'));
  return fc.oneof(
    value.map((one): RowScope => ({ op: '=', item, value: one })),
    fc.array(value, { minLength: 1, maxLength: 3 }).map((some): RowScope => ({ op: 'in', item, values: some })),
  );
});
const fitRows: fc.Arbitrary<RowScope> = fc.oneof(
  fc.constant<RowScope>({ op: 'all' }),
  fit,
  fc.array(fit, { minLength: 1, maxLength: 2 }).map((of): RowScope => ({ op: 'or', of })),
);
const instant = fc.constantFrom('2025-01-01T00:00:00.000Z', sample.now, '2026-01-01T00:00:00.000Z', '2026-09-30T16:00:00.000Z');
const plain = { noNullPrototype: true } as const;
const window = fc.oneof(
  fc.record({ from: instant, until: instant }, plain),
  fc.constant({ from: sample.now, until: sample.asked.window.until }),
);
const quota = fc.record(
  { pulls: fc.integer({ min: 1, max: 6 }), rows: fc.integer({ min: 1, max: 3000 }), pullsPerDay: fc.integer({ min: 1, max: 3 }) },
  plain,
);
const formats = fc.uniqueArray(fc.constantFrom('csv' as const, 'parquet' as const, 'jsonl' as const), { minLength: 1 });
const purpose = fc.constantFrom(sample.asked.purpose, { basis: sample.hexOf('x'), scenario: sample.hexOf('y') });

const asked: fc.Arbitrary<Asked> = fc.record(
  { purpose, items: names, rows, method: fc.constant('file' as const), formats, window, quota },
  plain,
);
const narrowing: fc.Arbitrary<Narrowing> = fc.record(
  {
    items: fc.oneof(fc.subarray(['area', 'location', 'ownerId'], { minLength: 1 }), names),
    rows,
    formats,
    window,
    quota,
    version: fc.constantFrom('latest', sample.versionId),
    clear: fc.uniqueArray(fc.constantFrom(...itemNames), { maxLength: 3 }),
    transformations: fc.constantFrom(
      [],
      [{ item: 'phone', transformation: { kind: 'keep' as const, first: 3, last: 4 } }],
      [{ item: 'code', transformation: { kind: 'prefix' as const, length: 2 } }],
    ),
  },
  { requiredKeys: [], ...plain },
);
/** Tighter in what the right covers, without touching masks. */
const tightening: fc.Arbitrary<Narrowing> = fc.record(
  {
    items: fc.subarray(['area', 'location', 'ownerId'], { minLength: 1 }),
    rows: fitRows,
    formats: fc.subarray(['csv' as const, 'parquet' as const], { minLength: 1 }),
    window: fc.constant({ from: sample.now, until: sample.asked.window.until }),
    quota: fc.record(
      {
        pulls: fc.integer({ min: 1, max: 5 }),
        rows: fc.integer({ min: 500, max: 4000 }),
        pullsPerDay: fc.integer({ min: 1, max: 2 }),
      },
      plain,
    ),
    version: fc.constantFrom('latest', sample.versionId),
  },
  { requiredKeys: [], ...plain },
);
const decision = fc.constantFrom<GrantDecision>('agree', 'agree-in-part', 'by-rule');
const dataset = fc.constantFrom(sample.dataset, sample.unconditional);
const picks = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
const record = fc.record(
  Object.fromEntries(
    Object.entries(values).map(([name, some]) => [name, fc.option(fc.constantFrom(...some), { nil: undefined })]),
  ),
);

const grantQuestion = fc.record({ asked, narrowing, decision, dataset }).map(({ asked: what, ...rest }) => ({
  ...rest,
  request: { ...sample.request, asked: what },
  condition: sample.hexOf('cited'),
  now: sample.now,
}));

/** Grants often enough to say something: half of the questions are near to what the sample asks. */
const nearlyAsked = fc.oneof(
  grantQuestion,
  fc.record({ dataset, decision, narrowing: fc.oneof(fc.constant<Narrowing>({}), narrowing) }).map((each) => ({
    ...each,
    request: { ...sample.request, asked: { ...sample.asked, items: ['area', 'location', 'code', 'ownerId'] } },
    condition: sample.hexOf('cited'),
    now: sample.now,
  })),
);

const pull: fc.Arbitrary<Pull> = fc.record({
  purpose,
  items: names,
  rows: fc.oneof(rows, fitRows),
  format: fc.constantFrom('csv' as const, 'parquet' as const),
  version: fc.constantFrom('latest', sample.versionId),
});

/** Turns most pulls into ones that could be meant: items that the right has, its purpose, its formats. */
function nearly(terms: RightTerms, asks: Pull, picks: readonly boolean[]): Pull {
  if (picks[0]) return asks;
  const some = terms.items.filter((_, i) => picks[i + 1]);
  const [format = 'csv'] = terms.formats;
  return {
    ...asks,
    purpose: terms.purpose,
    items: some.length > 0 ? some : [...terms.items],
    format: terms.formats.includes(asks.format) ? asks.format : format,
  };
}

function rightOf(terms: RightTerms): States['right'] {
  return { ...sample.right, terms };
}

function questionOf(terms: RightTerms, about: States['dataset'], asks: Pull): PullQuestion {
  return {
    delivery: sample.idOf('pull'),
    pull: {
      right: sample.rightId,
      dataset: sample.datasetId,
      ...asks,
    },
    grantee: sample.requester,
    right: { state: rightOf(terms) },
    dataset: { state: about },
    version: { state: sample.version },
    recipients: sample.recipients,
    now: sample.now,
    index: 7,
  };
}

test('a grant is never wider than its request, and passes the check at the seal', () => {
  let granted = 0;
  fc.assert(
    fc.property(nearlyAsked, record, (question, row) => {
      const decided = grantTerms(question);
      if (decided.refused) return;
      granted += 1;
      const terms = decided.ok;
      const { asked: what } = question.request;
      assert.equal(checkGrant({ ...question, terms }), undefined);
      assert.ok(terms.items.every((name) => what.items.includes(name)));
      assert.ok(terms.formats.every((format) => what.formats.includes(format)));
      assert.ok(terms.window.from >= what.window.from && terms.window.until <= what.window.until);
      assert.ok(terms.quota.pulls <= what.quota.pulls && terms.quota.rows <= what.quota.rows);
      assert.ok(scopeCovers(what.rows, terms.rows, items));
      if (evaluateScope(terms.rows, row, items) === true) assert.equal(evaluateScope(what.rows, row, items), true);
      // What is personal leaves masked, unless the grantor said otherwise in so many words.
      const masked = new Set(terms.transformations.map(({ item }) => item));
      const spoken = new Set([
        ...(question.narrowing.clear ?? []),
        ...(question.narrowing.transformations ?? []).map(({ item }) => item),
      ]);
      const about = question.dataset.entry.items;
      assert.ok(
        about.every(({ name, personal }) => !personal || !terms.items.includes(name) || masked.has(name) || spoken.has(name)),
      );
    }),
    { numRuns: 1500 },
  );
  assert.ok(granted > 120, `only ${granted} grants`);
});

test('promise 1: a right never yields more than it names', () => {
  let yielded = 0;
  fc.assert(
    fc.property(nearlyAsked, pull, picks, record, (question, anything, which, row) => {
      const terms = grantTerms(question).ok;
      if (!terms) return;
      const asks = nearly(terms, anything, which);
      const decided = decidePull(questionOf(terms, question.dataset, asks));
      if (decided.refused) return;
      yielded += 1;
      const body = decided.ok;
      assert.deepEqual(
        body.items,
        itemNames.filter((name) => asks.items.includes(name) && terms.items.includes(name)),
      );
      assert.equal(body.items.length, asks.items.length);
      for (const { item, transformation } of terms.transformations) {
        if (body.items.includes(item))
          assert.ok(body.transformations.some((one) => one.item === item && one.transformation === transformation));
      }
      if (evaluateScope(body.rows, row, items) === true) {
        assert.equal(evaluateScope(terms.rows, row, items), true);
        assert.equal(evaluateScope(asks.rows, row, items), true);
      }
      assert.ok(terms.formats.includes(body.format) && body.rowsAtMost <= terms.quota.rows);
      assert.deepEqual(asks.purpose, terms.purpose);
    }),
    { numRuns: 1500 },
  );
  assert.ok(yielded > 40, `only ${yielded} decisions`);
});

test('narrowing is monotone: what a narrower right yields, the wider one yields too', () => {
  let compared = 0;
  fc.assert(
    fc.property(tightening, pull, picks, record, (less, anything, which, row) => {
      const question = { request: sample.request, dataset: sample.dataset, condition: sample.hexOf('cited'), now: sample.now };
      const wide = grantTerms({ ...question, decision: 'agree' }).ok;
      const narrow = grantTerms({ ...question, decision: 'agree-in-part', narrowing: less }).ok;
      assert.ok(wide && narrow);
      const ask = nearly(narrow, anything, which);
      const fromNarrow = decidePull(questionOf(narrow, sample.dataset, ask)).ok;
      if (!fromNarrow) return;
      compared += 1;
      // Repeating a part of one's own right is no question; to the wider right, which lacks that part, it would be one.
      const granted = conjuncts(narrow.rows);
      const own = conjuncts(ask.rows).filter((part) => !granted.some((other) => sameScope(other, part)));
      const wider = questionOf(wide, sample.dataset, { ...ask, rows: own.reduce(andScope, { op: 'all' }) });
      const fromWide = decidePull({ ...wider, rowsCountedAtMost: fromNarrow.rowsAtMost });
      assert.ok(fromWide.ok, fromWide.refused?.code);
      assert.deepEqual(fromWide.ok.items, fromNarrow.items);
      assert.deepEqual(fromWide.ok.transformations, fromNarrow.transformations);
      if (evaluateScope(fromNarrow.rows, row, items) === true) assert.equal(evaluateScope(fromWide.ok.rows, row, items), true);
    }),
    { numRuns: 1000 },
  );
  assert.ok(compared > 60, `only ${compared} comparisons`);
});

test('a decision answers the same whenever it is replayed', () => {
  let replayed = 0;
  fc.assert(
    fc.property(nearlyAsked, pull, picks, fc.option(fc.nat(1500), { nil: undefined }), (question, anything, which, counted) => {
      const terms = grantTerms(question).ok;
      if (!terms) return;
      const asks = nearly(terms, anything, which);
      const asking = {
        ...questionOf(terms, question.dataset, asks),
        ...(counted === undefined ? {} : { rowsCountedAtMost: counted }),
      };
      const first = decidePull(asking);
      // As the trail keeps it: through JSON, keys in another order.
      const again = decidePull(
        JSON.parse(JSON.stringify(asking, Object.keys(flatKeys(asking)).sort().reverse())) as PullQuestion,
      );
      assert.equal(again.refused?.code, first.refused?.code);
      if (!first.ok) return;
      replayed += 1;
      assert.deepEqual(again.ok, first.ok);
      assert.equal(replayDecision({ ...asking, body: first.ok }), undefined);
    }),
    { numRuns: 1500 },
  );
  assert.ok(replayed > 40, `only ${replayed} decisions`);
});

/** All keys at any depth, so that JSON.stringify's list of keys leaves nothing out. */
function flatKeys(value: unknown, into: Record<string, true> = {}): Record<string, true> {
  if (typeof value !== 'object' || value === null) return into;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) into[key] = true;
    flatKeys(inner, into);
  }
  return into;
}

test('promise 10: every refusal has a registered code and a sentence in both languages', () => {
  const codes = new Set<string>();
  fc.assert(
    fc.property(grantQuestion, pull, (question, asks) => {
      const { request, dataset: about } = question;
      for (const refused of [
        decideRequest({ from: sample.requester, dataset: about, asked: request.asked, now: sample.now }).refused,
        grantTerms(question).refused,
        decidePull(questionOf(sample.terms, about, asks)).refused,
      ]) {
        if (!refused) continue;
        codes.add(refused.code);
        assert.ok(Object.hasOwn(refusalTexts, refused.code));
        for (const locale of ['zh', 'en'] as const) assert.doesNotMatch(refused.sentence(locale), /[{}]|undefined|: –/);
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(codes.size >= 6, [...codes].join());
});
