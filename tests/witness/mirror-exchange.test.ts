import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

  it('is read with a member’s token, tells what was given and received, and stands in for the exchange', async () => {
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
  });
});
