import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementBodies, type Refusal, type StatementBody, type StatementType } from '#contracts';
import { randomId } from '#crypto';
import { goesFirst } from './touches.js';
import { NO_ENTRY } from './entry.js';
import { applyEntry, type Law } from './law.js';
import { mentionsOf } from './mentions.js';
import { proveKeyPossession } from './possession.js';
import { keysInForce, LOG } from './register.js';
import { codeOf, recipientOf, SampleCity, type Said } from './sample-city.js';
import { StatesInMemory } from './states.js';

const provider = codeOf(1);
const stranger = codeOf(2);

/** A city in which a provider with one key is admitted; `seal` answers the refusal's code, or undefined. */
function start() {
  const city = new SampleCity();
  const states = new StatesInMemory();
  const law: Law = { origin: city.origin, folds: [], signatures: 'signatures' };
  let size = 0;
  const seal = ({ statement, bytes, signatures }: Said): string | undefined => {
    const entry = { index: size, sealedAt: '2026-02-03T04:05:06.007Z', prev: NO_ENTRY, statement, signatures };
    const before = snapshot(states);
    try {
      applyEntry(states, entry, bytes, law);
      size++;
      return undefined;
    } catch (error) {
      // What is refused leaves nothing behind.
      assert.deepEqual(snapshot(states), before);
      return (error as Refusal).code;
    }
  };
  const opened = city.opened();
  assert.equal(seal(opened), undefined);
  const keyOfProvider = (() => {
    assert.equal(seal(city.departmentAdmitted(provider)), undefined);
    const said = city.keyAdmitted(provider);
    assert.equal(seal(said), undefined);
    return said.statement.body as StatementBody<'key.admitted'>;
  })();
  return { city, states, seal, opened, keyOfProvider };
}

function snapshot(states: StatesInMemory) {
  return (['department', 'key', 'recipient', 'membership'] as const).map((kind) => [
    [...states.all(kind)].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    kind === 'key' || kind === 'recipient' ? states.ofDepartment(kind, provider) : [],
  ]);
}

test('the ledger opens once, at index 0, signed by the competent department and by the exchange', () => {
  const { city, seal, states } = start();
  assert.equal(seal(city.opened()), 'already-exists');
  assert.equal(states.get('department', city.competent)?.state.competent, true);
  assert.equal(states.get('key', city.exchange.keyId)?.state.department, 'exchange');

  const empty = new StatesInMemory();
  const law: Law = { origin: city.origin, folds: [], signatures: 'signatures' };
  const open = ({ statement, bytes, signatures }: Said) =>
    applyEntry(empty, { index: 0, sealedAt: '2026-02-03T04:05:06.007Z', statement, signatures }, bytes, law);
  const whole = city.opened();
  const refused = (said: Said, code: string) => assert.throws(() => open(said), { name: 'Refusal', code });
  refused({ ...whole, signatures: whole.signatures.slice(0, 1) }, 'bad-signature');
  refused({ ...whole, signatures: whole.signatures.slice(1) }, 'bad-signature');
  const other = new SampleCity('quanlian.test/other');
  refused(other.opened(), 'wrong-origin');
  refused(city.departmentAdmitted(provider), 'key-not-in-force');
  assert.equal(open(whole).length, 4);
});

test('only the competent department admits departments, keys and recipients', () => {
  const { city, seal } = start();
  const admit = (issuer: string) =>
    city.say('department.admitted', { department: stranger, name: '民政局', level: 'city', region: '990000' }, { issuer });
  assert.equal(seal(admit(provider)), 'wrong-issuer');
  assert.equal(seal(admit('exchange')), 'wrong-issuer');
  assert.equal(seal(admit(city.competent)), undefined);
  assert.equal(seal(admit(city.competent)), 'already-exists');

  const key = city.keyAdmitted(stranger).statement.body as StatementBody<'key.admitted'>;
  assert.equal(seal(city.say('key.admitted', key, { issuer: provider })), 'wrong-issuer');
  assert.equal(seal(city.say('key.admitted', { ...key, department: codeOf(3) })), 'bad-proof');
  assert.equal(seal(city.say('key.admitted', { ...key, keyId: '0'.repeat(32) })), 'bad-key');
  assert.equal(seal(city.say('key.admitted', key)), undefined);
  assert.equal(seal(city.say('key.admitted', key)), 'already-exists');

  const recipient = city.recipientAdmitted(stranger, recipientOf(1)).statement.body as StatementBody<'recipient.admitted'>;
  assert.equal(seal(city.say('recipient.admitted', recipient, { issuer: stranger })), 'wrong-issuer');
  // Not even the competent department adds a recipient that the department did not declare.
  assert.equal(seal(city.say('recipient.admitted', { ...recipient, recipient: recipientOf(2) })), 'bad-proof');
  assert.equal(seal(city.say('recipient.admitted', { ...recipient, department: provider })), 'key-not-in-force');
  assert.equal(seal(city.say('recipient.admitted', recipient)), undefined);
});

test('a department or parent that is not admitted is unknown', () => {
  const { city, seal } = start();
  assert.equal(seal(city.keyAdmitted(stranger)), 'unknown');
  const facts = { department: stranger, name: '民政局', level: 'city' as const, region: '990000' };
  assert.equal(seal(city.say('department.admitted', { ...facts, parent: codeOf(9) })), 'unknown');
});

test('what an ended key signs is refused, and what it signed before stays', () => {
  const { city, states, seal, keyOfProvider } = start();
  const { keyId } = keyOfProvider;
  const before = city.membershipGranted(provider);
  assert.equal(seal(before), undefined);
  const end = (after?: string) =>
    city.say(
      'key.ended',
      { department: provider, keyId, reason: 'compromised' },
      { issuer: provider, ...(after ? { after } : {}) },
    );
  assert.equal(seal(end()), 'stale-after');
  assert.equal(seal(end(randomId())), 'stale-after');
  const last = states.get('key', keyId)?.state.last;
  assert.equal(seal(end(last)), undefined);
  assert.equal(seal(city.membershipGranted(provider)), 'key-not-in-force');
  assert.equal(states.get('key', keyId)?.state.endedAt, 4);
  assert.equal(states.get('department', provider)?.state.keysAt, 4);
  const again = city.say(
    'key.ended',
    { department: provider, keyId, reason: 'closed' },
    { after: states.get('key', keyId)?.state.last ?? '' },
  );
  assert.equal(seal(again), 'transition-not-allowed');
});

test('a department ends its own keys and recipients, or the competent one does, and nobody else', () => {
  const { city, states, seal, keyOfProvider } = start();
  assert.equal(seal(city.departmentAdmitted(stranger)), undefined);
  assert.equal(seal(city.keyAdmitted(stranger)), undefined);
  assert.equal(seal(city.recipientAdmitted(provider, recipientOf(1))), undefined);
  const after = states.get('recipient', recipientOf(1))?.state.last ?? '';
  const end = (issuer: string, department = provider) =>
    city.say('recipient.ended', { department, recipient: recipientOf(1), reason: 'rotated' }, { issuer, after });
  assert.equal(seal(end(stranger)), 'wrong-issuer');
  assert.equal(seal(end(stranger, stranger)), 'unknown');
  assert.equal(seal(end(city.competent)), undefined);
  assert.equal(states.ofDepartment('recipient', provider).filter(({ state }) => state.endedAt === undefined).length, 0);

  const { keyId } = keyOfProvider;
  const keyEnd = { department: provider, keyId, reason: 'rotated' as const };
  const how = { after: states.get('key', keyId)?.state.last ?? '' };
  assert.equal(seal(city.say('key.ended', keyEnd, { ...how, issuer: stranger })), 'wrong-issuer');
  assert.equal(seal(city.say('key.ended', keyEnd, { ...how, issuer: provider })), undefined);
});

test('the log’s keys are admitted and ended by the competent department alone, and it is never without one', () => {
  const { city, states, seal } = start();
  const lastOf = (keyId: string) => states.get('key', keyId)?.state.last ?? '';
  const end = (keyId: string, issuer = city.competent) =>
    seal(city.say('key.ended', { department: LOG, keyId, reason: 'lost' }, { issuer, after: lastOf(keyId) }));
  assert.deepEqual(
    keysInForce(states, LOG).map(({ id }) => id),
    [city.log.keyId],
  );
  assert.equal(end(city.log.keyId), 'transition-not-allowed');
  const admitted = city.keyAdmitted(LOG);
  const { keyId } = city.keyOf(LOG);
  const { proof: _, ...body } = admitted.statement.body as StatementBody<'key.admitted'>;
  const stolen = { ...body, proof: proveKeyPossession(city.origin, provider, body.publicKey, city.keyOf(LOG).privateKey) };
  assert.equal(seal(city.say('key.admitted', stolen)), 'bad-proof');
  assert.equal(seal(admitted), undefined);
  assert.deepEqual(
    keysInForce(states, LOG).map(({ id }) => id),
    [keyId, city.log.keyId],
  );
  // The log has keys and no voice.
  assert.throws(() =>
    city.say('membership.granted', { department: provider, person: randomId(), roles: ['steward'] }, { issuer: LOG }),
  );
  assert.equal(end(city.log.keyId, provider), 'wrong-issuer');
  assert.equal(end(city.log.keyId), undefined);
  assert.equal(end(keyId), 'transition-not-allowed');
});

test('the competent department cannot end its last key', () => {
  const { city, states, seal } = start();
  const { keyId } = city.keyOf(city.competent);
  const end = () =>
    city.say('key.ended', { department: city.competent, keyId, reason: 'rotated' }, { after: lastOf(keyId), key });
  const lastOf = (id: string) => states.get('key', id)?.state.last ?? '';
  const key = city.keyOf(city.competent);
  assert.equal(seal(end()), 'transition-not-allowed');
  assert.equal(seal(city.keyAdmitted(city.competent)), undefined);
  assert.equal(seal(end()), undefined);
});

test('a membership is kept by its department or the competent one; supervisor and operator exclude each other', () => {
  const { city, states, seal } = start();
  const person = randomId();
  const grant = (roles: StatementBody<'membership.granted'>['roles'], issuer: string, after?: string) =>
    city.say('membership.granted', { department: provider, person, roles }, { issuer, ...(after ? { after } : {}) });
  assert.equal(seal(grant(['supervisor', 'operator'], provider)), 'roles-exclude');
  assert.equal(seal(grant(['steward', 'steward'], provider)), 'bad-input');
  assert.equal(seal(grant(['steward'], 'exchange')), 'wrong-issuer');
  const first = grant(['steward'], provider);
  assert.equal(seal(first), undefined);
  assert.equal(seal(grant(['office-head'], city.competent)), 'stale-after');
  assert.equal(seal(grant(['office-head'], city.competent, first.statement.id)), undefined);
  const held = states.get('membership', `${person}:${provider}`)?.state;
  assert.deepEqual(held?.roles, ['office-head']);
  const end = (after: string) => city.say('membership.ended', { department: provider, person }, { issuer: provider, after });
  assert.equal(seal(end(first.statement.id)), 'stale-after');
  assert.equal(seal(end(held?.last ?? '')), undefined);
  const ended = states.get('membership', `${person}:${provider}`)?.state;
  assert.deepEqual(ended?.roles, []);
  assert.equal(seal(end(ended?.last ?? '')), 'transition-not-allowed');
});

test('every signature counts: a second one by a key that is not in force refuses the whole', () => {
  const { city, seal, keyOfProvider } = start();
  const said = city.say(
    'membership.granted',
    { department: provider, person: randomId(), roles: ['steward'] },
    { issuer: provider, also: ['exchange'] },
  );
  const [own, second] = said.signatures;
  assert.ok(own && second);
  assert.equal(seal({ ...said, signatures: [second] }), 'bad-signature');
  assert.equal(seal({ ...said, signatures: [own, own] }), 'statement-malformed');
  assert.equal(seal({ ...said, signatures: [own, { ...second, signature: own.signature }] }), 'bad-signature');
  assert.equal(seal({ ...said, signatures: [own, { ...second, issuer: provider }] }), 'key-not-in-force');
  // The provider's own key, said to be the competent department's.
  assert.equal(
    seal({ ...said, signatures: [own, { ...second, issuer: city.competent, keyId: keyOfProvider.keyId }] }),
    'statement-malformed',
  );
  assert.equal(seal(said), undefined);
});

test('an entry is found by everybody on either side of it', () => {
  const { city, states } = start();
  const person = randomId();
  const { statement } = city.say(
    'membership.granted',
    { department: provider, person, roles: ['steward'] },
    { approvals: [{ office: stranger, role: 'office-head', person: 'f'.repeat(32), at: '2026-01-05T08:00:00.000Z' }] },
  );
  assert.deepEqual(mentionsOf(states, statement), {
    subject: `${person}:${provider}`,
    departments: [city.competent, provider, stranger].sort(),
    persons: [person, 'f'.repeat(32)].sort(),
  });
});

test('what takes a right, a key, a recipient or a role away goes first, and nothing else', () => {
  const first = (Object.keys(statementBodies) as StatementType[]).filter((type) => goesFirst(type)).sort();
  assert.deepEqual(first, ['key.ended', 'membership.ended', 'recipient.ended', 'right.suspended', 'right.terminated']);
});
