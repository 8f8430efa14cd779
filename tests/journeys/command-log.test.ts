import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import {
  encodeTilePath,
  encodeTrustRoot,
  HashesInMemory,
  leafHash,
  openCheckpoint,
  readRoot,
  readTile,
  signCheckpoint,
  tilesBetween,
  verifierKeyOf,
} from '#ledger';
import { PublishedLog, readEntries } from '#postgres';
import { LogFiles } from '../../apps/worker/src/log-files.js';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';
import { CommandLine, type Ran } from './command-line.js';

// The log as files, behind a web server that knows nothing of us.

const ledger = await sampleLedger('command_log');
let folder: string;
let server: Server;
let url: string;
const command = new CommandLine('http://127.0.0.1:9');
const trust = command.path('root.json');
const follow = (...more: string[]) => command.run(['verify', '--log', url, '--trust', trust, '--json', ...more]);
const codeOf = (ran: Ran) => ran.json<{ problem?: { code: string } }>().problem?.code;

async function grow(count: number): Promise<void> {
  await ledger.tell(...Array.from({ length: count }, () => ledger.city.membershipGranted(providerCode)));
  await ledger.sealAll();
  await new LogFiles(new PublishedLog(ledger.worker.pool), join(folder, 'log'), true).write();
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quanlian-test-'));
  await writeFile(trust, encodeTrustRoot(ledger.trustRoot));
  server = createServer((request, response) => {
    readFile(join(folder, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
  command.remove();
  await ledger.end();
});

/** Another history of as many entries and more, signed with the log's own key: what only its operator can make. */
async function fork(size: number): Promise<void> {
  const tree = new HashesInMemory();
  for await (const { index, bytes } of readEntries(ledger.worker.pool)) {
    if (index < size) tree.append(leafHash(index === 9 ? Buffer.from('another entry') : bytes));
  }
  for (let i = tree.size; i < size; i++) tree.append(leafHash(Buffer.from(`further ${i}`)));
  for (const tile of tilesBetween(0, size)) {
    const path = join(folder, 'log', encodeTilePath(tile));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await readTile(tree, tile));
  }
  await writeFile(join(folder, 'log/checkpoint'), signCheckpoint({ size, root: await readRoot(tree, size) }, ledger.signer));
}

/** Does something to the served files, and undoes it. */
async function cheating(cheat: () => Promise<void>, look: () => Promise<void>): Promise<void> {
  await cp(join(folder, 'log'), join(folder, 'kept'), { recursive: true });
  try {
    await cheat();
    await look();
  } finally {
    await rm(join(folder, 'log'), { recursive: true });
    await cp(join(folder, 'kept'), join(folder, 'log'), { recursive: true });
    await rm(join(folder, 'kept'), { recursive: true });
  }
}

/** That both signed checkpoints were kept for others to see. */
async function checkEvidence(sizes: readonly [number, number]): Promise<void> {
  const kept = await readFile(command.path('config/log-evidence.json'), 'utf8');
  const { older, newer } = JSON.parse(kept) as { older: string; newer: string };
  const { origin, logKey } = ledger.trustRoot;
  const keys = [verifierKeyOf(origin, 'ed25519', logKey.publicKey)];
  assert.deepEqual(
    [older, newer].map((note) => openCheckpoint(Buffer.from(note), origin, keys).size),
    sizes,
  );
}

test('a log is followed from one checkpoint to the next, and its entries are verified', async () => {
  assert.deepEqual([(await follow()).code, codeOf(await follow())], [1, 'log-missing']);
  await grow(300);
  const first = await follow();
  assert.equal(first.code, 0, first.err);
  const { size, seenBefore } = first.json<{ size: number; seenBefore?: unknown }>();
  assert.deepEqual([size, seenBefore], [305, undefined]);
  assert.equal((await follow()).json<{ seenBefore: { size: number } }>().seenBefore.size, 305);
  await grow(300);
  const next = await follow('--entries');
  assert.equal(next.code, 0, next.err);
  const said = next.json<{ size: number; seenBefore: { size: number }; entries: { size: number; origin: string } }>();
  assert.deepEqual([said.size, said.seenBefore.size, said.entries.size], [605, 305, 605]);
  assert.equal(said.entries.origin, ledger.trustRoot.origin);
  const spoken = await command.run(['verify', '--log', `${url}/log/`, '--trust', trust]);
  assert.match(spoken.out, /the checkpoint holds[\s\S]*continues the 605 entries/);
  const chinese = await command.run(['verify', '--log', url, '--trust', trust, '--lang', 'zh']);
  assert.match(chinese.out, /签封有效[\s\S]*是上次所见 605 条/);
});

test('promise 4: a log that shrank is refused, and both checkpoints are kept', async () => {
  const old = await readFile(join(folder, 'log/checkpoint'));
  await grow(10);
  assert.equal((await follow()).code, 0);
  await cheating(
    () => writeFile(join(folder, 'log/checkpoint'), old),
    async () => {
      const ran = await follow();
      assert.deepEqual([ran.code, codeOf(ran)], [4, 'log-shrank'], ran.err);
      await checkEvidence([615, 605]);
      // What was remembered is not what was shown last.
      assert.equal((await follow()).code, 4);
      assert.equal((await follow('--no-memory')).code, 0);
    },
  );
  assert.equal((await follow()).code, 0);
});

test('promise 4: another history under the log’s own signature is refused, longer or as long', async () => {
  for (const size of [615, 700]) {
    await cheating(
      () => fork(size),
      async () => {
        const ran = await follow();
        assert.deepEqual([ran.code, codeOf(ran)], [4, 'log-forked'], ran.err);
        await checkEvidence([615, size]);
        const { err } = await command.run(['verify', '--log', url, '--trust', trust]);
        assert.match(err, /The log forked/);
        // Who has seen nothing yet cannot tell: there are no witnesses.
        assert.equal((await follow('--no-memory')).code, 0);
      },
    );
  }
});

test('tiles, entries and signatures that are not what they should be are named', async () => {
  const flip = async (path: string, at: number) => {
    const bytes = await readFile(join(folder, 'log', path));
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(folder, 'log', path), bytes);
  };
  const cases: [string, () => Promise<void>, string[], string][] = [
    ['a byte of the tile at the edge', () => flip('tile/0/002.p/103', 40), [], 'tile-differs'],
    ['a byte of a full tile', () => flip('tile/0/000', 40), ['--entries'], 'tile-differs'],
    ['a tile taken out', () => rm(join(folder, 'log/tile/1/000.p/2')), [], 'tile-missing'],
    ['a byte of an entry', () => flip('tile/entries/001', 1000), ['--entries'], 'entries-differ'],
    ['a length of an entry', () => flip('tile/entries/001', 1), ['--entries'], 'entries-malformed'],
    ['entries taken out', () => rm(join(folder, 'log/tile/entries/000')), ['--entries'], 'tile-missing'],
    ['the size of the checkpoint', () => flip('checkpoint', ledger.city.origin.length + 3), [], 'note-signature-wrong'],
    ['no checkpoint at all', () => writeFile(join(folder, 'log/checkpoint'), 'hello\n'), [], 'note-malformed'],
  ];
  for (const [what, cheat, options, code] of cases) {
    await cheating(cheat, async () => {
      const ran = await follow(...options);
      assert.deepEqual([ran.code, codeOf(ran)], [4, code], `${what}: ${ran.out}`);
    });
  }
  assert.equal((await follow('--entries')).code, 0);
});

test('a line that asks for what cannot be is refused; a server that is not there is said', async () => {
  assert.equal((await command.run(['verify', '--trust', trust])).code, 2);
  assert.equal((await command.run(['verify', 'x.ndjson', '--log', url, '--trust', trust])).code, 2);
  assert.equal((await command.run(['verify', 'x.ndjson', '--entries', '--trust', trust])).code, 2);
  assert.equal((await command.run(['verify', '--log', 'no address', '--trust', trust])).code, 2);
  assert.equal((await command.run(['verify', '--log', 'http://127.0.0.1:9', '--trust', trust])).code, 3);
});

test('another log’s trust root finds nothing to believe', async () => {
  const other = command.path('other.json');
  await writeFile(other, encodeTrustRoot({ ...ledger.trustRoot, logKey: ledger.trustRoot.exchangeKey }));
  const ran = await command.run(['verify', '--log', url, '--trust', other, '--no-memory', '--json']);
  assert.deepEqual([ran.code, codeOf(ran)], [4, 'trust-root-differs']);
});
