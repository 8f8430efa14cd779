import { randomId, signEd25519 } from '#crypto';
import { newStatementId, type Statement } from '#contracts';
import type { SampleCity, Said } from '../../libs/ledger/src/sample-city.js';

// For tests and benchmarks only.

/** Ids of the one right under which the pulls of `pullsOf` are. */
export const pulled = { right: newStatementId(), dataset: newStatementId() } as const;

/** Many pulls of one right, each signed for real: what is said most in an exchange. About 800 bytes each as an entry. */
export function* pullsOf(city: SampleCity, department: string, count: number): Generator<Said> {
  const { right, dataset } = pulled;
  const purpose = { basis: '2'.repeat(64), scenario: '3'.repeat(64) };
  const body = {
    right,
    dataset,
    purpose,
    items: ['code', 'name'],
    rows: { op: 'all' as const },
    format: 'csv' as const,
    version: 'latest',
  };
  const { statement, bytes: firstBytes } = city.say('pull.signed', body, { issuer: department });
  const text = firstBytes.toString('latin1');
  const { privateKey, keyId } = city.keyOf(department);
  for (let i = 0; i < count; i++) {
    const id = newStatementId();
    const bytes = Buffer.from(text.replace(statement.id, id), 'latin1');
    const signatures = [{ issuer: department, keyId, signature: signEd25519(privateKey, bytes) }];
    yield { statement: { ...statement, id }, bytes, signatures };
  }
}

/**
 * Many memberships of one department, each of a person of its own, signed for real: made by putting other ids into the bytes of one, which
 * costs little beside the signature. About 600 bytes each as an entry.
 */
export function* membershipsOf(city: SampleCity, department: string, count: number): Generator<Said> {
  const first = city.membershipGranted(department);
  const { statement } = first;
  const body = statement.body as { person: string };
  const text = first.bytes.toString('latin1');
  const { privateKey, keyId } = city.keyOf(department);
  for (let i = 0; i < count; i++) {
    const [id, person] = [newStatementId(), randomId()];
    const bytes = Buffer.from(text.replace(statement.id, id).replace(body.person, person), 'latin1');
    const signature = signEd25519(privateKey, bytes);
    yield {
      statement: { ...statement, id, body: { ...body, person } } as Statement,
      bytes,
      signatures: [{ issuer: department, keyId, signature }],
    };
  }
}

/** How many entries speak of one person in `livesOf`. */
const STEPS = 5;

/** Memberships without end: each person's is granted, and granted anew four times after that, as an object is spoken of again and again. */
export function* livesOf(city: SampleCity, department: string): Generator<Said, never> {
  const first = city.membershipGranted(department);
  const { person } = first.statement.body as { person: string };
  const body = { department, person, roles: ['steward' as const] };
  const later = city.say('membership.granted', body, { issuer: department, after: first.statement.id });
  const { privateKey, keyId } = city.keyOf(department);
  for (;;) {
    const newPerson = randomId();
    let last = '';
    for (let step = 0; step < STEPS; step++) {
      const id = newStatementId();
      const { statement, bytes: like } = step === 0 ? first : later;
      // The one before stands only in the later ones.
      const text = like.toString('latin1').replace(statement.id, id).replace(person, newPerson).replace(first.statement.id, last);
      const bytes = Buffer.from(text, 'latin1');
      const after = step === 0 ? {} : { after: last };
      yield {
        statement: { ...statement, id, ...after, body: { ...body, person: newPerson } } as Statement,
        bytes,
        signatures: [{ issuer: department, keyId, signature: signEd25519(privateKey, bytes) }],
      };
      last = id;
    }
  }
}
