import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '#contracts';
import {
  checkConsistency,
  decodeEntryBundle,
  decodePolicy,
  encodeTilePath,
  openCheckpoint,
  openLogProof,
  proveConsistency,
  reachesQuorum,
  TileReader,
  tilesBetween,
  verifierKeyOf,
  type OpenedCheckpoint,
} from '#ledger';
import { PublishedLog, readCheckpoints, readEntries, withClient } from '#postgres';
import { foundSmallCity, settled, startExchange, type RunningExchange, type SmallCity } from '#testing';
import { LogFiles } from '../../apps/worker/src/log-files.js';
import { CommandLine } from './command-line.js';
import { granteeCode, providerCode, sampleLedger, type SampleLedger } from '../ledger/sample-ledger.js';

// ── RFC 6962 §2.1 word for word ──────────────────────────────────────────────────────────────────────────────────

const digest = (...parts: Uint8Array[]) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length <= 1) return leaves[0] ?? digest();
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return digest(Buffer.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}
/** A tile as the format says it: each hash the root of 256^level leaves. */
function tileOf(leaves: readonly Buffer[], level: number, index: number, width: number): Buffer {
  const step = 256 ** level;
  return Buffer.concat(
    Array.from({ length: width }, (_, i) => rootOf(leaves.slice((index * 256 + i) * step, (index * 256 + i + 1) * step))),
  );
}

/** A path as it is, without the corrections that `fetch` makes. */
function raw(
  baseUrl: string,
  path: string,
  method = 'GET',
): Promise<{ status: number; body: string; length: string | undefined }> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((done, fail) => {
    const asked = httpRequest({ hostname, port, path, method }, (answer) => {
      let body = '';
      answer.setEncoding('latin1').on('data', (text: string) => (body += text));
      answer.on('end', () => done({ status: answer.statusCode ?? 0, body, length: answer.headers['content-length'] }));
    });
    asked.on('error', fail).end();
  });
}

describe('the log over HTTP, where entries are public', () => {
  let exchange: RunningExchange;
  let ledger: SampleLedger;
  let leaves: Buffer[];
  let entries: Buffer[];
  let sizes: number[];
  const get = (path: string) => fetch(`${exchange.baseUrl}/log/${path}`);
  const bytesAt = async (path: string) => {
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    return Buffer.from(await answer.arrayBuffer());
  };
  const keys = () => [verifierKeyOf(ledger.city.origin, 'ed25519', ledger.trustRoot.logKey.publicKey)];
  const checkpoint = async () => openCheckpoint(await bytesAt('checkpoint'), ledger.city.origin, keys());
  const readerOf = (head: OpenedCheckpoint) =>
    new TileReader(head, async (tile) => {
      const answer = await get(encodeTilePath(tile));
      return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
    });

  before(async () => {
    exchange = await startExchange({ label: 'log_http', env: { QUANLIAN_LEDGER_ENTRIES: 'public' } });
    assert.equal((await get('checkpoint')).status, 404, 'nothing was signed yet');
    assert.equal((await get('vkey')).status, 200, 'witnesses must know the key before anything is sealed');
    // The ledger of a city that signs for itself, under the API: thousands of statements through every door would take minutes.
    await exchange.kill('worker');
    await exchange.kill('api');
    await withClient(exchange.database.url, (client) => client.query('UPDATE ledger.ledger_head SET lease_holder = NULL'));
    ledger = await sampleLedger('log_http', exchange.database);
    for (const count of [3, 240, 300, 150]) {
      await ledger.tell(...Array.from({ length: count }, () => ledger.city.membershipGranted(providerCode)));
      await ledger.sealAll();
    }
    await exchange.start('api');
    entries = [];
    for await (const { bytes } of readEntries(ledger.worker.pool)) entries.push(bytes);
    leaves = entries.map((bytes) => digest(Buffer.of(0), bytes));
    sizes = [];
    for await (const { size } of readCheckpoints(ledger.worker.pool)) sizes.push(size);
  });
  after(async () => {
    await exchange.stop();
    await ledger.end();
  });

  test('promise 4: every tile of every published size, byte by byte, and the root that was signed', async () => {
    const signed = await checkpoint();
    assert.equal(signed.size, entries.length);
    assert.deepEqual(Buffer.from(signed.root), rootOf(leaves));
    assert.ok(sizes.length >= 6);
    let tiles = 0;
    for (const size of sizes) {
      for (const { level, index, width } of tilesBetween(0, size)) {
        const path = encodeTilePath({ level, index, width });
        assert.deepEqual(await bytesAt(path), tileOf(leaves, level, index, width), path);
        if (level > 0) continue;
        const bundle = await bytesAt(encodeTilePath({ level: 'entries', index, width }));
        const first = index * 256;
        const own = entries.slice(first, first + width);
        assert.deepEqual(
          decodeEntryBundle(bundle, width).map((bytes) => Buffer.from(bytes)),
          own,
          path,
        );
        assert.equal(
          bundle.length,
          own.reduce((sum, { length }) => sum + 2 + length, 0),
        );
        tiles++;
      }
    }
    assert.ok(tiles > sizes.length);
  });

  test('types and caching are those of the format, HEAD answers like GET', async () => {
    const kinds = [
      ['checkpoint', 'text/plain; charset=utf-8', 'public, max-age=1'],
      ['vkey', 'text/plain; charset=utf-8', 'public, max-age=1'],
      ['witnesses', 'text/plain; charset=utf-8', 'public, max-age=1'],
      ['proof/0', 'text/plain; charset=utf-8', 'public, max-age=1'],
      ['tile/0/000', 'application/octet-stream', 'public, max-age=31536000, immutable'],
      ['tile/entries/000', 'application/octet-stream', 'public, max-age=31536000, immutable'],
    ] as const;
    for (const [path, type, caching] of kinds) {
      const got = await get(path);
      assert.deepEqual(
        [got.status, got.headers.get('content-type'), got.headers.get('cache-control')],
        [200, type, caching],
        path,
      );
      const { length } = Buffer.from(await got.arrayBuffer());
      const head = await raw(exchange.baseUrl, `/log/${path}`, 'HEAD');
      assert.deepEqual([head.status, head.body, head.length], [200, '', String(length)], path);
    }
    assert.equal(
      String(await bytesAt('vkey'))
        .trim()
        .split('+')[0],
      ledger.city.origin,
    );
    const policy = decodePolicy(await bytesAt('witnesses'));
    assert.deepEqual(
      policy.logs.map(({ key }) => key),
      keys(),
    );
    assert.ok(reachesQuorum(policy, []));
  });

  test('what is not published, and every other spelling of a path, is unknown', async () => {
    const { size } = await checkpoint();
    const last = Math.floor(size / 256);
    const width = size % 256;
    const name = String(last).padStart(3, '0');
    const paths = [
      `tile/0/${name}`,
      `tile/0/${name}.p/${width + 1}`,
      `tile/0/${name}.p/${width - 1}`,
      `tile/entries/${name}.p/${width + 1}`,
      `tile/0/${String(last + 1).padStart(3, '0')}`,
      'tile/1/000',
      'tile/1/000.p/255',
      'tile/2/000.p/1',
      'tile/63/000.p/1',
      'tile/64/000',
      'tile/-1/000',
      'tile/0/0',
      'tile/00/000',
      'tile/0/000.p/0',
      'tile/0/000.p/256',
      'tile/0/000.p/01',
      'tile/0/x000/000',
      'tile/0/x001/000',
      `tile/0/${'x999/'.repeat(5)}999`,
      'tile/0/000/',
      'tile/0//000',
      'tile/0/%30%30%30',
      'tile/0/..%2f..%2f..%2fetc%2fpasswd',
      'tile/entries/../0/000',
      'tile/0/000%00',
      'tile',
      'tile/',
      'tile/data/000',
      'checkpoint/',
      'Checkpoint',
      'checkpoint.txt',
      '',
      'proof/',
      'proof/00',
      'proof/-1',
      'proof/1e2',
      `proof/${size}`,
      'proof/99999999999999999999',
      '../log/checkpoint',
      '../../../../etc/passwd',
    ];
    for (const path of paths) {
      const { status, body } = await raw(exchange.baseUrl, `/log/${path}`);
      assert.equal(status, 404, `${path}: ${body.slice(0, 100)}`);
      assert.equal((JSON.parse(body) as { code: string }).code, 'unknown', path);
    }
    for (const method of ['POST', 'PUT', 'DELETE']) {
      assert.equal((await raw(exchange.baseUrl, '/log/checkpoint', method)).status, 404, method);
    }
  });

  test('a proof of any entry opens with the trust root alone', async () => {
    const policy = { logs: [{ key: keys()[0] as never }], witnesses: [], groups: [], quorum: 'none' };
    for (const index of [0, 1, 255, 256, 511, entries.length - 1]) {
      const opened = openLogProof(await bytesAt(`proof/${index}`), leaves[index] as Buffer, policy);
      assert.deepEqual([opened.index, opened.checkpoint.size], [index, entries.length]);
    }
    const proof = await bytesAt('proof/7');
    assert.throws(() => openLogProof(proof, leaves[8] as Buffer, policy), { code: 'inclusion-wrong' });
  });

  test('a client that follows the log by its tiles finds one history, over a restart too', async () => {
    const before = await checkpoint();
    await exchange.kill('api');
    await ledger.tell(...Array.from({ length: 100 }, () => ledger.city.membershipGranted(granteeCode)));
    await ledger.sealAll();
    await exchange.start('api');
    const now = await checkpoint();
    assert.equal(now.size, before.size + 100);
    checkConsistency(before, now, await proveConsistency(readerOf(now), before.size, now.size));
    // The partial tiles of the size before are still there.
    const { index, width } = { index: Math.floor(before.size / 256), width: before.size % 256 };
    assert.deepEqual(await bytesAt(encodeTilePath({ level: 0, index, width })), tileOf(leaves, 0, index, width));
  });

  test('written as files, the log is the same; a newer checkpoint comes last; entries only where they are public', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quanlian-test-'));
    const log = new PublishedLog(ledger.worker.pool);
    const filesIn = async (): Promise<string[]> => {
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
    };
    try {
      for (let round = 0; round < 2; round++) {
        assert.equal(await new LogFiles(log, folder, true).write(), (await checkpoint()).size);
        const files = await filesIn();
        assert.ok(files.length >= 9 && files.includes('checkpoint') && files.includes('tile/entries/000'));
        for (const file of files) assert.deepEqual(await readFile(join(folder, file)), await bytesAt(file), file);
        const { size } = await checkpoint();
        for (const tile of tilesBetween(0, size)) assert.ok(files.includes(encodeTilePath(tile)), encodeTilePath(tile));
        assert.ok(!files.some((file) => file.endsWith('.part')));
        await ledger.tell(...Array.from({ length: 200 }, () => ledger.city.membershipGranted(granteeCode)));
        await ledger.sealAll();
      }
      await new LogFiles(log, folder, false).write();
      assert.ok(!(await filesIn()).some((file) => file.includes('entries')));
      await new LogFiles(log, folder, true).write();
      assert.ok((await filesIn()).includes('tile/entries/000'), 'made public again, the old ones are written again');
      // A folder that was written from a later database, or of another log, is left alone.
      const note = String(await readFile(join(folder, 'checkpoint')));
      await writeFile(join(folder, 'checkpoint'), note.replace(/\n\d+\n/, '\n99999\n'));
      await assert.rejects(new LogFiles(log, folder, true).write(), /old backup/);
      await writeFile(join(folder, 'checkpoint'), note.replace(ledger.city.origin, 'quanlian.test/other'));
      await assert.rejects(new LogFiles(log, folder, true).write(), /holds the log quanlian.test\/other/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the log of a running exchange, where entries are the members’', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quanlian-test-'));
    exchange = await startExchange({ label: 'log_members', env: { QUANLIAN_LEDGER_FOLDER: folder } });
    city = await foundSmallCity(exchange);
  });
  after(async () => {
    await exchange.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${exchange.baseUrl}/log/${path}`, { headers });

  /** The size of the last checkpoint once it covers the ledger. */
  async function settledSize(): Promise<number> {
    const { ledgerSize } = await city.operator.client.call(routes.ready, {});
    for (const begun = Date.now(); ; await sleep(50)) {
      const size = Number((await (await get('checkpoint')).text()).split('\n')[1]);
      if (size >= ledgerSize) return size;
      assert.ok(Date.now() - begun < 20_000, `${size} of ${ledgerSize}`);
    }
  }

  test('strangers see hashes and no entry, and cannot tell which entries there are', async () => {
    const size = await settledSize();
    assert.ok(size > 10 && size < 256);
    assert.equal((await get(`tile/0/000.p/${size}`)).status, 200);
    const cross: Record<string, string> = { cookie: `quanlian_session=${city.requester.token}`, 'sec-fetch-site': 'cross-site' };
    const shown: Record<string, string>[] = [
      {},
      { authorization: 'Bearer x' },
      { authorization: `Bearer ${'A'.repeat(43)}` },
      cross,
    ];
    for (const path of [
      `tile/entries/000.p/${size}`,
      'tile/entries/000.p/255',
      'tile/entries/000',
      'tile/entries/x123/456.p/7',
    ]) {
      for (const headers of shown) {
        const answer = await get(path, headers);
        assert.equal(answer.status, 401, path);
        assert.equal(((await answer.json()) as { code: string }).code, 'not-logged-in');
        assert.deepEqual([answer.headers.get('cache-control'), answer.headers.get('www-authenticate')], ['no-store', 'Bearer']);
      }
    }
  });

  test('a member of any department reads them, by token or session, and no shared cache keeps them', async () => {
    const size = await settledSize();
    const path = `tile/entries/000.p/${size}`;
    const bearer = { authorization: `Bearer ${city.requester.token}` };
    const byToken = await get(path, bearer);
    assert.equal(byToken.status, 200);
    assert.match(byToken.headers.get('cache-control') ?? '', /^private/);
    assert.match(byToken.headers.get('vary') ?? '', /authorization/);
    const bundle = Buffer.from(await byToken.arrayBuffer());
    const leaves = decodeEntryBundle(bundle, size).map((bytes) => digest(Buffer.of(0), bytes));
    assert.deepEqual(Buffer.from(await (await get(`tile/0/000.p/${size}`)).arrayBuffer()), Buffer.concat(leaves));
    const cookie = `quanlian_session=${city.steward.token}`;
    assert.deepEqual(Buffer.from(await (await get(path, { cookie })).arrayBuffer()), bundle);
    assert.equal((await get('tile/entries/000', bearer)).status, 404);
  });

  test('the audit of the API finds nothing, and the folder holds what is served, without entries', async () => {
    const size = await settledSize();
    const { differences } = await city.supervisor.client.call(routes.audit, {});
    assert.deepEqual(differences, []);
    const served = await (await get('checkpoint')).text();
    for (
      const begun = Date.now();
      (await readFile(join(folder, 'checkpoint'), 'utf8').catch(() => '')) !== served;
      await sleep(50)
    ) {
      assert.ok(Date.now() - begun < 20_000, exchange.logOf('worker'));
    }
    const tile = `tile/0/000.p/${size}`;
    assert.deepEqual(await readFile(join(folder, tile)), Buffer.from(await (await get(tile)).arrayBuffer()));
    assert.deepEqual(await readdir(join(folder, 'tile')), ['0']);
  });

  test('the command follows the log without a log-in, and reads the entries with one', async () => {
    const command = new CommandLine(exchange.baseUrl);
    try {
      const size = await settledSize();
      await command.ok(['trust-root', '-o', command.path('root.json')]);
      const line = ['verify', '--log', exchange.baseUrl, '--trust', command.path('root.json')];
      assert.equal((await command.ok<{ size: number }>(line)).size, size);
      const stranger = await command.run([...line, '--entries', '--json']);
      assert.deepEqual(
        [stranger.code, stranger.json<{ problem: { code: string } }>().problem.code],
        [5, 'not-logged-in'],
        stranger.err,
      );
      await command.logIn(city.requester.login, city.requester.password);
      const whole = await command.ok<{ entries: { size: number; byType: Record<string, number> } }>([...line, '--entries']);
      assert.equal(whole.entries.size, whole.entries.byType['ledger.opened'] === 1 ? size : 0);
    } finally {
      command.remove();
    }
  });

  test('a worker that was killed goes on where it was: one history, and a checkpoint for what came after', async () => {
    const before = await settledSize();
    const old = await (await get('checkpoint')).text();
    await exchange.kill('worker');
    await exchange.start('worker');
    const added = await city.competentHead.client.call(routes.addPerson, {
      body: { login: 'late', name: '吴迟到', department: city.codes.competent, roles: ['requester'] },
    });
    await settled(city.competentHead, added.proposal);
    const after = await settledSize();
    assert.ok(after > before);
    const root = await city.operator.client.call(routes.trustRoot, {});
    const { origin, logKey } = root as unknown as { origin: string; logKey: { publicKey: string } };
    const keys = [verifierKeyOf(origin, 'ed25519', logKey.publicKey)];
    const [older, newer] = [old, await (await get('checkpoint')).text()].map((note) =>
      openCheckpoint(Buffer.from(note), origin, keys),
    );
    assert.ok(older && newer);
    const reader = new TileReader(newer, async (tile) => {
      const answer = await get(encodeTilePath(tile));
      return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
    });
    checkConsistency(older, newer, await proveConsistency(reader, older.size, newer.size));
  });
});
