import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text as streamText } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { sha256Hex } from '#crypto';
import {
  decodeNote,
  decodeVerifierKey,
  encodeCheckpoint,
  encodeNote,
  openCheckpoint,
  openNote,
  proveConsistency,
  signNoteText,
  type TreeHead,
  type VerifierKey,
} from '#ledger';
import { bodyOf, History, post, runningWitness, runToEnd, SampleLog, type RunningWitness } from './sample-log.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-witness-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const storeOf = (name: string): string => join(folder, name);

const text = 'text/plain; charset=utf-8';
const log = new SampleLog('quanlian.example/city');
const fresh = new SampleLog('quanlian.example/fresh', 2);
const stranger = new SampleLog('quanlian.example/city', 9);
const history = new History('one', 100);
const other = new History('another', 100, 7);
const path = (one: SampleLog): string => `/${sha256Hex(one.origin)}/checkpoint`;

async function newKey(store: string): Promise<VerifierKey> {
  const { code, said } = await runToEnd('keys', 'new', '--store', store, '--name', 'witness.example/audit');
  assert.equal(code, 0, said);
  return decodeVerifierKey(said.split('\n')[0] as string);
}

/** A note of any head with a good signature of the log. */
const noteOf = (head: TreeHead, by = log, origin = by.origin): string => {
  const checkpoint = encodeCheckpoint({ ...head, origin, extensions: [] });
  return encodeNote({ text: checkpoint, signatures: [signNoteText(checkpoint, by.signer)] });
};

describe('the witness over HTTP', () => {
  const store = storeOf('table');
  let key: VerifierKey;
  let witness: RunningWitness;

  before(async () => {
    key = await newKey(store);
    writeFileSync(join(folder, 'fresh.vkeys'), `${fresh.vkey}\n`);
    witness = await runningWitness(store, '--log', log.vkey, '--log', join(folder, 'fresh.vkeys'));
  });
  after(async () => {
    assert.equal(await witness.stop(), 0);
  });

  const served = async (one: SampleLog): Promise<string | undefined> => {
    const response = await fetch(witness.address + path(one));
    assert.equal(response.headers.get('content-type'), text);
    return response.status === 200 ? response.text() : (assert.equal(response.status, 404), undefined);
  };

  it('404: serves nothing before it cosigned', async () => assert.equal(await served(log), undefined));

  for (const [old, size] of [
    [0, 7],
    [7, 7],
    [7, 8],
  ] as const) {
    it(`200: cosigns from ${old} to ${size}, and serves what it cosigned`, async () => {
      const since = Math.floor(Date.now() / 1_000);
      const answer = await post(witness.address, await log.body(history, old, size));
      assert.deepEqual([answer.status, answer.type], [200, text]);
      const note = (await log.checkpoint(history, size)) + answer.text;
      const { verified } = openNote(Buffer.from(note), [key]);
      assert.equal(verified.length, 1);
      const { timeSeconds = 0 } = verified[0] ?? {};
      assert.ok(timeSeconds >= since && timeSeconds <= Date.now() / 1_000);
      assert.equal(await served(log), note);
      assert.equal(openCheckpoint(Buffer.from(note), log.origin, [log.signer.key], [key]).cosignatures.length, 1);
    });
  }

  const cases: [name: string, status: number, body: () => Promise<string | Uint8Array>, answer?: string][] = [
    ['an old size that is not the recorded one', 409, () => log.body(history, 7, 9), '8\n'],
    ['a first checkpoint once more', 409, () => log.body(history, 0, 8), '8\n'],
    ['an old size above the recorded one', 409, () => log.body(history, 9, 10), '8\n'],
    ['an old size above the size', 400, async () => bodyOf(9, [], await log.checkpoint(history, 8))],
    ['an old size with a leading zero', 400, async () => (await log.body(history, 8, 9)).replace('old 8', 'old 08')],
    ['an old size with a sign', 400, async () => (await log.body(history, 8, 9)).replace('old 8', 'old +8')],
    ['no old size', 400, async () => (await log.body(history, 8, 9)).replace('old 8\n', '')],
    ['no blank line', 400, async () => (await log.body(history, 8, 9)).replace('\n\n', '\n')],
    ['a carriage return', 400, async () => (await log.body(history, 8, 9)).replace('old 8\n', 'old 8\r\n')],
    ['a hash of 31 bytes', 400, async () => bodyOf(8, [new Uint8Array(31)], await log.checkpoint(history, 9))],
    ['a hash without padding', 400, async () => bodyOf(8, ['A'.repeat(43)], await log.checkpoint(history, 9))],
    [
      '64 hashes',
      400,
      async () =>
        bodyOf(
          8,
          Array.from({ length: 64 }, () => new Uint8Array(32)),
          await log.checkpoint(history, 9),
        ),
    ],
    ['a checkpoint without signatures', 400, async () => `${(await log.body(history, 8, 9)).split('\n— ')[0]}\n`],
    ['a size with a leading zero', 400, async () => (await log.body(history, 8, 9)).replace('\n9\n', '\n09\n')],
    ['bytes that are no UTF-8', 400, async () => Buffer.concat([Buffer.from(await log.body(history, 8, 9)), Buffer.of(0xff)])],
    ['nothing', 400, async () => ''],
    ['an unknown log', 404, async () => new SampleLog('elsewhere.example/log').body(history, 0, 9)],
    ['no signature by a key of the log', 403, () => stranger.body(history, 8, 9)],
    [
      'a wrong signature in the name of the log’s key',
      403,
      async () => (await log.body(history, 8, 9)).replace(/\n9\n/, '\n10\n'),
    ],
    [
      'a wrong signature beside a good one',
      403,
      async () => {
        const good = await log.body(history, 8, 9);
        const [wrong] = /— .*\n$/.exec(await log.checkpoint(history, 10)) ?? [];
        return good + wrong;
      },
    ],
    ['another history', 422, () => log.body(other, 8, 9)],
    [
      'a proof with a hash too many',
      422,
      async () => bodyOf(8, [...(await proofTo(9)), new Uint8Array(32)], await log.checkpoint(history, 9)),
    ],
    ['a proof with a hash too few', 422, async () => bodyOf(8, (await proofTo(9)).slice(1), await log.checkpoint(history, 9))],
    ['a proof between equal sizes', 422, async () => bodyOf(8, [new Uint8Array(32)], await log.checkpoint(history, 8))],
    ['the same size with another root', 422, async () => bodyOf(8, [], await log.checkpoint(other, 8))],
    ['a proof from nothing', 422, async () => bodyOf(0, [new Uint8Array(32)], await fresh.checkpoint(history, 7))],
    [
      'an empty tree with a root that it has not',
      422,
      async () => bodyOf(0, [], noteOf({ size: 0, root: new Uint8Array(32) }, fresh)),
    ],
  ];
  const proofTo = (size: number) => proveConsistency(history.tree, 8, size);

  for (const [name, status, body, answer] of cases) {
    it(`${status}: ${name}; nothing changes`, async () => {
      const before = [await served(log), await served(fresh)];
      const got = await post(witness.address, await body());
      assert.deepEqual([got.status, got.type], [status, status === 409 ? 'text/x.tlog.size' : text]);
      if (answer !== undefined) assert.equal(got.text, answer);
      // A sentence in both languages, and never a signature.
      else assert.match(got.text, /^[^—]*\p{Script=Han}[^—]*[A-Z][^—]*\n$/u);
      assert.deepEqual([await served(log), await served(fresh)], before);
    });
  }

  it('a fork that was refused is kept as evidence, once, and the next honest step is cosigned', async () => {
    const fork = bodyOf(8, [], await log.checkpoint(other, 8));
    assert.equal((await post(witness.address, fork)).status, 422);
    const [one, ...more] = readdirSync(join(store, 'alarms'));
    assert.equal(more.length, 0);
    const evidence = (name: string) => readFileSync(join(store, 'alarms', one as string, name));
    const [last, shown] = ['last-checkpoint', 'shown-checkpoint'].map((name) =>
      openCheckpoint(evidence(name), log.origin, [log.signer.key]),
    );
    assert.equal(last?.size, shown?.size);
    assert.notDeepEqual(last?.root, shown?.root);
    assert.ok(witness.lines.some((line) => line.includes('ALARM') && line.includes('警报')));
    assert.equal((await post(witness.address, await log.body(history, 8, 64))).status, 200);
  });

  it('outside the table: too large, no such path, no such method', async () => {
    assert.equal((await post(witness.address, 'x'.repeat(65_537))).status, 413);
    const chunked = await fetch(`${witness.address}/add-checkpoint`, {
      method: 'POST',
      duplex: 'half',
      body: new ReadableStream({
        start(controller) {
          for (let i = 0; i < 17; i++) controller.enqueue(new Uint8Array(4_096));
          controller.close();
        },
      }),
    });
    assert.equal(chunked.status, 413);
    for (const [method, target, status, allow] of [
      ['GET', '/add-checkpoint', 405, 'POST'],
      ['PUT', path(log), 405, 'GET, HEAD'],
      ['HEAD', path(log), 200, null],
      ['GET', '/', 404, null],
      ['GET', path(log).toUpperCase(), 404, null],
      ['GET', `${path(log)}/`, 404, null],
      ['GET', `${path(log)}?size=3`, 404, null],
      ['GET', `/${sha256Hex('elsewhere.example/log')}/checkpoint`, 404, null],
      ['GET', '/..%2f..%2fwitness.key', 404, null],
    ] as const) {
      const response = await fetch(witness.address + target, { method });
      assert.deepEqual([response.status, response.headers.get('allow')], [status, allow], `${method} ${target}`);
    }
  });

  it('408: whoever is slow is not waited for', async () => {
    const { hostname, port } = new URL(witness.address);
    const socket = connect(Number(port), hostname);
    socket.write('POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n');
    const [said] = (await once(socket, 'data')) as [Buffer];
    assert.match(said.toString(), /^HTTP\/1\.1 408 /);
    socket.destroy();
  });

  it('says nothing of keys: no line holds the secret, and only its owner can read it', () => {
    const secret = readFileSync(join(store, 'witness.key'), 'utf8').split('\n')[1] as string;
    assert.ok(!witness.lines.join('\n').includes(secret));
    assert.equal(statSync(join(store, 'witness.key')).mode & 0o777, 0o600);
  });
});

describe('requests that race', () => {
  it('promise 4: one is recorded, the others are told its size, and no two heads that exclude each other are cosigned', async () => {
    const store = storeOf('race');
    const key = await newKey(store);
    const witness = await runningWitness(store, '--log', log.vkey);
    let size = 5;
    assert.equal((await post(witness.address, await log.body(history, 0, size))).status, 200);
    for (let round = 0; round < 12; round++) {
      // From size 7 on the two histories exclude each other.
      const bodies = await Promise.all(
        [1, 2, 3, 4, 5, 6].flatMap((more) =>
          [history, other].map(async (one) => ({
            size: size + more,
            checkpoint: await log.checkpoint(one, size + more),
            body: await log.body(one, size, size + more),
          })),
        ),
      );
      const answers = await Promise.all(bodies.map(async (one) => ({ ...one, ...(await post(witness.address, one.body)) })));
      const won = answers.filter(({ status }) => status === 200);
      const [winner] = won;
      const refused = answers.filter(({ status }) => status !== 200);
      if (round === 0) {
        assert.equal(won.length, 1);
        for (const { status, text } of refused) assert.deepEqual([status, text], [409, `${winner?.size}\n`]);
      } else {
        // One of both histories is the witness's by now; the other is refused, before or after the race is decided.
        assert.equal(won.length, 1);
        for (const { status, text } of refused) assert.ok(status === 422 || text === `${winner?.size}\n`, `${status} ${text}`);
      }
      const kept = await (await fetch(witness.address + path(log))).text();
      assert.equal(kept, `${winner?.checkpoint}${winner?.text}`);
      assert.equal(openCheckpoint(Buffer.from(kept), log.origin, [log.signer.key], [key]).cosignatures.length, 1);
      size = winner?.size ?? 0;
    }
    assert.equal(await witness.stop(), 0);
  });
});

describe('the store', () => {
  it('takes one process at a time, and the second says who has it', async () => {
    const store = storeOf('two');
    await newKey(store);
    const witness = await runningWitness(store, '--log', log.vkey);
    await assert.rejects(
      runningWitness(store, '--log', log.vkey),
      /exit 1: .*正由另一个见证进程使用.*is in use by another witness/,
    );
    assert.equal(await witness.stop(), 0);
    const again = await runningWitness(store, '--log', log.vkey);
    assert.equal(await again.stop(), 0);
  });

  it('a checkpoint that cannot be written is not cosigned: 500, and the old one stands', async () => {
    const store = storeOf('unwritable');
    await newKey(store);
    const witness = await runningWitness(store, '--log', log.vkey);
    assert.equal((await post(witness.address, await log.body(history, 0, 3))).status, 200);
    const beside = join(store, 'logs', sha256Hex(log.origin), 'checkpoint.new');
    mkdirSync(beside);
    const refused = await post(witness.address, await log.body(history, 3, 4));
    assert.equal(refused.status, 500);
    assert.ok(!refused.text.includes('—'));
    assert.equal(decodeNote(Buffer.from(await (await fetch(witness.address + path(log))).text())).text.split('\n')[1], '3');
    assert.equal(existsSync(beside), false);
    assert.equal((await post(witness.address, await log.body(history, 3, 4))).status, 200);
    assert.equal(await witness.stop(), 0);
  });

  it('a damaged one is not begun on: exit 7', async () => {
    const store = storeOf('damaged');
    await newKey(store);
    const witness = await runningWitness(store, '--log', log.vkey);
    assert.equal((await post(witness.address, await log.body(history, 0, 3))).status, 200);
    assert.equal(await witness.stop(), 0);
    const file = join(store, 'logs', sha256Hex(log.origin), 'checkpoint');
    const good = readFileSync(file, 'utf8');
    for (const bad of ['', good.slice(0, -5), good.replace('\n3\n', '\n2\n'), good.replace(/— witness.*\n/, '')]) {
      writeFileSync(file, bad);
      await assert.rejects(runningWitness(store, '--log', log.vkey), /exit 7: .*已损坏.*is damaged/);
    }
  });

  it('a key is made once, and one with a passphrase opens with it alone', async () => {
    const store = storeOf('keys');
    const file = join(folder, 'passphrase');
    writeFileSync(file, 'correct horse\n');
    const words = ['--store', store, '--name', 'witness.example/audit', '--passphrase-file', file];
    assert.equal((await runToEnd('keys', 'new', ...words)).code, 0);
    assert.match(readFileSync(join(store, 'witness.key'), 'utf8'), /BEGIN ENCRYPTED PRIVATE KEY/);
    assert.equal((await runToEnd('keys', 'new', ...words)).code, 1);
    await assert.rejects(runningWitness(store, '--log', log.vkey), /exit 2: /);
    const witness = await runningWitness(store, '--log', log.vkey, '--passphrase-file', file);
    assert.equal(await witness.stop(), 0);
    writeFileSync(file, 'another\n');
    await assert.rejects(runningWitness(store, '--log', log.vkey, '--passphrase-file', file), /exit 7: /);
  });

  it('goes on when nobody reads any more what it says', async (t) => {
    const store = storeOf('unheard');
    const program = join(import.meta.dirname, '../../apps/witness/src/main.js');
    const begin = (...words: string[]) => {
      const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
      t.after(() => child.kill('SIGKILL'));
      const ended = Promise.all([once(child, 'exit'), streamText(child.stderr)]).then(([[code], said]) => ({ code, said }));
      return { child, ended };
    };
    const making = begin('keys', 'new', '--store', store, '--name', 'witness.example/audit');
    making.child.stdout.destroy();
    assert.deepEqual(await making.ended, { code: 0, said: '' });
    assert.ok(existsSync(join(store, 'witness.vkey')));

    const witness = begin('run', '--store', store, '--log', log.vkey, '--listen', '127.0.0.1:0');
    const [line] = (await once(createInterface({ input: witness.child.stdout }), 'line')) as [string];
    witness.child.stdout.destroy();
    const address = /http:\S+$/.exec(line)?.[0] as string;
    for (const [old, size] of [
      [0, 3],
      [3, 5],
      [5, 8],
    ] as const)
      assert.equal((await post(address, await log.body(history, old, size))).status, 200);
    witness.child.kill('SIGTERM');
    assert.deepEqual(await witness.ended, { code: 0, said: '' });
  });

  it('a command line with a slip is refused: exit 2', async () => {
    const store = storeOf('slips');
    await newKey(store);
    for (const words of [
      ['walk'],
      ['keys', 'old'],
      ['run', '--store', store],
      ['run', '--store', store, '--log', log.vkey, '--listen', '8091'],
      ['run', '--store', store, '--log', log.vkey, '--once'],
      ['run', '--store', store, '--log', log.vkey.replace('+A', '+B')],
      ['follow', '--store', store, '--log', log.vkey, '--log-url', 'file:///etc'],
      ['follow', '--store', store, '--log', log.vkey, '--log-url', 'http://127.0.0.1:1/', '--every', '0'],
      ['keys', 'new', '--store', storeOf('other'), '--name', 'a name'],
    ]) {
      const { code, said } = await runToEnd(...words);
      assert.equal(code, 2, `${words.join(' ')}: ${said}`);
      assert.match(said, /\p{Script=Han}.*[a-z]/u);
    }
  });
});
