import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodeTrustRoot, openCheckpoint, verifierKeyOf } from '#ledger';
import { PublishedLog } from '#postgres';
import { LogFiles } from '../../apps/worker/src/log-files.js';
import { SampleCity } from '../../libs/ledger/src/sample-city.js';
import { sampleLedger, type SampleLedger } from '../ledger/sample-ledger.js';
import { CommandLine, type Ran } from './command-line.js';

// An operator who lies: two databases, each with a ledger of its own, sealed and signed with the same keys, each published whole.

const city = new SampleCity();
const honest = await sampleLedger('compare_honest', undefined, city);
const lying = await sampleLedger('compare_lying', undefined, city);
const folder = await mkdtemp(join(tmpdir(), 'quanlian-compare-'));
const command = new CommandLine('http://127.0.0.1:9');
const trust = command.path('root.json');
let server: Server;
let base: string;
/** Paths under which the server answers nothing. */
let silenced = 'nothing';

async function publish(ledger: SampleLedger, name: string, more: number): Promise<void> {
  await ledger.tell(...Array.from({ length: more }, () => city.membershipGranted(city.competent)));
  await ledger.sealAll();
  await new LogFiles(new PublishedLog(ledger.worker.pool), join(folder, name), false).write();
}
/** The checkpoint as somebody wrote it down. */
async function noted(name: string): Promise<string> {
  const file = join(folder, `${name}-${Date.now()}.checkpoint`);
  await cp(join(folder, name, 'checkpoint'), file);
  return file;
}
const url = (name: string): string => `${base}/${name}`;
const compare = (...line: string[]): Promise<Ran> =>
  command.run(['verify', '--compare', ...line, '--trust', trust, '--evidence', join(folder, 'kept'), '--json']);
const codeOf = (ran: Ran) => ran.json<{ problem?: { code: string } }>().problem?.code;

before(async () => {
  await writeFile(trust, encodeTrustRoot(honest.trustRoot));
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.includes(silenced)) return void response.writeHead(404).end();
    readFile(join(folder, path)).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await publish(honest, 'honest', 300);
  await publish(lying, 'lying', 300);
});
after(async () => {
  server.close();
  command.remove();
  await rm(folder, { recursive: true, force: true });
  await honest.end();
  await lying.end();
});

test('two checkpoints of one history are one, from files and addresses, in either order', async () => {
  const early = await noted('honest');
  await publish(honest, 'honest', 300);
  const late = await noted('honest');
  for (const pair of [
    [early, url('honest')],
    [url('honest'), early],
    [early, `${url('honest')}/checkpoint`],
    [early, late, '--log', url('honest')],
    // A log that cannot answer does no harm where another can.
    [early, late, '--log', url('lying'), '--log', url('honest')],
  ]) {
    const ran = await compare(...pair);
    assert.equal(ran.code, 0, ran.err);
    const { standing, older, newer } = ran.json<{ standing: string; older: { size: number }; newer: { size: number } }>();
    assert.deepEqual([standing, older.size, newer.size], ['continues', 305, 605]);
  }
  assert.equal((await compare(late, late)).json<{ standing: string }>().standing, 'same');
  const spoken = await command.run(['verify', '--compare', early, url('honest'), '--trust', trust]);
  assert.match(spoken.out, /One history: the 605 entries/);
});

test('promise 4: two histories under one key are found by whoever compares, and the evidence is kept', async () => {
  const seen = await noted('lying');
  const ran = await compare(seen, url('honest'));
  assert.deepEqual([ran.code, codeOf(ran)], [4, 'log-forked'], ran.err);
  const [kept = ''] = (await readdir(join(folder, 'kept'))).filter((name) => name.startsWith('fork-'));
  const about = JSON.parse(await readFile(join(folder, 'kept', kept, 'about.json'), 'utf8')) as { meaning: { zh: string } };
  assert.match(about.meaning.zh, /不属于同一历史/);
  const { origin, logKey } = honest.trustRoot;
  for (const [file, size] of [
    ['older-checkpoint', 305],
    ['newer-checkpoint', 605],
  ] as const) {
    const note = await readFile(join(folder, 'kept', kept, file));
    assert.equal(openCheckpoint(note, origin, [verifierKeyOf(origin, 'ed25519', logKey.publicKey)]).size, size);
  }
  // The proof that the log can make, and that does not lead from the one to the other.
  assert.notEqual(await readFile(join(folder, 'kept', kept, 'consistency-proof'), 'utf8'), '');
  const spoken = await command.run([
    'verify',
    '--compare',
    seen,
    url('honest'),
    '--trust',
    trust,
    '--evidence',
    join(folder, 'kept'),
  ]);
  assert.match(spoken.err, /shows different histories to different people[\s\S]*hand it to the competent department/);
  const zh = await command.run([
    'verify',
    '--compare',
    seen,
    url('honest'),
    '--trust',
    trust,
    '--evidence',
    join(folder, 'kept'),
    '--lang',
    'zh',
  ]);
  assert.match(zh.err, /向不同的人出示了不同的历史/);
  // Of one size the notes are enough: no log has to answer.
  await publish(lying, 'lying', 300);
  const equal = await compare(await noted('lying'), await noted('honest'));
  assert.deepEqual([equal.code, codeOf(equal)], [4, 'log-forked']);
});

test('promise 4: a log that does not give the tiles refuses the proof, and that is an alarm', async () => {
  const early = await noted('honest');
  await publish(honest, 'honest', 5);
  silenced = '/tile/';
  try {
    const ran = await compare(early, url('honest'));
    assert.deepEqual([ran.code, codeOf(ran)], [4, 'log-withheld'], ran.err);
    assert.ok((await readdir(join(folder, 'kept'))).some((name) => name.startsWith('withheld-')));
  } finally {
    silenced = 'nothing';
  }
  const late = await noted('honest');
  assert.equal((await compare(early, late, '--log', 'http://127.0.0.1:9')).code, 3);
});

test('a line that asks for what cannot be is refused', async () => {
  const file = await noted('honest');
  assert.equal((await compare(file)).code, 2);
  assert.equal((await compare(file, await noted('lying'))).code, 2);
  assert.equal((await command.run(['verify', file, file, '--trust', trust])).code, 2);
  const foreign = join(folder, 'foreign');
  await writeFile(foreign, 'hello\n');
  assert.equal((await compare(file, foreign)).code, 4);
  assert.equal((await compare(file, join(folder, 'none'))).code, 7);
});
