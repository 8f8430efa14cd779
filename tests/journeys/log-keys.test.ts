import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes } from '#contracts';
import { lawOf } from '#exchange';
import { decodeVerifierKey, encodeTrustRoot, openCheckpoint, type TrustRoot, type VerifierKey } from '#ledger';
import { auditProjections, withClient, type Finding } from '#postgres';
import { departmentCode, foundSmallCity, settled, startExchange, type RunningExchange, type SmallCity } from '#testing';
import { CommandLine } from './command-line.js';

let exchange: RunningExchange;
let city: SmallCity;
let command: CommandLine;
before(async () => {
  exchange = await startExchange({ label: 'log_keys', env: { QUANLIAN_LEDGER_ENTRIES: 'public' } });
  command = new CommandLine(exchange.baseUrl);
  city = await foundSmallCity(exchange);
});
after(async () => {
  command?.remove();
  await exchange?.stop();
});

const refusedWith = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;
const head = () => city.competentHead;

async function verifierKeys(): Promise<VerifierKey[]> {
  const text = await (await fetch(`${exchange.baseUrl}/log/vkey`)).text();
  return text.trimEnd().split('\n').map(decodeVerifierKey);
}

async function findings(): Promise<Finding[]> {
  const found: Finding[] = [];
  const origin = (await verifierKeys())[0]?.name ?? '';
  await withClient(exchange.database.workerUrl, (client) => auditProjections(client, lawOf(origin), (one) => found.push(one)));
  return found;
}

/** The checkpoint of at least this size, opened by these keys. */
async function checkpointFrom(size: number, keys: readonly VerifierKey[]) {
  const origin = keys[0]?.name ?? '';
  for (let tries = 0; tries < 200; tries++, await sleep(50)) {
    const bytes = new Uint8Array(await (await fetch(`${exchange.baseUrl}/log/checkpoint`)).arrayBuffer());
    const opened = openCheckpoint(bytes, origin, keys);
    if (opened.size >= size) return opened;
  }
  throw new Error(`no checkpoint of size ${size} came`);
}

test('a further key of the log signs beside the first; once the first is ended it signs alone, and all that was signed stays', async () => {
  const [first] = await verifierKeys();
  assert.ok(first);
  await assert.rejects(city.providerHead.client.call(routes.nominateLogKey, {}), refusedWith('not-allowed'));

  await command.logIn(head().login, head().password);
  const made = await command.ok<{ id: string; verifierKey: string }>(['--as', head().login, 'log-keys', 'new']);
  const admitted = await head().client.call(routes.proposal, { params: { id: made.id } });
  const both = await verifierKeys();
  assert.equal(both.length, 2);
  assert.deepEqual(both, [decodeVerifierKey(made.verifierKey), first]);
  const signedByBoth = await checkpointFrom((admitted.index ?? 0) + 1, both);
  assert.equal(signedByBoth.note.signatures.length, 2);
  // Who knows only the first still believes it.
  await checkpointFrom((admitted.index ?? 0) + 1, [first]);

  const { items } = await head().client.call(routes.logKeys, {});
  assert.equal(items.length, 2);
  const old = items.find(({ publicKey }) => publicKey === first.publicKey);
  assert.ok(old);
  const end = (keyId: string) =>
    head().client.call(routes.endLogKey, { params: { keyId }, body: { reason: 'rotated', password: head().password } });
  const ended = await settled(head(), await end(old.keyId));
  const [second, ...more] = await verifierKeys();
  assert.ok(second);
  assert.deepEqual(more, []);
  const alone = await checkpointFrom((ended.index ?? 0) + 1, [second]);
  assert.equal(alone.note.signatures.length, 1);
  assert.throws(() => openCheckpoint(Buffer.from(signedByBoth.note.text), first.name, [second]));

  // Who follows the log with the trust root alone knows the new key from the entries about it that the log shows, or from all of them.
  const root = await head().client.call(routes.trustRoot, {});
  await writeFile(command.path('root.json'), encodeTrustRoot(root as TrustRoot));
  const follow = (...more: string[]) =>
    command.run(['verify', '--log', exchange.baseUrl, '--trust', command.path('root.json'), '--json', ...more]);
  for (const more of [['--no-memory'], ['--entries'], []]) {
    const followed = await follow(...more);
    assert.equal(followed.code, 0, followed.out);
    assert.equal(followed.json<{ size: number }>().size, (ended.index ?? 0) + 1);
  }

  // The last one cannot be ended: nobody could sign any more.
  const last = await head().client.call(routes.logKeys, {});
  const inForce = last.items.find(({ endedAt }) => endedAt === undefined);
  const ending = await end(inForce?.keyId ?? '');
  await assert.rejects(settled(head(), ending), /transition-not-allowed/);
  assert.deepEqual(await findings(), []);
});

test('a log key that is lost is replaced: until then nothing is signed, and after it everything goes on', async () => {
  const [lost] = await verifierKeys();
  assert.ok(lost);
  const { items } = await head().client.call(routes.logKeys, {});
  const keyId = items.find(({ endedAt }) => endedAt === undefined)?.keyId ?? '';
  for (const part of ['api', 'worker'] as const) await exchange.kill(part);
  await withClient(exchange.database.url, async (client) => {
    const { rowCount } = await client.query('DELETE FROM office.secret WHERE name = $1', [`log-key:${keyId}`]);
    assert.equal(rowCount, 1);
    await client.query("DELETE FROM office.secret WHERE name IN ('log-key', 'log-key-nominated')");
  });
  for (const part of ['worker', 'api'] as const) await exchange.start(part);
  // Nothing can be promised: what is handed in is refused, and nothing is half-written.
  const code = departmentCode(7);
  const body = { code, name: '示例市水务局', level: 'city', region: '990100', parent: city.codes.competent } as const;
  await assert.rejects(head().client.call(routes.admitDepartment, { body }), refusedWith('log-key-lost'));
  const problem = async () => (await head().client.call(routes.ledgerStatus, {})).sealing.problem?.code;
  assert.equal(await problem(), 'log-key-lost');

  const admitted = await settled(head(), await head().client.call(routes.nominateLogKey, {}));
  const ended = await settled(
    head(),
    await head().client.call(routes.endLogKey, { params: { keyId }, body: { reason: 'lost', password: head().password } }),
  );
  const [found, ...more] = await verifierKeys();
  assert.ok(found);
  assert.deepEqual(more, []);
  const checkpoint = await checkpointFrom((ended.index ?? 0) + 1, [found]);
  assert.ok(checkpoint.size > (admitted.index ?? 0));
  assert.equal(await problem(), undefined);
  assert.deepEqual(await findings(), []);
});
