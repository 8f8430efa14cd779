import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Asked, RightTerms, States } from '#contracts';
import { checkScope, decideRequest, findPersonalData, grantTerms } from '#rights';
import { buildCity } from '../city.js';
import { departmentOf, loginOf } from '../departments.js';
import { registerOf, registers } from '../registers/index.js';
import { year, type Affair, type Step } from './steps.js';
import { story } from './story.js';

const now = '2026-11-23T02:00:00.000Z';
const in_ = (minutes: number) => new Date(Date.parse(now) + minutes * 60_000).toISOString();
const commitment = 'a'.repeat(64);
const id = 'b'.repeat(32);

function datasetState(affair: Affair): States['dataset'] {
  const { entry, provider, versions } = registerOf(affair.asking.dataset);
  return { provider: departmentOf(provider).code, entry, versions, enteredAt: now, last: id };
}

function askedOf({ asking }: Affair): Asked {
  const { items, rows, formats, term, quota } = asking;
  return {
    purpose: { basis: commitment, scenario: commitment },
    items: [...items],
    rows: rows ?? { op: 'all' },
    method: 'file',
    formats: [...(formats ?? (['csv', 'parquet'] as const))],
    window: { from: in_(term?.from ?? 0), until: in_(term?.until ?? year) },
    quota: quota ?? { pulls: 12, rows: 1_000_000, pullsPerDay: 4 },
  };
}

function termsOf(affair: Affair, step: Extract<Step, { do: 'agree' | 'agree-in-part' }>): RightTerms {
  const asked = askedOf(affair);
  const granted = grantTerms({
    request: {
      dataset: id,
      from: departmentOf(affair.asking.from).code,
      to: departmentOf(registerOf(affair.asking.dataset).provider).code,
      asked,
      state: 'submitted',
      supplementAsked: false,
      receivedAt: now,
      last: id,
    },
    dataset: datasetState(affair),
    decision: step.do,
    narrowing: {
      ...(step.clear ? { clear: step.clear } : {}),
      ...(step.do === 'agree-in-part' && step.items ? { items: step.items } : {}),
      ...(step.do === 'agree-in-part' && step.rows ? { rows: step.rows } : {}),
      ...(step.do === 'agree-in-part' && step.pulls ? { quota: { ...asked.quota, pulls: step.pulls } } : {}),
    },
    ...(step.do === 'agree-in-part' ? { condition: commitment } : {}),
    now,
  });
  if (granted.refused) assert.fail(`${affair.key}: ${granted.refused.message}`);
  return granted.ok;
}

describe('the story', () => {
  let affairs: Affair[];
  before(() => {
    affairs = story(buildCity('small'));
  });
  const steps = () => affairs.flatMap((affair) => affair.steps.map((step) => ({ affair, step })));

  test('asks for what the catalogue has, and is refused at once only where it says so', () => {
    for (const affair of affairs) {
      const asked = askedOf(affair);
      const dataset = datasetState(affair);
      const decided = decideRequest({ from: departmentOf(affair.asking.from).code, dataset, asked, now });
      assert.equal(decided.refused?.code, affair.refused, `${affair.key}: ${decided.refused?.message}`);
      if (!decided.refused) {
        const ruled = affair.steps.some((step) => step.do === 'rule-grants');
        assert.equal(decided.ok.byRule, ruled, affair.key);
      }
    }
  });

  test('grants nothing that the rules of rights would not, and pulls within it', () => {
    for (const affair of affairs) {
      let terms: RightTerms | undefined;
      for (const step of affair.steps) {
        if (step.do === 'agree' || step.do === 'agree-in-part') terms = termsOf(affair, step);
        if (step.do !== 'pull') continue;
        const granted: readonly string[] = terms?.items ?? affair.asking.items;
        const beyond = (step.items ?? []).filter((item) => !granted.includes(item));
        const fate = typeof step.fate === 'string' ? undefined : step.fate.refused;
        assert.equal(beyond.length > 0, fate === 'item-not-granted', affair.key);
        const formats: readonly string[] = affair.asking.formats ?? ['csv', 'parquet'];
        assert.ok(step.format === undefined || formats.includes(step.format), affair.key);
        assert.equal(checkScope(step.rows ?? { op: 'all' }, registerOf(affair.asking.dataset).entry.items), undefined);
      }
    }
  });

  test('keeps names and numbers of people out of its prose', () => {
    for (const { asking, steps: own } of affairs) {
      const prose = [asking.basis, asking.scenario];
      for (const step of own) for (const value of Object.values(step)) if (typeof value === 'string') prose.push(value);
      for (const text of prose) assert.deepEqual(findPersonalData(text), [], text);
    }
    for (const { entry } of registers) assert.deepEqual(findPersonalData(`${entry.abstract}${entry.shareCondition ?? ''}`), []);
  });

  test('cites, where it agrees in part, a condition of the entry', () => {
    for (const { affair, step } of steps()) {
      if (step.do !== 'agree-in-part') continue;
      const { shareCondition } = registerOf(affair.asking.dataset).entry;
      assert.ok(shareCondition?.includes(step.condition), `${affair.key}: ${step.condition}`);
    }
  });

  test('gives every list something to show', () => {
    const lasts = affairs.map(({ steps: own, unapproved, refused }) =>
      unapproved ? 'unapproved' : (refused ?? own.at(-1)?.do ?? 'submitted'),
    );
    for (const state of ['unapproved', 'not-shared', 'submitted', 'withdraw', 'refuse', 'ask-supplement', 'supplement'])
      assert.ok(lasts.includes(state), `no request is ${state}`);
    const fates = steps().flatMap(({ step }) =>
      step.do === 'pull' ? [typeof step.fate === 'string' ? step.fate : step.fate.refused] : [],
    );
    for (const fate of ['received', 'waiting', 'cancelled', 'item-not-granted', 'quota-pulls'])
      assert.ok(fates.includes(fate), fate);
    const acts = new Set(steps().map(({ step }) => step.do));
    for (const act of ['suspend', 'resume', 'terminate', 'use', 'dispose', 'publish', 'rule-grants'] as const)
      assert.ok(acts.has(act), act);
    assert.ok(
      affairs.some(({ asking }) => (asking.term?.from ?? 0) > 0),
      'no right opens later',
    );
    assert.ok(
      steps().some(({ step }) => step.unapproved),
      'no decision waits for its office head',
    );
  });

  test('asks nobody to do what nobody may do', () => {
    const keys = new Set(affairs.map(({ key }) => key));
    assert.equal(keys.size, affairs.length);
    for (const { asking } of affairs) {
      loginOf(asking.from, 'requester');
      loginOf(registerOf(asking.dataset).provider, 'steward');
      loginOf(registerOf(asking.dataset).provider, 'office-head');
      assert.notEqual(asking.from, registerOf(asking.dataset).provider);
    }
  });
});
