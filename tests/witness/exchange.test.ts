import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Hex } from '#crypto';
import { decodeVerifierKey, openCheckpoint } from '#ledger';
import {
  foundSmallCity,
  published,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';
import { runToEnd } from './sample-log.js';

// The log that the exchange itself serves, followed without an account.

describe('a witness of the exchange', () => {
  const store = mkdtempSync(join(tmpdir(), 'quanlian-witness-exchange-'));
  let exchange: RunningExchange;
  let city: SmallCity;

  before(async () => {
    exchange = await startExchange({ label: 'witness' });
    city = await foundSmallCity(exchange);
  });
  after(async () => {
    await exchange?.stop();
    rmSync(store, { recursive: true, force: true });
  });

  it('cosigns its checkpoint, and the later one that goes on from it', async () => {
    const { said } = await runToEnd('keys', 'new', '--store', store, '--name', 'witness.example/audit');
    const key = decodeVerifierKey(said.split('\n')[0] as string);
    const url = `${exchange.baseUrl}/log/`;
    const vkey = (await (await fetch(`${url}vkey`)).text()).trim();
    const { name: origin } = decodeVerifierKey(vkey);
    const follow = async (): Promise<number> => {
      const { code, said } = await runToEnd(
        'follow',
        '--once',
        '--every',
        '1',
        '--store',
        store,
        '--log',
        vkey,
        '--log-url',
        url,
      );
      assert.equal(code, 0, said);
      const kept = readFileSync(join(store, 'logs', sha256Hex(origin), 'checkpoint'));
      const opened = openCheckpoint(kept, origin, [decodeVerifierKey(vkey)], [key]);
      assert.equal(opened.cosignatures.length, 1);
      return opened.size;
    };
    const first = await follow();
    assert.ok(first > 0);
    await published(city, villageEntry(), villageCsv(10));
    for (const begun = Date.now(); (await follow()) === first; await sleep(200)) assert.ok(Date.now() - begun < 20_000);
  });
});
