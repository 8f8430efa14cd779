import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Refusal } from '#contracts';
import { decodeNote, readTimestamp } from '#ledger';
import { PgTimestampStore, PublishedLog } from '#postgres';
import { stampCheckpoint } from '#witnesses';
import { providerCode, sampleLedger, type SampleLedger } from '../ledger/sample-ledger.js';

const openssl = '/usr/bin/openssl';

/** The command `openssl ts` as a timestamp authority, behind HTTP; `answer` may put another answer in its place. */
describe('a timestamp authority', { skip: existsSync(openssl) ? false : 'openssl is not installed' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-tsa-'));
  const at = (name: string) => join(folder, name);
  const run = (line: string) => execFileSync(openssl, line.split(' '), { cwd: folder, stdio: 'pipe' });
  let ledger: SampleLedger;
  let store: PgTimestampStore;
  let server: Server;
  let url: string;
  let answer: ((own: Buffer) => { status: number; body: Buffer }) | undefined;
  const asked: string[] = [];

  before(async () => {
    writeFileSync(
      at('tsa.cnf'),
      `[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=Test TSA\n[ext]\nextendedKeyUsage=critical,timeStamping\n[t]\nserial=${folder}/serial\nsigner_cert=${folder}/cert.pem\nsigner_key=${folder}/key.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n`,
    );
    writeFileSync(at('serial'), '01\n');
    run('req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -config tsa.cnf');
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      asked.push(request.headers['content-type'] ?? '');
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        writeFileSync(at('query.tsq'), Buffer.concat(chunks));
        run('ts -reply -queryfile query.tsq -config tsa.cnf -section t -out answer.tsr');
        const own = readFileSync(at('answer.tsr'));
        const { status, body } = answer?.(own) ?? { status: 200, body: own };
        response.writeHead(status, { 'content-type': 'application/timestamp-reply' }).end(body);
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    ledger = await sampleLedger('timestamps');
    store = new PgTimestampStore(ledger.worker.pool, new PublishedLog(ledger.worker.pool, 'signed'));
  });
  after(async () => {
    server?.close();
    await ledger?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const grow = async () => {
    await ledger.tell(ledger.city.membershipGranted(providerCode));
    await ledger.sealAll();
  };
  const stamp = () => stampCheckpoint(store, url, () => new Date());
  const kept = async () => (await ledger.worker.pool.query('SELECT size, token FROM ledger.ledger_timestamp ORDER BY size')).rows;

  test('states the time of a checkpoint, once a size, and openssl verifies what is kept', async () => {
    await grow();
    const stated = await stamp();
    assert.ok(stated && Math.abs(Date.parse(stated) - Date.now()) < 60_000, stated);
    assert.equal(asked[0], 'application/timestamp-query');
    assert.equal(await stamp(), undefined, 'the same checkpoint was stamped twice');
    assert.equal(asked.length, 1);
    const [{ token }] = (await kept()) as [{ token: Buffer }];
    const checkpoint = await new PublishedLog(ledger.worker.pool, 'signed').checkpoint();
    const { text } = decodeNote(Buffer.from(checkpoint?.note ?? ''));
    writeFileSync(at('text'), text);
    writeFileSync(at('kept.tsr'), token);
    const verified = spawnSync(openssl, 'ts -verify -in kept.tsr -data text -CAfile cert.pem'.split(' '), {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.match(verified.stdout + verified.stderr, /Verification: OK/);
    assert.equal(readTimestamp(token, Buffer.from(text)), stated);
  });

  test('whose answer is an old one, a refusal, of another text or too late is not believed, and nothing is kept', async () => {
    await grow();
    const before = await kept();
    const old = before[0].token as Buffer;
    const refused = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;
    for (const wrong of [
      () => ({ status: 200, body: old }),
      // The nonce is another one.
      (own: Buffer) => ({
        status: 200,
        body: Buffer.from(own.map((byte, i) => (i === own.lastIndexOf(Buffer.from('020900', 'hex')) + 4 ? byte ^ 1 : byte))),
      }),
      () => ({ status: 200, body: Buffer.from('3003020102', 'hex') }),
      () => ({ status: 200, body: Buffer.alloc(0) }),
      () => ({ status: 500, body: Buffer.from('no') }),
      () => ({ status: 200, body: Buffer.alloc(300_000) }),
    ]) {
      answer = wrong;
      await assert.rejects(stamp(), refused('timestamp-answer-wrong'), wrong.toString());
    }
    answer = undefined;
    await assert.rejects(
      stampCheckpoint(store, 'http://127.0.0.1:9/', () => new Date()),
      refused('timestamp-unreachable'),
    );
    assert.deepEqual(await kept(), before);
    assert.ok(await stamp());
    assert.equal((await kept()).length, before.length + 1);
  });
});
