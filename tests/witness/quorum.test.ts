import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes, type LedgerStatus } from '#contracts';
import { decodePolicy, decodeVerifierKey, leafHash, openLogProof, openWitnessed, reachesQuorum, type VerifierKey } from '#ledger';
import {
  deliveryIn,
  foundSmallCity,
  granted,
  published,
  settled,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';
import { makeWitnesses, type WitnessProcesses } from './witness-processes.js';

// An exchange with three witnesses of which two are enough, each a real process. Grants and deliveries count once witnessed.

describe('an exchange with three witnesses and a quorum of two', () => {
  let witnesses: WitnessProcesses;
  let exchange: RunningExchange;
  let city: SmallCity;
  let vkey: string;
  let logKey: VerifierKey;
  let dataset: string;

  const log = async (path: string): Promise<string | undefined> => {
    const response = await fetch(`${exchange.baseUrl}/log/${path}`);
    return response.ok ? response.text() : undefined;
  };
  /** What is published, opened whole: never anything that two did not cosign. */
  const witnessedSize = async (): Promise<number> => {
    const note = await log('checkpoint');
    if (note === undefined) return 0;
    return openWitnessed(Buffer.from(note), { ...witnesses.policy, logs: [{ key: logKey }] }).size;
  };
  const status = (): Promise<LedgerStatus> => city.supervisor.client.call(routes.ledgerStatus, {});
  const until = async (what: string, holds: () => Promise<boolean>, withinMs = 30_000): Promise<void> => {
    for (const begun = Date.now(); !(await holds()); await sleep(50)) assert.ok(Date.now() - begun < withinMs, what);
  };
  const refusedWith = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;
  const pull = async (right: string): Promise<string> => {
    const { delivery } = await city.requester.client.call(routes.pull, { params: { id: right }, body: {} });
    return delivery;
  };
  const fetched = async (delivery: string): Promise<number> => {
    const response = await city.requester.client.open(routes.payload, { params: { id: delivery } });
    return (await response.arrayBuffer()).byteLength;
  };

  before(async () => {
    witnesses = await makeWitnesses(3, 2);
    exchange = await startExchange({ label: 'quorum', env: { QUANLIAN_WITNESS_POLICY: witnesses.policyFile } });
    // Told before anything is sealed: else the witnesses could not know it, and without them nothing is sealed.
    vkey = ((await log('vkey')) as string).trim();
    logKey = decodeVerifierKey(vkey);
    await witnesses.start(vkey);
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(10));
  });
  after(async () => {
    await exchange?.stop();
    await witnesses?.stop();
  });

  it('publishes the checkpoint that two cosigned, the policy, and proofs; says how it stands', async () => {
    await until('all is witnessed', async () => (await witnessedSize()) === (await status()).size);
    const policy = decodePolicy(Buffer.from((await log('witnesses')) as string));
    assert.deepEqual(policy.witnesses, witnesses.policy.witnesses);
    assert.equal(policy.quorum, 'departments');
    const response = await fetch(`${exchange.baseUrl}/api/ledger/export?start=0&until=1`, {
      headers: { authorization: `Bearer ${city.supervisor.token}` },
    });
    const entry = Buffer.from((await response.text()).trimEnd());
    const { checkpoint } = openLogProof(Buffer.from((await log('proof/0')) as string), leafHash(entry), policy);
    assert.ok(
      reachesQuorum(
        policy,
        checkpoint.cosignatures.map(({ key }) => key),
      ),
    );
    const { inForce, sealing, witnesses: stand, size } = await status();
    assert.equal(inForce, 'witnessed');
    assert.deepEqual([sealing.ok, stand.quorum, stand.reached, stand.witnessed?.size], [true, true, true, size]);
    assert.deepEqual(
      stand.each.map(({ name, ok }) => [name, ok]),
      [
        ['w1', true],
        ['w2', true],
        ['w3', true],
      ],
    );
    assert.equal(stand.demo, undefined);
  });

  it('a right and a delivery come into force once witnessed, in less than a second', async () => {
    const right = await granted(city, dataset);
    await until('the grant counts', async () => {
      const { waits } = await city.requester.client.call(routes.right, { params: { id: right } });
      return waits === undefined;
    });
    const delivery = await pull(right);
    await deliveryIn(city.requester, delivery, 'prepared');
    await until('the decision counts', async () => {
      const { waits } = await city.requester.client.call(routes.delivery, { params: { id: delivery } });
      return waits === undefined;
    });
    assert.ok((await fetched(delivery)) > 0);
  });

  it('goes on with one of them dead, and says so; the one that comes back catches up', async () => {
    const before = await witnessedSize();
    await witnesses.kill(2);
    const right = await granted(city, dataset);
    await deliveryIn(city.requester, await pull(right), 'prepared');
    await until('more witnessed', async () => (await witnessedSize()) > before);
    await until(
      'w3 is known to be away',
      async () => (await status()).witnesses.each[2]?.problem?.code === 'witness-unreachable',
    );
    assert.equal((await status()).witnesses.reached, true);
    await witnesses.start(vkey, 2);
    await until('w3 is back', async () => (await status()).witnesses.each[2]?.ok === true);
  });

  it('below the quorum: entries are sealed, nothing new comes into force, ends do at once; it recovers by itself', async () => {
    const old = await granted(city, dataset);
    const served = await pull(old);
    await deliveryIn(city.requester, served, 'prepared');
    await until('fetched once', async () =>
      fetched(served).then(
        (size) => size > 0,
        () => false,
      ),
    );
    const before = await witnessedSize();
    await witnesses.kill(0);
    await witnesses.kill(1);

    // Durable: proposals settle. Neither is decided, nor published.
    const right = await granted(city, dataset);
    const waiting = await pull(right);
    await until('the pull is sealed', async () => {
      const { stage, waits } = await city.requester.client.call(routes.delivery, { params: { id: waiting } });
      return stage === 'deciding' && waits?.code === 'not-witnessed';
    });
    const granting = await city.requester.client.call(routes.right, { params: { id: right } });
    assert.ok(granting.waits?.sentence.zh && granting.waits.sentence.en);
    await until('it is known', async () => !(await status()).witnesses.reached);
    const { sealing, witnesses: stand, size } = await status();
    assert.equal(sealing.ok, true);
    assert.ok(stand.behindSince !== undefined && (stand.witnessed?.size ?? 0) < size);
    const ready = (await (await fetch(`${exchange.baseUrl}/health/ready`)).json()) as {
      witnesses: { answering: number; quorum: boolean; reached: boolean };
    };
    const { answering, quorum, reached } = ready.witnesses;
    assert.deepEqual([answering, quorum, reached], [1, true, false]);
    assert.match(await (await fetch(`${exchange.baseUrl}/metrics`)).text(), /^quanlian_below_quorum 1$/m);
    await sleep(1_500);
    assert.equal((await city.requester.client.call(routes.delivery, { params: { id: waiting } })).state, 'pulled');

    // What counted before goes on to count, until it is ended: that bites without any witness.
    assert.ok((await fetched(served)) > 0);
    const ending = { code: 'misuse' as const, reason: '发现超出范围使用。', article: '第二十七条' };
    const { providerHead } = city;
    await settled(providerHead, await providerHead.client.call(routes.suspendRight, { params: { id: old }, body: ending }));
    await assert.rejects(fetched(served), refusedWith('right-suspended'));
    assert.ok((await witnessedSize()) - before <= 1);

    await witnesses.start(vkey, 0);
    await deliveryIn(city.requester, waiting, 'prepared');
    await until('fetched', async () =>
      fetched(waiting).then(
        (bytes) => bytes > 0,
        () => false,
      ),
    );
    await witnesses.start(vkey, 1);
    await until('all is witnessed', async () => (await witnessedSize()) === (await status()).size);
  });

  it('a worker that starts with one witness dead seals; with two it does not, says why, and goes on by itself', async () => {
    await witnesses.kill(0);
    await exchange.kill('worker');
    await exchange.start('worker');
    const right = await granted(city, dataset);
    await deliveryIn(city.requester, await pull(right), 'prepared');

    await witnesses.kill(1);
    await exchange.kill('worker');
    const { size } = await status();
    await exchange.start('worker');
    await until('it refuses', async () => (await status()).sealing.problem?.code === 'witnesses-too-few');
    const { providerHead } = city;
    const ending = { code: 'misuse' as const, reason: '发现超出范围使用。', article: '第二十七条' };
    const suspended = await providerHead.client.call(routes.suspendRight, { params: { id: right }, body: ending });
    await sleep(1_000);
    assert.equal((await status()).size, size);
    await witnesses.start(vkey, 0);
    await settled(providerHead, suspended);
    assert.equal((await status()).sealing.ok, true);
  });
});
