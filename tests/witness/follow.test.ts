import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Hex } from '#crypto';
import { checkConsistency, decodeVerifierKey, encodeTrustRoot, openCheckpoint, signCheckpoint, type TrustRoot } from '#ledger';
import { History, post, runningWitness, runToEnd, SampleLog, staticServer } from './sample-log.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-follow-'));
const servers: { close(): Promise<unknown> }[] = [];
after(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

const log = new SampleLog('quanlian.example/city');
const honest = new History('honest', 70_000);
/** The same log's other face: one and the same until entry 500. */
const lying = new History('lying', 70_000, 500);

/** A witness's store and a log that it follows, served by any web server. */
async function scene(name: string) {
  const store = join(folder, name);
  const files = join(folder, `${name}-log`);
  mkdirSync(files);
  const { code, said } = await runToEnd('keys', 'new', '--store', store, '--name', 'witness.example/audit');
  assert.equal(code, 0, said);
  const server = await staticServer(files);
  servers.push(server);
  const words = ['--store', store, '--log', log.vkey, '--log-url', server.url];
  return {
    store,
    files,
    url: server.url,
    key: decodeVerifierKey(said.split('\n')[0] as string),
    show: async (history: History, size: number) => {
      rmSync(files, { recursive: true });
      mkdirSync(files);
      await log.publish(files, history, size);
    },
    look: async () => {
      const { code, said } = await runToEnd('follow', '--once', '--every', '1', ...words);
      return { code, said, found: said.split('\n').at(-1) };
    },
    last: () => readFileSync(join(store, 'logs', sha256Hex(log.origin), 'checkpoint')),
    alarms: () => readdirSync(join(store, 'alarms')),
    evidence: (id: string, file: string) => readFileSync(join(store, 'alarms', id, file)),
    acknowledge: (id: string) => runToEnd('acknowledge', id, '--store', store, '--by', '王', '--why', 'looked'),
  };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const headIn = (bytes: Uint8Array) => openCheckpoint(bytes, log.origin, [log.signer.key]);

describe('a witness that follows an honest log', () => {
  let at: Scene;
  before(async () => {
    at = await scene('honest');
  });

  for (const [size, found] of [
    [300, 'cosigned'],
    [300, 'unchanged'],
    [511, 'cosigned'],
    [70_000, 'cosigned'],
    [600, 'behind'],
    [70_000, 'unchanged'],
  ] as const) {
    it(`${found} at size ${size}`, async () => {
      // A cache that shows an older checkpoint has the tiles all the same.
      await at.show(honest, Math.max(size, found === 'behind' ? 70_000 : 0));
      writeFileSync(join(at.files, 'checkpoint'), await log.checkpoint(honest, size));
      const looked = await at.look();
      assert.deepEqual([looked.code, looked.found], [0, found]);
      const kept = openCheckpoint(at.last(), log.origin, [log.signer.key], [at.key]);
      assert.equal(kept.size, found === 'behind' ? 70_000 : size);
      assert.equal(kept.cosignatures.length, 1);
    });
  }

  it('what the log did not sign is no alarm and is not cosigned: exit 3', async () => {
    const kept = at.last();
    for (const checkpoint of [
      await new SampleLog(log.origin, 9).checkpoint(honest, 70_000),
      (await log.checkpoint(honest, 70_000)).replace('\n70000\n', '\n69999\n'),
      'not found, sorry\n',
      signCheckpoint(await honest.head(5), new SampleLog('quanlian.example/another').signer),
    ]) {
      writeFileSync(join(at.files, 'checkpoint'), checkpoint);
      assert.equal((await at.look()).code, 3);
    }
    rmSync(join(at.files, 'checkpoint'));
    assert.equal((await at.look()).code, 3);
    assert.deepEqual(at.last(), kept);
    assert.throws(() => at.alarms(), { code: 'ENOENT' });
  });
});

describe('promise 4: a log that shows another history', () => {
  for (const [how, size] of [
    ['at the same size', 600],
    ['at a larger size', 70_000],
    ['at a smaller size, with the tiles of the honest one', 550],
  ] as const) {
    it(`is found ${how}: exit 4, with evidence that anyone can check, and not followed until a person looked`, async () => {
      const at = await scene(`fork-${size}`);
      await at.show(honest, 600);
      assert.equal((await at.look()).found, 'cosigned');
      const kept = at.last();
      if (size > 550) await at.show(lying, size);
      else writeFileSync(join(at.files, 'checkpoint'), await log.checkpoint(lying, size));
      const { code, said } = await at.look();
      assert.equal(code, 4, said);
      assert.match(said, /警报.*ALARM/);
      assert.deepEqual(at.last(), kept);

      const [id = '', ...more] = at.alarms();
      assert.deepEqual(more, []);
      assert.match(id, /^fork-/);
      // From the files alone and the log's key: two signed heads, and that they are not one history.
      const [last, shown] = [headIn(at.evidence(id, 'last-checkpoint')), headIn(at.evidence(id, 'shown-checkpoint'))];
      assert.deepEqual([last.size, shown.size], [600, size]);
      if (size === 600) assert.notDeepEqual(last.root, shown.root);
      else {
        const lines = at.evidence(id, 'consistency-proof').toString().trim().split('\n');
        const proof = lines.map((line) => Buffer.from(line, 'base64'));
        const [older, newer] = size > 600 ? [last, shown] : [shown, last];
        assert.throws(() => checkConsistency(older, newer, proof), { code: 'consistency-wrong' });
        // The proof itself is a good one, of the history to which the newer head belongs.
        checkConsistency(await (size > 600 ? lying : honest).head(older.size), newer, proof);
      }

      // Not even the honest log is followed before somebody looked; that done, only the honest one is.
      await at.show(honest, 700);
      const waiting = await at.look();
      assert.deepEqual([waiting.code, at.last()], [4, kept]);
      assert.match(waiting.said, new RegExp(`尚无人确认.*acknowledge ${id}`));
      assert.match((await runToEnd('alarms', '--store', at.store)).said, new RegExp(`^${id}\t.*open`));
      assert.equal((await at.acknowledge(id)).code, 0);
      assert.equal((await at.acknowledge(id)).code, 1);
      await at.show(lying, 70_000);
      assert.equal((await at.look()).code, 4);
      const [again = ''] = at.alarms().filter((one) => one !== id);
      assert.equal((await at.acknowledge(again)).code, 0);
      await at.show(honest, 700);
      assert.equal((await at.look()).found, 'cosigned');
    });
  }
});

describe('promise 4: a log that does not show what it promised', () => {
  for (const how of ['missing', 'wrong'] as const) {
    it(`its tiles are ${how} for three looks: exit 4, withheld`, async () => {
      const at = await scene(how);
      await at.show(honest, 600);
      assert.equal((await at.look()).found, 'cosigned');
      await at.show(honest, 700);
      const tile = 'tile/0/002.p/188';
      if (how === 'missing') rmSync(join(at.files, tile));
      else writeFileSync(join(at.files, tile), Buffer.alloc(188 * 32));
      const { code, said } = await at.look();
      assert.equal(code, 4, said);
      const [id = ''] = at.alarms();
      assert.match(id, /^withheld-/);
      if (how === 'wrong') assert.deepEqual(at.evidence(id, tile), Buffer.alloc(188 * 32));
      assert.equal((await at.acknowledge(id)).code, 0);
      await at.show(honest, 700);
      assert.equal((await at.look()).found, 'cosigned');
    });
  }

  it('it is shorter than before, as from an old backup: exit 4, shrank', async () => {
    const at = await scene('shrank');
    await at.show(honest, 600);
    assert.equal((await at.look()).found, 'cosigned');
    await at.show(honest, 300);
    assert.equal((await at.look()).code, 4);
    assert.match(at.alarms()[0] ?? '', /^shrank-/);
  });
});

describe('a witness that was given a file of keys', () => {
  it('reads it again when it changed: a key that was added counts, one that was taken away does not', async () => {
    const at = await scene('file');
    const next = new SampleLog(log.origin, 2);
    const file = join(folder, 'keys.vkey');
    writeFileSync(file, `${log.vkey}\n`);
    const witness = await runningWitness(at.store, '--log', file);
    const asked = async (by: SampleLog, old: number, size: number) =>
      (await post(witness.address, await by.body(honest, old, size))).status;
    assert.deepEqual([await asked(next, 0, 5), await asked(log, 0, 5)], [403, 200]);
    writeFileSync(file, `${next.vkey}\n${log.vkey}\n`);
    assert.deepEqual([await asked(next, 5, 6), await asked(log, 6, 7)], [200, 200]);
    writeFileSync(file, 'nonsense\n');
    assert.equal(await asked(log, 7, 8), 200);
    assert.ok(witness.lines.some((line) => line.includes('nonsense')));
    writeFileSync(file, `${next.vkey}\n`);
    assert.deepEqual([await asked(log, 8, 9), await asked(next, 8, 9)], [403, 200]);
    assert.equal(await witness.stop(), 0);
  });
});

describe('a witness that answers and follows', () => {
  it('takes the log’s key from the trust root, follows, raises the alarm, and goes on answering', async () => {
    const at = await scene('both');
    const key = { keyId: sha256Hex('x').slice(0, 32), publicKey: log.signer.key.publicKey };
    const root: TrustRoot = {
      v: 1,
      origin: log.origin,
      competent: { ...key, department: '11990000MB0000000J' },
      exchangeKey: key,
      logKey: key,
      inForce: 'durable',
    };
    const file = join(folder, 'root.json');
    writeFileSync(file, encodeTrustRoot(root));
    await at.show(honest, 600);
    const witness = await runningWitness(at.store, '--log', file, '--log-url', at.url, '--every', '1');
    const said = async (pattern: RegExp): Promise<void> => {
      for (const begun = Date.now(); !witness.lines.some((line) => pattern.test(line)); await sleep(20)) {
        assert.ok(Date.now() - begun < 20_000, witness.lines.join('\n'));
      }
    };
    await said(/at size 600\./);
    await at.show(lying, 700);
    await said(/ALARM/);
    await said(/follows no longer/);
    const response = await fetch(`${witness.address}/${sha256Hex(log.origin)}/checkpoint`);
    assert.equal(headIn(Buffer.from(await response.text())).size, 600);
    assert.equal(await witness.stop(), 0);
  });
});
