import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeTrustRoot, encodeVerifierKey } from '#ledger';
import { withClient } from '#postgres';
import { membershipsOf } from '../ledger/many-statements.js';
import { BATCH, openAppender } from '../ledger/quick-append.js';
import { providerCode, sampleLedger, type SampleLedger } from '../ledger/sample-ledger.js';
import { freePort } from '../../libs/testing/src/running-exchange.js';
import { runningWitness, runToEnd } from '../witness/sample-log.js';
import { buildGoClient, runGoClient, skipGo } from './go-client.js';

// A client that is not ours reads a long log over HTTP: from the exchange's own process, and from a witness's mirror of it.

const ENTRIES = 70_500;
const apiProgram = resolve(import.meta.dirname, '../../apps/api/src/main.js');

describe('Go’s x/mod tlog and note, over HTTP', { skip: skipGo }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-outside-http-'));
  let ledger: SampleLedger;
  let program: string;
  let api: ChildProcess | undefined;
  let url: string;

  before(async () => {
    program = buildGoClient(folder);
    ledger = await sampleLedger('outside_http');
    // Entries by the store alone, as fast as it takes them: signed and by the rules, though nobody asked for them one by one.
    const appender = await openAppender(ledger);
    for (let at = 0; at < ENTRIES; at += BATCH) {
      const said = [...membershipsOf(ledger.city, providerCode, BATCH)].map((one) => {
        const { person } = one.statement.body as { person: string };
        return { ...one, mentions: { subject: `${person}:${providerCode}`, departments: [providerCode], persons: [person] } };
      });
      await appender.append(said);
    }
    await appender.close();
    const sealer = ledger.sealer();
    assert.ok(await sealer.takeLease());
    assert.equal(await sealer.signCheckpoint(), 'signed');
    await withClient(ledger.at.url, (client) => client.query('UPDATE ledger.ledger_head SET lease_holder = NULL'));

    const port = await freePort();
    url = `http://127.0.0.1:${port}/log`;
    api = spawn(process.execPath, [apiProgram], {
      env: {
        PATH: process.env['PATH'],
        QUANLIAN_PORT: String(port),
        QUANLIAN_DATA_DIR: folder,
        QUANLIAN_API_DATABASE_URL: ledger.at.apiUrl,
        QUANLIAN_LEDGER_ENTRIES: 'public',
        QUANLIAN_LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    for (const begun = Date.now(); !(await fetch(`${url}/checkpoint`).catch(() => undefined))?.ok; await sleep(50)) {
      assert.ok(Date.now() - begun < 60_000 && api.exitCode === null, 'the API does not answer');
    }
    writeFileSync(join(folder, 'root.json'), encodeTrustRoot(ledger.trustRoot));
    writeFileSync(join(folder, 'vkeys'), `${encodeVerifierKey(ledger.signer.key)}\n`);
  });
  after(async () => {
    if (api?.exitCode === null) {
      api.kill('SIGTERM');
      await once(api, 'exit');
    }
    await ledger?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const heads = new RegExp(
    `^${ENTRIES + 5} entries, [0-9]+ requests, 71 proofs, [0-9]+ consistency proofs, ([12]) signatures\n$`,
  );

  it(`agree with every tile, every entry and the proofs of the exchange’s log of more than ${ENTRIES} entries`, async () => {
    const { status, stdout, stderr } = await runGoClient(program, 'http', url, join(folder, 'vkeys'));
    assert.equal(status, 0, stderr);
    assert.equal(heads.exec(stdout)?.[1], '1', stdout);
  });

  it('agree with a witness that judged every entry, and with the proofs under its cosignature, when the exchange is gone', async () => {
    const store = join(folder, 'witness');
    const { said: made } = await runToEnd('keys', 'new', '--store', store, '--name', 'witness.example/outside');
    const root = join(folder, 'root.json');
    const words = ['follow', '--once', '--every', '1', '--store', store, '--log', root, '--log-url', url, '--entries'];
    const followed = await runToEnd(...words);
    assert.equal(followed.code, 0, followed.said);
    api?.kill('SIGTERM');
    await once(api as ChildProcess, 'exit');

    writeFileSync(join(folder, 'both'), `${encodeVerifierKey(ledger.signer.key)}\n${made.split('\n')[0]}\n`);
    writeFileSync(join(folder, 'readers'), 'the-token-of-readers\n');
    const serving = ['--log', root, '--mirror', '--reader-token-file', join(folder, 'readers')];
    const mirror = await runningWitness(store, ...serving);
    try {
      const at = `${mirror.address}/log`;
      const { status, stdout, stderr } = await runGoClient(program, 'http', at, join(folder, 'both'), join(folder, 'readers'));
      assert.equal(status, 0, stderr);
      assert.equal(heads.exec(stdout)?.[1], '2', stdout);
      assert.notEqual((await runGoClient(program, 'http', at, join(folder, 'both'))).status, 0, 'entries are for readers');
    } finally {
      await mirror.stop();
    }
  });
});
