import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sha256Hex, signingKeyOf } from '#crypto';
import {
  cosignText,
  decodeEntryBundle,
  decodeNote,
  decodeVerifierKey,
  encodeEntry,
  encodeEntryBundle,
  encodeNote,
  encodeTilePath,
  encodeTrustRoot,
  HashesInMemory,
  leafHash,
  NO_ENTRY,
  noteSignerOf,
  openCheckpoint,
  openEntry,
  openLogProof,
  readRoot,
  readTile,
  signCheckpoint,
  tilesBetween,
  type NoteSigner,
} from '#ledger';
import { PublishedLog } from '#postgres';
import { LogFiles } from '../../apps/worker/src/log-files.js';
import { CommandLine } from '../journeys/command-line.js';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';
import { runningWitness, runToEnd } from './sample-log.js';

// A witness that keeps the whole log, entries included, from a web server that gives entries to whoever shows the token.

const ledger = await sampleLedger('mirror');
const { city } = ledger;
const token = 'the-token-of-a-member';
const folder = mkdtempSync(join(tmpdir(), 'quanlian-mirror-'));
const root = join(folder, 'root.json');
const tokenFile = join(folder, 'token');
let server: Server;
let url: string;

async function grow(count: number): Promise<void> {
  await ledger.tell(...Array.from({ length: count }, () => city.membershipGranted(providerCode)));
  await ledger.sealAll();
  await new LogFiles(new PublishedLog(ledger.worker.pool), join(folder, 'log'), true).write();
}

before(async () => {
  writeFileSync(root, encodeTrustRoot(ledger.trustRoot));
  writeFileSync(tokenFile, `${token}\n`);
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.includes('/entries/') && request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end();
    const file = join(folder, path);
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.end(readFileSync(file));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/`;
  await grow(600);
});
after(async () => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
  await ledger.end();
});

/** A witness's store, and how it looks at a log once. */
async function newWitness(name: string, at = () => url) {
  const store = join(folder, name);
  const made = await runToEnd('keys', 'new', '--store', store, '--name', `witness.example/${name}`);
  assert.equal(made.code, 0, made.said);
  const words = () => ['--store', store, '--log', root, '--log-url', at(), '--entries', '--token-file', tokenFile];
  return {
    store,
    copy: join(store, 'mirror', sha256Hex(city.origin)),
    words,
    look: () => runToEnd('follow', '--once', '--every', '1', ...words()),
    alarms: () => (existsSync(join(store, 'alarms')) ? readdirSync(join(store, 'alarms')) : []),
  };
}

/** Every file of a folder with its bytes, by its path. */
function filesOf(at: string): Map<string, string> {
  const paths = readdirSync(at, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    paths
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [path.slice(at.length + 1), readFileSync(path).toString('hex')])
      .filter(([path]) => path !== 'checkpoint')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The copy holds each file of the log's present size, with the bytes that the log has, and no file that the log has otherwise. */
function checkSame(copy: string): void {
  const [ours, theirs] = [filesOf(copy), filesOf(join(folder, 'log'))];
  const { size } = openCheckpoint(readFileSync(join(copy, 'checkpoint')), city.origin, [ledger.signer.key]);
  for (const tile of tilesBetween(0, size)) {
    const paths = [tile, ...(tile.level === 0 ? [{ ...tile, level: 'entries' as const }] : [])].map(encodeTilePath);
    for (const path of paths) assert.ok(ours.has(path), path);
  }
  for (const [path, bytes] of ours) assert.equal(bytes, theirs.get(path), path);
}

describe('a mirror', () => {
  it('holds every tile and every entry byte by byte, and grows with the log', async () => {
    const witness = await newWitness('whole');
    for (const more of [0, 300]) {
      if (more > 0) await grow(more);
      const { code, said } = await witness.look();
      assert.equal(code, 0, said);
      checkSame(witness.copy);
    }
  });

  it("carries the other witnesses' cosignatures, those too that come after the copy was made", async () => {
    const witness = await newWitness('cosigned');
    const published = join(folder, 'log/checkpoint');
    const plain = readFileSync(published);
    const others = [71, 72].map((seed) =>
      noteSignerOf(`other.example/${seed}`, 'cosignature', signingKeyOf(Buffer.alloc(32, seed))),
    );
    const cosign = (signers: readonly NoteSigner[]): void => {
      const { text, signatures } = decodeNote(plain);
      const more = signers.map((signer) => cosignText(text, signer, 1_700_000_000));
      writeFileSync(published, encodeNote({ text, signatures: [...signatures, ...more] }));
    };
    try {
      for (const count of [1, 2]) {
        cosign(others.slice(0, count));
        const { code, said } = await witness.look();
        assert.equal(code, 0, said);
        const own = decodeVerifierKey(readFileSync(join(witness.store, 'witness.vkey'), 'utf8').trim());
        const keys = [...others.map(({ key }) => key), own];
        const copied = openCheckpoint(readFileSync(join(witness.copy, 'checkpoint')), city.origin, [ledger.signer.key], keys);
        assert.deepEqual(
          new Set(copied.cosignatures.map(({ name }) => name)),
          new Set([...others.slice(0, count).map(({ key }) => key.name), own.name]),
        );
      }
    } finally {
      writeFileSync(published, plain);
    }
  });

  it('goes on after a crash that left files which no checkpoint names', async () => {
    const witness = await newWitness('crashed');
    assert.equal((await witness.look()).code, 0);
    // As if the machine had stopped before the checkpoint: half a file beside, a whole one with other bytes, no checkpoint.
    rmSync(join(witness.copy, 'checkpoint'));
    writeFileSync(join(witness.copy, 'tile/entries/000'), 'torn');
    writeFileSync(join(witness.copy, 'tile/0/001.new'), 'torn');
    const { code, said } = await witness.look();
    assert.equal(code, 0, said);
    checkSame(witness.copy);
  });

  it('does not start on a copy of its own that somebody altered', async () => {
    const witness = await newWitness('altered');
    assert.equal((await witness.look()).code, 0);
    const path = join(witness.copy, 'tile/entries/000');
    writeFileSync(path, readFileSync(path).toString('latin1').replace('steward', 'auditor'), 'latin1');
    const { code, said } = await witness.look();
    assert.deepEqual([code, said.includes('is damaged')], [7, true], said);
  });

  it('says that the token is not taken, and is no alarm', async () => {
    const witness = await newWitness('tokenless');
    const other = join(folder, 'other-token');
    writeFileSync(other, 'another\n');
    const words = witness.words().map((word) => (word === tokenFile ? other : word));
    const { code, said } = await runToEnd('follow', '--once', '--every', '1', ...words);
    assert.deepEqual([code, said.includes('--token-file')], [3, true], said);
    assert.deepEqual(witness.alarms(), []);
  });

  it('serves what it holds when the exchange is gone: entries to its own readers, and verify --log believes it', async () => {
    const witness = await newWitness('server');
    assert.equal((await witness.look()).code, 0);
    const readers = join(folder, 'readers');
    writeFileSync(readers, 'the-token-of-readers\n');
    const words = ['--log', root, '--mirror', '--reader-token-file', readers];
    const running = await runningWitness(witness.store, ...words);
    try {
      const get = (path: string, headers: Record<string, string> = {}) => fetch(`${running.address}/log/${path}`, { headers });
      const statuses = async (path: string) => [
        (await get(path)).status,
        (await get(path, { authorization: 'Bearer wrong' })).status,
        (await get(path, { authorization: 'Bearer the-token-of-readers' })).status,
      ];
      assert.deepEqual(await statuses('tile/entries/000'), [401, 401, 200]);
      assert.deepEqual(await statuses('tile/entries/999'), [401, 401, 404]);
      assert.deepEqual(await statuses('tile/0/000'), [200, 200, 200]);
      for (const path of ['tile/0/0', 'tile/entries/%30%30%30', 'witness.key', 'proof/01'])
        assert.equal((await get(path)).status, 404, path);
      const private_ = await get('tile/entries/000', { authorization: 'Bearer the-token-of-readers' });
      assert.match(private_.headers.get('cache-control') ?? '', /^private/);
      const [entry] = decodeEntryBundle(new Uint8Array(await private_.arrayBuffer()), 256);
      assert.equal(openEntry(entry as Uint8Array).entry.index, 0);
      const proof = Buffer.from(await (await get('proof/7')).arrayBuffer());
      const sealed = (await get('tile/0/000')).arrayBuffer().then((bytes) => new Uint8Array(bytes).subarray(7 * 32, 8 * 32));
      openLogProof(proof, await sealed, { logs: [{ key: ledger.signer.key }], witnesses: [], groups: [], quorum: 'none' });

      const command = new CommandLine('http://127.0.0.1:9');
      const verified = await command.run(['verify', '--log', `${running.address}/log`, '--trust', root, '--json']);
      assert.equal(verified.code, 0, verified.out + verified.err);
      command.remove();
    } finally {
      await running.stop();
    }
  });

  it('serves entries to everybody only when told so', async () => {
    const witness = await newWitness('public');
    assert.equal((await witness.look()).code, 0);
    const { code } = await runToEnd('run', '--store', witness.store, '--log', root, '--mirror');
    assert.equal(code, 2);
    const running = await runningWitness(witness.store, '--log', root, '--mirror', '--public-entries');
    try {
      const response = await fetch(`${running.address}/log/tile/entries/000`);
      assert.deepEqual([response.status, response.headers.get('cache-control')?.startsWith('public')], [200, true]);
    } finally {
      await running.stop();
    }
  });
});

/** A log signed with the real key whose entry `at` is another: what only its operator can publish. */
async function cheat(name: string, alter: (bytes: Uint8Array, index: number) => Uint8Array, served = alter): Promise<string> {
  const original: Uint8Array[] = [];
  for (let index = 0; index < 2; index++)
    original.push(
      ...decodeEntryBundle(readFileSync(join(folder, 'log', encodeTilePath({ level: 'entries', index, width: 256 }))), 256),
    );
  let prev = NO_ENTRY;
  const rechained = original.map((bytes, index) => {
    const { entry, statementBytes } = openEntry(alter(bytes, index));
    const made = encodeEntry({ ...entry, prev }, statementBytes);
    prev = leafHash(made).toString('hex');
    return made;
  });
  const tree = new HashesInMemory();
  tree.append(Buffer.concat(rechained.map((bytes) => leafHash(bytes))));
  const target = join(folder, name);
  const write = (path: string, bytes: Uint8Array | string) => {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), bytes);
  };
  for (const tile of tilesBetween(0, 512)) write(encodeTilePath(tile), await readTile(tree, tile));
  const shown = rechained.map((bytes, index) => (served === alter ? bytes : served(bytes, index)));
  for (const index of [0, 1])
    write(
      encodeTilePath({ level: 'entries', index, width: 256 }),
      encodeEntryBundle(shown.slice(index * 256, index * 256 + 256)),
    );
  write('checkpoint', signCheckpoint({ size: 512, root: await readRoot(tree, 512) }, ledger.signer));
  return url.replace('/log/', `/${name}/`);
}

describe('a mirror of a log whose operator cheats', () => {
  it('names an entry that the log signed and no department did, and keeps what proves it', async () => {
    const forged = (bytes: Uint8Array, index: number) =>
      index === 300 ? Buffer.from(Buffer.from(bytes).toString('latin1').replace('"steward"', '"operator"'), 'latin1') : bytes;
    const at = await cheat('forged', forged);
    const witness = await newWitness('of-forged', () => at);
    const { code, said } = await witness.look();
    assert.equal(code, 4, said);
    assert.match(said, /Entry 300/);
    const [alarm, ...others] = witness.alarms();
    assert.deepEqual(others, []);
    assert.match(alarm ?? '', /^entry-/);
    const evidence = (file: string) => readFileSync(join(witness.store, 'alarms', alarm ?? '', file));
    // Whoever believes the log's key sees that it signed this entry; that nobody signed the statement in it, anybody can check.
    openLogProof(evidence('entry.tlog-proof'), leafHash(evidence('entry.json')), {
      logs: [{ key: ledger.signer.key }],
      witnesses: [],
      groups: [],
      quorum: 'none',
    });
    assert.match(evidence('entry.json').toString(), /operator/);
    assert.ok(!existsSync(join(witness.copy, 'checkpoint')), 'nothing of it counts as the copy');
  });

  it('names a bundle that is not what the tiles name, after three looks', async () => {
    const at = await cheat(
      'other-bundle',
      (bytes) => bytes,
      (bytes, index) =>
        index === 300 ? Buffer.from(Buffer.from(bytes).toString('latin1').replace('"steward"', '"operator"'), 'latin1') : bytes,
    );
    const witness = await newWitness('of-other-bundle', () => at);
    const { code, said } = await witness.look();
    assert.equal(code, 4, said);
    const [alarm] = witness.alarms();
    assert.match(alarm ?? '', /^entries-/);
    assert.ok(existsSync(join(witness.store, 'alarms', alarm ?? '', 'tile/entries/001')));
  });
});
