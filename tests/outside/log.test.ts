import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { concatBytes, sha256Hex, signingKeyOf } from '#crypto';
import {
  cosignText,
  decodeVerifierKey,
  encodeCheckpoint,
  encodeEntryBundle,
  encodeLogProof,
  encodeNote,
  encodeTilePath,
  encodeVerifierKey,
  HashesInMemory,
  leafHash,
  noteSignerOf,
  openNote,
  proveConsistency,
  proveInclusion,
  readRoot,
  readTile,
  signCheckpoint,
  signNoteText,
  tilesBetween,
} from '#ledger';
import { buildGoClient, skipGo } from './go-client.js';
import { bodyOf, post, runningWitness, runToEnd } from '../witness/sample-log.js';

// What our code writes, judged by golang.org/x/mod/sumdb, and what that signs, judged by our code.

const folder = mkdtempSync(join(tmpdir(), 'quanlian-outside-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let program: string;
const run = (...words: string[]) => spawnSync(program, words, { encoding: 'utf8' });

const log = noteSignerOf('quanlian.example/city', 'ed25519', signingKeyOf(Buffer.alloc(32, 1)));
const witnesses = [2, 3, 4].map((seed) =>
  noteSignerOf(`witness-${seed}.example`, 'cosignature', signingKeyOf(Buffer.alloc(32, seed))),
);

function put(path: string, content: string | Uint8Array): void {
  const file = join(folder, 'log', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const entriesOf = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i} `.repeat(1 + (i % 5))));

/** Writes a whole log of this size as static files, with proofs of some entries and some pairs of sizes. */
async function publish(size: number): Promise<void> {
  rmSync(join(folder, 'log'), { recursive: true, force: true });
  const entries = entriesOf(size);
  const tree = new HashesInMemory();
  tree.append(concatBytes(entries.map((entry) => leafHash(entry))));
  put('vkeys', [log, ...witnesses].map(({ key }) => `${encodeVerifierKey(key)}\n`).join(''));

  const text = encodeCheckpoint({ origin: log.key.name, size, root: await readRoot(tree, size), extensions: [] });
  const cosignatures = witnesses.map((witness, i) => cosignText(text, witness, 1_700_000_000 + i));
  const checkpoint = encodeNote({ text, signatures: [signNoteText(text, log), ...cosignatures] });
  put('checkpoint', checkpoint);
  for (const tile of tilesBetween(0, size)) {
    put(encodeTilePath(tile), await readTile(tree, tile));
    if (tile.level > 0) continue;
    const first = tile.index * 256;
    put(encodeTilePath({ ...tile, level: 'entries' }), encodeEntryBundle(entries.slice(first, first + tile.width)));
  }
  const some = [...new Set([0, 1, 255, 256, 257, size >> 1, size - 2, size - 1])].filter((index) => index >= 0 && index < size);
  for (const index of some) {
    const proof = encodeLogProof({ index, hashes: await proveInclusion(tree, index, size), checkpoint });
    put(`proofs/${index}.tlog-proof`, proof);
  }
  const pairs: string[] = [];
  for (const older of some.map((index) => index + 1)) {
    for (const newer of some.map((index) => index + 1).filter((one) => one >= older)) {
      const hashes = await proveConsistency(tree, older, newer);
      pairs.push([older, newer, ...hashes.map((hash) => Buffer.from(hash).toString('base64'))].join(' '));
    }
  }
  put('pairs', `${pairs.join('\n')}\n`);
}

describe('Go’s x/mod tlog and note', { skip: skipGo }, () => {
  before(() => {
    program = buildGoClient(folder);
  });

  for (const size of [1, 2, 255, 256, 257, 65_536, 70_000]) {
    it(`agree with every byte of a log of ${size} entries, its cosignatures and its proofs`, async () => {
      await publish(size);
      const { status, stdout, stderr } = run('log', join(folder, 'log'));
      assert.equal(status, 0, stderr);
      assert.match(stdout, new RegExp(`^${size} entries, [0-9]+ files, [1-8] proofs, [0-9]+ pairs of sizes\n$`));
    });
  }

  it('agree with the cosignature that a witness gives over HTTP', async () => {
    const store = join(folder, 'witness');
    const { said } = await runToEnd('keys', 'new', '--store', store, '--name', 'witness.example/审计');
    const witness = await runningWitness(store, '--log', encodeVerifierKey(log.key));
    try {
      for (const [old, size] of [
        [0, 300],
        [300, 700],
      ] as const) {
        await publish(size);
        const tree = new HashesInMemory();
        tree.append(concatBytes(entriesOf(size).map((entry) => leafHash(entry))));
        const head = { size, root: await readRoot(tree, size) };
        const body = bodyOf(old, await proveConsistency(tree, old, size), signCheckpoint(head, log));
        assert.equal((await post(witness.address, body)).status, 200);
        const served = await fetch(`${witness.address}/${sha256Hex(log.key.name)}/checkpoint`);
        put('vkeys', `${encodeVerifierKey(log.key)}\n${said.split('\n')[0]}\n`);
        put('checkpoint', await served.text());
        rmSync(join(folder, 'log/proofs'), { recursive: true });
        const { status, stderr } = run('log', join(folder, 'log'));
        assert.equal(status, 0, stderr);
      }
      const note = readFileSync(join(folder, 'log/checkpoint'), 'utf8');
      put(
        'checkpoint',
        note.replace(/(— witness\S+ .{40})(.)/u, (_, before, one) => before + (one === 'A' ? 'B' : 'A')),
      );
      assert.equal(run('log', join(folder, 'log')).status, 1);
    } finally {
      await witness.stop();
    }
  });

  it('find what is altered', async () => {
    await publish(300);
    for (const path of [
      'checkpoint',
      'tile/0/000',
      'tile/0/001.p/44',
      'tile/1/000.p/1',
      'tile/entries/001.p/44',
      'proofs/256.tlog-proof',
      'pairs',
    ]) {
      const good = readFileSync(join(folder, 'log', path));
      const bad = Buffer.from(good);
      const at = bad.length >> 1;
      bad[at] = (bad[at] as number) ^ 1;
      put(path, bad);
      assert.equal(run('log', join(folder, 'log')).status, 1, path);
      put(path, good);
    }
    put('tile/0/002.p/1', Buffer.alloc(32));
    assert.match(run('log', join(folder, 'log')).stderr, /no tile of this size/);
  });

  it('sign what our code opens, and not when it is altered', () => {
    const text = '权链\n\nа second paragraph\n';
    const { stdout, status } = run('sign', 'example.com/签封', text);
    assert.equal(status, 0);
    const end = stdout.indexOf('\n\n');
    const key = decodeVerifierKey(stdout.slice(0, end));
    const note = stdout.slice(end + 2);
    assert.equal(encodeVerifierKey(key), stdout.slice(0, end));
    assert.equal(openNote(Buffer.from(note), [key]).text, text);
    assert.throws(() => openNote(Buffer.from(note.replace('second', 'other')), [key]), { code: 'note-signature-wrong' });
  });
});
