import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { z } from 'zod';
import {
  deliveryStageSchema,
  deliveryViewSchema,
  proposalStateSchema,
  requestViewSchema,
  rightViewSchema,
  routes,
  type Route,
} from '../routes/index.js';
import { roleSchema } from '../vocabulary.js';
import { actionsOn, deliveryStages, fitsState, workflow, type Workflow, type WorkflowKind } from './workflow.js';

const enums: Record<WorkflowKind, z.ZodEnum> = {
  request: requestViewSchema.shape.state,
  right: rightViewSchema.shape.state,
  delivery: deliveryViewSchema.shape.state,
  proposal: proposalStateSchema,
};
const kinds = Object.keys(workflow) as WorkflowKind[];
const names = <K extends WorkflowKind>(
  kind: K,
  ...of: Parameters<typeof actionsOn<K>> extends [unknown, ...infer R] ? R : never
) => actionsOn(kind, ...of).map(({ name }) => name);

describe('the table of states and actions', () => {
  test('holds every state of the schemas and every stage, each with words in both languages', () => {
    for (const kind of kinds) {
      assert.deepEqual(Object.keys(workflow[kind].states).sort(), [...enums[kind].options].map(String).sort(), kind);
      for (const [state, { label, next }] of Object.entries((workflow[kind] as Workflow).states))
        for (const text of [label.zh, label.en, next.zh, next.en]) assert.ok(text.length > 1, `${kind} ${state}`);
    }
    assert.deepEqual(Object.keys(deliveryStages).sort(), [...deliveryStageSchema.options].sort());
  });

  test('names a route for every action, open to its roles, and states that exist', () => {
    for (const kind of kinds) {
      for (const [name, action] of Object.entries((workflow[kind] as Workflow).actions)) {
        const route = (routes as Record<string, Route>)[action.route];
        assert.ok(route, `${kind} ${name}: ${action.route}`);
        const allowed = typeof route.access === 'string' ? roleSchema.options : route.access;
        for (const role of action.roles)
          assert.ok(allowed.includes(role), `${kind} ${name}: ${role} may not call ${action.route}`);
        if (action.dangerous) assert.ok(action.effect, `${kind} ${name}: what it brings about is not said`);
        for (const state of action.states) assert.ok(enums[kind].options.includes(state), `${kind} ${name}: ${state}`);
        assert.ok(action.states.length > 0 && action.roles.length > 0 && action.sides.length > 0);
      }
    }
  });

  test('never says what the law has other words for', () => {
    assert.doesNotMatch(JSON.stringify({ workflow, deliveryStages }), /撤销|所有权|授权运营/);
  });
});

describe('what somebody may do now', () => {
  const steward = { department: 'P', roles: ['steward' as const], competent: false };
  const requester = { department: 'R', roles: ['requester' as const], competent: false };
  const supervisor = { department: 'C', roles: ['supervisor' as const], competent: true };

  test('a request is decided by its provider, supplemented and withdrawn by its own side', () => {
    const parties = { from: 'R', to: 'P' };
    assert.deepEqual(names('request', 'submitted', steward, parties), ['agree', 'agree-in-part', 'supplement', 'refuse']);
    assert.deepEqual(names('request', 'submitted', steward, { ...parties, supplementAsked: true }), [
      'agree',
      'agree-in-part',
      'refuse',
    ]);
    assert.deepEqual(names('request', 'supplement-asked', steward, parties), ['refuse']);
    assert.deepEqual(names('request', 'supplement-asked', requester, parties), ['answer-supplement', 'withdraw']);
    assert.deepEqual(names('request', 'granted', requester, parties), []);
    for (const who of [supervisor, { ...steward, department: 'X' }, { ...steward, roles: ['operator' as const] }])
      assert.deepEqual(names('request', 'submitted', who, parties), []);
  });

  test('a right is ended by its grantor or the competent department; only who suspended it, or the competent one, resumes it', () => {
    const parties = { grantor: 'P', grantee: 'R' };
    assert.deepEqual(names('right', 'in-force', requester, parties), ['pull', 'record-use']);
    assert.deepEqual(names('right', 'ended', requester, parties), ['record-use']);
    for (const who of [steward, supervisor]) assert.deepEqual(names('right', 'in-force', who, parties), ['suspend', 'terminate']);
    assert.deepEqual(names('right', 'suspended', steward, { ...parties, endedBy: 'P' }), ['resume', 'terminate']);
    assert.deepEqual(names('right', 'suspended', steward, { ...parties, endedBy: 'C' }), ['terminate']);
    assert.deepEqual(names('right', 'suspended', supervisor, { ...parties, endedBy: 'P' }), ['resume', 'terminate']);
    assert.deepEqual(names('right', 'terminated', steward, parties), []);
  });

  test('a payload that is gone is not offered; a delivery is cancelled before it is ready and signed for after', () => {
    const parties = { grantor: 'P', grantee: 'R' };
    assert.deepEqual(names('delivery', 'decided', requester, parties), ['cancel']);
    assert.deepEqual(names('delivery', 'prepared', requester, { ...parties, payload: true }), ['download', 'receipt']);
    assert.deepEqual(names('delivery', 'received', requester, { ...parties, payload: false }), []);
    assert.deepEqual(names('delivery', 'prepared', steward, parties), []);
  });

  test('whoever prepared a proposal takes it back and never approves it', () => {
    const head = { department: 'P', roles: ['office-head' as const], competent: false, person: 'h' };
    const parties = { issuer: 'P', approver: 'P', preparer: 's' };
    assert.deepEqual(names('proposal', 'awaiting-approval', head, parties), ['approve', 'return']);
    assert.deepEqual(names('proposal', 'awaiting-approval', head, { ...parties, preparer: 'h' }), ['take-back']);
    assert.deepEqual(names('proposal', 'awaiting-approval', { ...steward, person: 's' }, parties), ['take-back']);
    assert.deepEqual(names('proposal', 'awaiting-signature', { ...steward, person: 't' }, parties), ['sign']);
    assert.deepEqual(names('proposal', 'sealed', head, parties), []);
  });

  test('an action fits a state whoever asks', () => {
    assert.equal(fitsState('request', 'withdraw', 'submitted'), true);
    assert.equal(fitsState('request', 'withdraw', 'granted'), false);
    assert.equal(fitsState('proposal', 'approve', 'awaiting-signature'), false);
  });
});
