import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProposalView, RequestView, RightView } from '#contracts';
import { standingOf, type StandingQuestion } from './standing.js';

const us = '11420100MB00000011';
const them = '11420100MB00000022';

function question(changes: Partial<StandingQuestion> & { shareType?: 'unconditional' | 'conditional' | 'not-shared' } = {}) {
  const { shareType = 'conditional', ...rest } = changes;
  return {
    dataset: {
      provider: them,
      entry: { shareType, shareCondition: '《某法》第三条' },
      latestVersion: { id: 'aa' },
    } as unknown as StandingQuestion['dataset'],
    department: us,
    roles: ['requester'],
    rights: [],
    requests: [],
    proposals: [],
    ...rest,
  } satisfies StandingQuestion;
}
function right(changes: Partial<RightView> = {}): RightView {
  return {
    id: 'r1',
    state: 'in-force',
    grantorName: '公安局',
    grantedAt: '2026-01-05T02:00:00.000Z',
    window: { from: '2026-01-01T16:00:00.000Z', until: '2027-12-31T16:00:00.000Z' },
    quota: { pulls: 5, rows: 1000, pullsPerDay: 2 },
    used: { pulls: 2, rows: 100, pullsToday: 1 },
    ...changes,
  } as RightView;
}
function request(changes: Partial<RequestView> = {}): RequestView {
  return { id: 'q1', state: 'submitted', receivedAt: '2026-11-20T02:00:00.000Z', ...changes } as RequestView;
}
function proposal(changes: Partial<ProposalView> = {}): ProposalView {
  return {
    id: 'p1',
    type: 'request.submitted',
    state: 'awaiting-approval',
    preparedAt: '2026-11-25T02:00:00.000Z',
    ...changes,
  } as ProposalView;
}
const kindOf = (of: StandingQuestion) => standingOf(of).standing.kind;

test('a right that can be used says until when and how often, whatever else waits', () => {
  const answer = standingOf(question({ rights: [right()], requests: [request()] }));
  assert.deepEqual(answer, {
    standing: { kind: 'usable', right: 'r1', lastDay: '2027-12-31', pullsLeft: 3, pullsLeftToday: 1, rowsLeft: 900 },
    actions: ['pull', 'ask'],
  });
});

test('of several rights the one that lasts longest is named', () => {
  const shorter = right({ id: 'r2', window: { from: '2026-01-01T16:00:00.000Z', until: '2026-12-31T16:00:00.000Z' } });
  const { standing } = standingOf(question({ rights: [shorter, right()] }));
  assert.equal(standing.kind === 'usable' && standing.right, 'r1');
  // One that is used up does not stand before one that can be used.
  const used = right({ id: 'r3', used: { pulls: 5, rows: 0, pullsToday: 0 } });
  assert.equal(kindOf(question({ rights: [used, shorter] })), 'usable');
});

test('who is no requester is sent to look, not to act', () => {
  const roles = ['office-head'] as const;
  assert.deepEqual(standingOf(question({ roles, rights: [right()] })).actions, ['see-right']);
  assert.deepEqual(standingOf(question({ roles })).actions, []);
  assert.deepEqual(standingOf(question({ roles, requests: [request({ state: 'supplement-asked' })] })).actions, ['see-request']);
});

test("one's own dataset is published, never asked for", () => {
  const dataset = { ...question().dataset, provider: us };
  assert.deepEqual(standingOf(question({ dataset, roles: ['steward', 'requester'] })), {
    standing: { kind: 'own', hasVersion: true },
    actions: ['publish'],
  });
  assert.deepEqual(standingOf(question({ dataset })).actions, []);
});

test('a request that waits says by when, and one without a calendar says no date', () => {
  const due = request({ due: '2026-12-04', workingDaysLeft: 6 });
  assert.deepEqual(standingOf(question({ requests: [due] })), {
    standing: { kind: 'asked', request: 'q1', receivedAt: '2026-11-20T02:00:00.000Z', due: '2026-12-04', daysLeft: 6 },
    actions: ['see-request'],
  });
  const { standing } = standingOf(question({ requests: [request()] }));
  assert.ok(standing.kind === 'asked' && !('due' in standing));
});

test('what is missing is asked for, until the answer is on its way', () => {
  const missing = request({ state: 'supplement-asked' });
  assert.equal(kindOf(question({ requests: [missing] })), 'supplement');
  const answered = question({ requests: [missing], proposals: [proposal({ type: 'request.supplemented' })] });
  assert.equal(kindOf(answered), 'prepared');
});

test('a request that still waits within the department, or for its seal, is shown', () => {
  for (const state of ['awaiting-approval', 'awaiting-signature', 'awaiting-seal'] as const) {
    const { standing, actions } = standingOf(question({ proposals: [proposal({ state })] }));
    assert.ok(standing.kind === 'prepared' && standing.state === state);
    assert.deepEqual(actions, ['see-proposal']);
  }
  for (const state of ['sealed', 'returned', 'rejected'] as const)
    assert.equal(kindOf(question({ proposals: [proposal({ state })] })), 'ask');
  assert.equal(kindOf(question({ proposals: [proposal({ type: 'request.withdrawn' })] })), 'ask');
});

test('what stands still: no data yet, the day used up, suspended, not begun', () => {
  const { latestVersion: _, ...empty } = question().dataset;
  assert.equal(kindOf(question({ dataset: empty, rights: [right()] })), 'no-version');
  const today = right({ used: { pulls: 2, rows: 100, pullsToday: 2 } });
  assert.equal(kindOf(question({ rights: [today] })), 'used-up-today');
  const end = { code: 'misuse', reason: '', at: '2026-11-01T00:00:00.000Z', by: 'x', byName: '数据局' };
  assert.deepEqual(standingOf(question({ rights: [right({ state: 'suspended', end })] })).standing, {
    kind: 'suspended',
    right: 'r1',
    byName: '数据局',
  });
  const later = right({ state: 'not-yet', window: { from: '2026-12-31T16:00:00.000Z', until: '2027-12-31T16:00:00.000Z' } });
  assert.deepEqual(standingOf(question({ rights: [later] })).standing, { kind: 'not-yet', right: 'r1', firstDay: '2027-01-01' });
  // A request for another right is waited for before that.
  assert.equal(kindOf(question({ rights: [later], requests: [request()] })), 'asked');
});

test('not shared says by which law, unless a right is held all the same', () => {
  assert.deepEqual(standingOf(question({ shareType: 'not-shared' })), {
    standing: { kind: 'not-shared', citation: '《某法》第三条' },
    actions: [],
  });
  assert.deepEqual(standingOf(question({ shareType: 'not-shared', rights: [right()] })).actions, ['pull']);
});

test('whoever has nothing asks; in how many days the reply comes is of the sharing attribute', () => {
  assert.deepEqual(standingOf(question()), { standing: { kind: 'ask', conditional: true, replyDays: 10 }, actions: ['ask'] });
  const { standing } = standingOf(question({ shareType: 'unconditional' }));
  assert.deepEqual(standing, { kind: 'ask', conditional: false, replyDays: 1 });
});

test('what came last before is told: ended, terminated, used up, refused', () => {
  const ended = right({ state: 'ended', window: { from: '2025-01-01T16:00:00.000Z', until: '2025-12-31T16:00:00.000Z' } });
  const refused = request({ state: 'refused' });
  const before = (of: StandingQuestion) => {
    const { standing } = standingOf(of);
    return standing.kind === 'ask' ? standing.before : undefined;
  };
  assert.deepEqual(before(question({ rights: [ended] })), { kind: 'right-ended', right: 'r1', lastDay: '2025-12-31' });
  assert.deepEqual(before(question({ rights: [ended], requests: [refused] })), { kind: 'request-refused', request: 'q1' });
  assert.deepEqual(before(question({ rights: [right({ state: 'terminated' })] })), {
    kind: 'right-terminated',
    right: 'r1',
    byName: '公安局',
  });
  assert.deepEqual(before(question({ rights: [right({ used: { pulls: 1, rows: 1000, pullsToday: 0 } })] })), {
    kind: 'right-used-up',
    right: 'r1',
    of: 'rows',
  });
  assert.equal(before(question({ requests: [request({ state: 'withdrawn' })] })), undefined);
});
