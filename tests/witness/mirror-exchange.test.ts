import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '#contracts';
import { encodeCanonical, sha256Hex, type CanonicalValue } from '#crypto';
import {
  deliveryIn,
  foundSmallCity,
  granted,
  published,
  settled,
  startExchange,
  testPassword,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';
import { CommandLine } from '../journeys/command-line.js';
import { runningWitness, runToEnd } from './sample-log.js';

// A supervisor's mirror of the exchange itself, and what it tells when the exchange is gone.

describe('a mirror of the exchange', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-mirror-exchange-'));
  const store = join(folder, 'store');
  const at = (name: string) => join(folder, name);
  let exchange: RunningExchange;
  let city: SmallCity;
  let unreceived: string;
  let vkey: string;

  before(async () => {
    exchange = await startExchange({ label: 'mirror' });
    city = await foundSmallCity(exchange);
    const dataset = await published(city, villageEntry(), villageCsv(100));
    const right = await granted(city, dataset);
    // Two deliveries: one with a receipt, and one that was fetched and never answered for.
    for (const isReceived of [true, false]) {
      const { client } = city.requester;
      const { delivery: id } = await client.call(routes.pull, { params: { id: right }, body: {} });
      const delivery = await deliveryIn(city.requester, id, 'prepared');
      const ciphertext = Buffer.from(await (await client.open(routes.payload, { params: { id } })).arrayBuffer());
      if (isReceived) {
        const { plaintextHmac = '', rows = 0 } = delivery;
        const body = { ciphertextSha256: sha256Hex(ciphertext), plaintextHmac, rows };
        await settled(city.requester, await client.call(routes.signReceipt, { params: { id }, body }));
      } else {
        unreceived = id;
      }
    }
    const root = (await city.supervisor.client.call(routes.trustRoot, {})) as CanonicalValue;
    writeFileSync(at('root.json'), encodeCanonical(root));
    writeFileSync(at('token'), city.supervisor.token);
    writeFileSync(at('readers'), 'the-token-of-readers');
    const made = await runToEnd('keys', 'new', '--store', store, '--name', 'witness.example/supervisor');
    assert.equal(made.code, 0, made.said);
  });
  after(async () => {
    await exchange?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const reconciled = async () => {
    const { code, said } = await runToEnd('reconcile', '--store', store, '--log', at('root.json'), '--json');
    assert.equal(code, 0, said);
    return JSON.parse(said) as {
      accounts: Record<string, unknown>[];
      withoutReceipt: { delivery: string }[];
      differing: unknown[];
    };
  };

  /** Another key, and at once the end of the first: from here on checkpoints carry a signature that no given key verifies. */
  const changeLogKey = async () => {
    const { client } = city.competentHead;
    const { items: before } = await client.call(routes.logKeys, {});
    await settled(city.competentHead, await client.call(routes.nominateLogKey, {}));
    const body = { reason: 'compromised' as const, password: testPassword };
    const ended = await client.call(routes.endLogKey, { params: { keyId: before[0]?.keyId ?? '' }, body });
    const { index = 0 } = await settled(city.competentHead, ended);
    for (const begun = Date.now(); ; await sleep(50)) {
      const note = await (await fetch(`${exchange.baseUrl}/log/checkpoint`)).text();
      if (Number(note.split('\n')[1]) > index) break;
      assert.ok(Date.now() - begun < 20_000, note);
    }
    vkey = await (await fetch(`${exchange.baseUrl}/log/vkey`)).text();
  };

  it('is read with a member’s token, tells what was given and received, takes up the log’s new key, and stands in for the exchange', async () => {
    const url = `${exchange.baseUrl}/log/`;
    const words = ['--store', store, '--log', at('root.json'), '--log-url', url, '--entries', '--token-file', at('token')];
    const follow = async () => {
      const { code, said } = await runToEnd('follow', '--once', '--every', '1', ...words);
      assert.equal(code, 0, said);
    };
    // What was served is sealed a moment after.
    for (const begun = Date.now(); ; await sleep(200)) {
      await follow();
      if ((await reconciled()).accounts[0]?.['served'] === 2) break;
      assert.ok(Date.now() - begun < 20_000, JSON.stringify(await reconciled()));
    }
    await changeLogKey();
    await follow();
    const shown = await (await fetch(`${url}keys`)).text();
    await exchange.stop();

    const { accounts, withoutReceipt, differing } = await reconciled();
    const [account, ...others] = accounts;
    assert.deepEqual(others, []);
    assert.ok(Number(account?.['servedBytes']) > 0);
    assert.deepEqual(
      { ...account, servedBytes: 0 },
      {
        provider: city.codes.provider,
        recipient: city.codes.requester,
        rights: 1,
        pulls: 2,
        decided: 2,
        refused: 0,
        prepared: 2,
        served: 2,
        rows: 20,
        servedBytes: 0,
        receipts: 1,
      },
    );
    assert.deepEqual(
      withoutReceipt.map(({ delivery }) => delivery),
      [unreceived],
    );
    assert.deepEqual(differing, []);
    const table = await runToEnd('reconcile', '--store', store, '--log', at('root.json'));
    assert.match(table.said, /示例市公安局/);
    assert.match(table.said, /Served without a receipt: 1/);

    const running = await runningWitness(store, '--log', at('root.json'), '--mirror', '--reader-token-file', at('readers'));
    const command = new CommandLine(running.address);
    try {
      // Of the log's keys the copy tells what the log told: without it nobody who has the trust root alone could check the last checkpoint.
      assert.equal(await (await fetch(`${running.address}/log/keys`)).text(), shown);
      assert.equal(await (await fetch(`${running.address}/log/vkey`)).text(), vkey);
      // The entries, too, by whoever has the mirror's own token.
      const log = ['verify', '--log', `${running.address}/log`, '--trust', at('root.json')];
      const verified = await command.ok<{ ok: boolean; size: number }>(log);
      assert.ok(verified.ok && verified.size > 0);
      const entries = await command.run([...log, '--entries', '--json'], { env: { QUANLIAN_TOKEN: 'the-token-of-readers' } });
      assert.equal(entries.code, 0, entries.out + entries.err);
      assert.notEqual((await command.run([...log, '--entries', '--json'])).code, 0);
    } finally {
      command.remove();
      await running.stop();
    }
    assert.ok(existsSync(join(store, 'mirror')));

    // An end that it was shown once is remembered, whatever the log shows later.
    const { origin } = JSON.parse(readFileSync(at('root.json'), 'utf8')) as { origin: string };
    const keys = join(store, 'logs', sha256Hex(origin), 'keys');
    assert.equal(readFileSync(keys, 'utf8'), shown);
    writeFileSync(keys, shown.replace('compromised', 'rotated'));
    const damaged = await runToEnd('follow', '--once', ...words);
    assert.equal(damaged.code, 7, damaged.said);
    assert.match(damaged.said, /keys is damaged/);
  });
});
