import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExchangeInMemory } from './samples/exchange-in-memory.js';
import { terms } from './samples/sample-share.js';

type Step =
  | { readonly do: 'pull' }
  | { readonly do: 'decide'; readonly which: number; readonly counted: number }
  | { readonly do: 'prepare'; readonly which: number; readonly share: number }
  | { readonly do: 'fail' | 'cancel'; readonly which: number }
  | { readonly do: 'serve'; readonly which: number; readonly bytes: number }
  | { readonly do: 'wait'; readonly hours: number };

const which = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'pull' }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('decide' as const), which, counted: fc.nat(1200) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('prepare' as const), which, share: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('fail' as const, 'cancel' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('serve' as const), which, bytes: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 30 }) }) },
);

/** What a bookkeeper would note of one delivery, knowing nothing of the fold's arithmetic. */
interface Noted {
  readonly id: string;
  day?: string;
  rows?: number;
  isPrepared: boolean;
  hasEnded: boolean;
  bytes: number;
}

const counts = (noted: Noted) => noted.day !== undefined && (!noted.hasEnded || noted.bytes > 0);

/** Plays the steps; `isHonest` leaves out bytes that are recorded only after the delivery ended. Answers how many were delivered. */
function play(steps: readonly Step[], isHonest: boolean): number {
  const exchange = new ExchangeInMemory();
  const right = exchange.grant();
  const { quota } = terms;
  const notes: Noted[] = [];
  for (const each of steps) {
    const noted = 'which' in each ? notes[each.which] : undefined;
    switch (each.do) {
      case 'pull':
        notes.push({ id: exchange.pull(right), isPrepared: false, hasEnded: false, bytes: 0 });
        break;
      case 'wait':
        exchange.now = new Date(Date.parse(exchange.now) + each.hours * 3_600_000).toISOString();
        break;
      case 'decide':
        if (!noted || noted.day !== undefined || exchange.state('delivery', noted.id).state !== 'pulled') break;
        if (exchange.settleDecision(noted.id, each.counted)) {
          noted.day = exchange.state('delivery', noted.id).decided?.day ?? '';
          noted.rows = Math.min(1000, each.counted);
        }
        break;
      case 'prepare':
        if (noted?.rows === undefined || noted.isPrepared || noted.hasEnded) break;
        noted.rows = Math.floor((noted.rows * each.share) / 100);
        noted.isPrepared = true;
        exchange.prepare(noted.id, noted.rows);
        break;
      case 'fail':
      case 'cancel':
        if (noted?.day === undefined || noted.hasEnded) break;
        noted.hasEnded = true;
        if (each.do === 'fail') exchange.say('delivery.failed', { ...exchange.ids(noted.id), code: 'preparer-failed' });
        else exchange.say('delivery.cancelled', { ...exchange.ids(noted.id), by: 'requester' });
        break;
      case 'serve':
        if (!noted?.isPrepared || (isHonest && noted.hasEnded)) break;
        noted.bytes += each.bytes;
        exchange.serve(noted.id, each.bytes);
        break;
    }
    const { usedPulls, usedRows, day, dayPulls } = exchange.state('right', right);
    const counted = notes.filter(counts);
    assert.equal(usedPulls, counted.length);
    assert.equal(
      usedRows,
      counted.reduce((sum, { rows = 0 }) => sum + rows, 0),
    );
    assert.equal(dayPulls, counted.filter((one) => one.day === day).length);
    if (isHonest) assert.ok(usedPulls <= quota.pulls && usedRows <= quota.rows && dayPulls <= quota.pullsPerDay);
  }
  return notes.filter(counts).length;
}

test('promise 9: a quota is counted exactly once and never passed, however pulls, attempts, ends and downloads interleave', () => {
  let delivered = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      delivered += play(steps, true);
    }),
    { numRuns: 250 },
  );
  assert.ok(delivered > 250, `only ${delivered} deliveries counted: the property says little`);
});

test('bytes recorded after an end are counted once too', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => void play(steps, false)),
    { numRuns: 250 },
  );
});
