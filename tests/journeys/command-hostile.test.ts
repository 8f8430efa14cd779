import { routes, type DepartmentView, type RightView } from '#contracts';
import {
  foundSmallCity,
  granted,
  published,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { CommandLine } from './command-line.js';

type Answer = Record<string, unknown>;

/** A fetch whose JSON answers to some paths are altered on the way: an exchange that cheats. */
function cheating(alter: (path: string, answer: Answer) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.headers.get('content-type')?.includes('json')) return response;
    const answer = (await response.json()) as Answer;
    alter(pathOf(input), answer);
    return new Response(JSON.stringify(answer), { status: response.status, headers: response.headers });
  };
}

function pathOf(input: Parameters<typeof fetch>[0]): string {
  return new URL(input instanceof Request ? input.url : input).pathname;
}

/** A fetch whose downloads go through `wrap`; also tells which ranges were asked for. */
function downloading(wrap: (response: Response, nth: number) => Response | Promise<Response>): {
  fetch: typeof fetch;
  ranges: (string | null)[];
} {
  const ranges: (string | null)[] = [];
  return {
    ranges,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (!pathOf(input).endsWith('/payload') || !response.ok) return response;
      ranges.push(new Headers(init?.headers).get('range'));
      return wrap(response, ranges.length);
    },
  };
}

/** The first bytes of a body, then what becomes of the line. */
function cutAfter(
  response: Response,
  bytes: number,
  then: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void>,
): Response {
  const reader = response.body?.getReader();
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await reader?.read();
      if (!chunk?.value || left <= 0) return then(controller);
      controller.enqueue(chunk.value.subarray(0, left));
      left -= chunk.value.length;
    },
    cancel: () => reader?.cancel(),
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

describe('the command against lines that break and an exchange that cheats', async () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let command: CommandLine;
  let right = '';
  let outputs = 0;
  const csv = villageCsv(120_000);

  const usedPulls = async () => (await city.requester.client.call(routes.right, { params: { id: right } })).used.pulls;
  const pullLine = (name: string, ...more: string[]) => [
    '--as',
    'requester',
    'pull',
    right,
    '-o',
    command.path(name),
    '--identity',
    command.path('identity.txt'),
    ...more,
  ];
  const freshName = () => `out-${++outputs}.csv`;

  before(async () => {
    exchange = await startExchange({ label: 'command-hostile' });
    city = await foundSmallCity(exchange);
    command = new CommandLine(exchange.baseUrl);
    for (const person of [city.requester, city.requesterHead, city.competentHead, city.supervisor])
      await command.logIn(person.login, person.password);
    writeFileSync(command.path('identity.txt'), `${city.identities[0]}\n`, { mode: 0o600 });
    right = await granted(city, await published(city, villageEntry(), csv));
  });
  after(async () => {
    command?.remove();
    await exchange?.stop();
  });

  test('a line that breaks is taken up where it broke, and one pull is counted', async () => {
    const before = await usedPulls();
    const { fetch: breaking, ranges } = downloading((response, nth) =>
      nth <= 2 ? cutAfter(response, 100_000, (controller) => controller.error(new TypeError('terminated'))) : response,
    );
    const name = freshName();
    const ran = await command.run(pullLine(name), { fetch: breaking });
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(ranges, [null, 'bytes=100000-', 'bytes=200000-']);
    assert.equal(readFileSync(command.path(name), 'utf8').split('\n').length, 12_002);
    assert.equal(await usedPulls(), before + 1);
  });

  test('a body that ends early without an error is not taken for whole', async () => {
    const { fetch: short, ranges } = downloading((response, nth) =>
      nth === 1 ? cutAfter(response, 70_000, (controller) => controller.close()) : response,
    );
    const ran = await command.run(pullLine(freshName()), { fetch: short });
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(ranges, [null, 'bytes=70000-']);
  });

  test('interrupted at any step, the same command goes on with the same delivery', async () => {
    const before = await usedPulls();
    const name = freshName();
    const interrupts: ((path: string, method: string) => boolean)[] = [
      (path, method) => method === 'POST' && path.endsWith('/pulls'),
      (path) => path.includes('/deliveries/') && !path.endsWith('/payload'),
      (path) => path.endsWith('/trail'),
      (path) => path.endsWith('/key'),
      (path) => path.endsWith('/receipt'),
    ];
    for (const isPoint of interrupts) {
      const interruption = new AbortController();
      const ran = await command.run(pullLine(name), {
        signal: interruption.signal,
        fetch: async (input, init) => {
          // The exchange has the call, the command never sees the answer.
          const response = await fetch(input, { ...init, signal: null });
          if (isPoint(pathOf(input), init?.method ?? 'GET')) interruption.abort();
          interruption.signal.throwIfAborted();
          return response;
        },
      });
      assert.equal(ran.code, 130, ran.err);
      assert.match(ran.err, /Run the same command again/);
    }
    const { fetch: stopping } = downloading((response) => response);
    const last = await command.run(pullLine(name), { fetch: stopping });
    assert.equal(last.code, 0, last.err);
    assert.match(last.err, /Going on with the pull/);
    assert.equal(await usedPulls(), before + 1);
    assert.equal(readFileSync(command.path(name), 'utf8').split('\n').length, 12_002);
  });

  test('an altered payload is named before anything is decrypted, and leaves no rows', async () => {
    const { fetch: altering } = downloading(async (response) => {
      const bytes = new Uint8Array(await response.arrayBuffer());
      bytes[50_000] = (bytes[50_000] ?? 0) ^ 1;
      return new Response(bytes, { status: response.status, headers: response.headers });
    });
    const name = freshName();
    const ran = await command.run(pullLine(name), { fetch: altering });
    assert.equal(ran.code, 4);
    assert.match(ran.err, /\[digest-mismatch\]/);
    assert.ok(!existsSync(command.path(name)) && !existsSync(command.path(`${name}.age`)));
    const honest = await command.run(pullLine(name));
    assert.equal(honest.code, 0, honest.err);
  });

  test('an exchange whose plain answers differ from what is sealed is caught by the signature', async () => {
    const forged = await command.run(pullLine(freshName()), {
      fetch: cheating((path, answer) => {
        if (!path.endsWith('/trail')) return;
        for (const entry of answer['items'] as { type: string; statement: { body: Record<string, unknown> } }[])
          if (entry.type === 'delivery.prepared') entry.statement.body['rows'] = 12_000_000;
      }),
    });
    assert.equal(forged.code, 4);
    assert.match(forged.err, /\[bad-signature\]|\[signature-wrong\]/);
    const hidden = await command.run(pullLine(freshName()), {
      fetch: cheating((path, answer) => {
        if (path.endsWith('/trail')) answer['items'] = [];
      }),
    });
    assert.equal(hidden.code, 4);
    assert.match(hidden.err, /\[not-sealed\]/);
  });

  test('another trust root than the pinned one is refused, and one obtained elsewhere can be pinned', async () => {
    const pinned = await command.ok<{ pinned: string }>(['--as', 'requester', 'trust-root']);
    assert.equal(pinned.pinned, 'exchange');
    const other = await command.run(['--as', 'requester', 'trust-root'], {
      fetch: cheating((path, answer) => {
        if (path.endsWith('/trust-root')) answer['origin'] = 'quanlian.other/1';
      }),
    });
    assert.equal(other.code, 4);
    assert.match(other.err, /\[trust-root-differs\]/);
    await command.ok(['--as', 'requester', 'trust-root', '-o', command.path('root.json')]);
    assert.equal((await command.ok<{ pinned: string }>(['trust-root', '--pin', command.path('root.json')])).pinned, 'file');
  });

  test('an identity that is not the department’s stops the pull before it counts', async () => {
    const before = await usedPulls();
    await command.ok(['keys', 'recipient', '--out', command.path('stranger.txt')]);
    const line = pullLine(freshName()).map((word) =>
      word === command.path('identity.txt') ? command.path('stranger.txt') : word,
    );
    const ran = await command.run(line);
    assert.equal(ran.code, 1);
    assert.match(ran.err, /\[identity-not-recipient\]/);
    assert.equal(await usedPulls(), before);
  });

  describe('when the department holds its own key', () => {
    const head = ['--as', 'requester-head'];
    const withKey = { env: { QUANLIAN_KEY_PASSPHRASE: 'a long passphrase' } };
    const approve = (id: string) =>
      command.ok(['--as', 'head', 'inbox', 'approve', id, '--yes'], { env: { QUANLIAN_PASSWORD: city.competentHead.password } });

    test('a new key is nominated with proof of possession, admitted, and takes the place of the old one', async () => {
      const key = await command.ok<{ keyId: string }>(
        [...head, 'keys', 'new', '--out', command.path('own.pem'), '--passphrase'],
        {
          env: { QUANLIAN_KEY_PASSPHRASE: 'a long passphrase' },
        },
      );
      assert.equal(statSync(command.path('own.pem')).mode & 0o777, 0o600);
      assert.match(readFileSync(command.path('own.pem'), 'utf8'), /BEGIN ENCRYPTED PRIVATE KEY/);
      const nominated = await command.ok<{ id: string }>([...head, 'keys', 'nominate', command.path('own.pem')], withKey);
      await approve(nominated.id);
      const { keys } = await command.ok<DepartmentView>([...head, 'keys', 'list']);
      const old = keys.find((one) => one.custody === 'exchange' && one.endedAt === undefined);
      assert.ok(old);
      const ended = await command.ok<{ id: string }>([...head, 'keys', 'end', old.keyId.slice(0, 8), '--reason', 'rotated']);
      // The old key is the department's own affair: the new one signs its end.
      await command.ok([...head, 'inbox', 'sign', ended.id, '--key', command.path('own.pem'), '--yes'], withKey);
      const now = await command.ok<DepartmentView>([...head, 'keys', 'list']);
      assert.deepEqual(
        now.keys.filter((one) => one.endedAt === undefined).map((one) => [one.keyId, one.custody]),
        [[key.keyId, 'department']],
      );
    });

    test('a pull and its receipt are signed on this side', async () => {
      const name = freshName();
      const none = await command.run(pullLine(name), { env: { QUANLIAN_KEY_PASSPHRASE: 'wrong' } });
      assert.equal(none.code, 1);
      assert.match(none.err, /\[wrong-passphrase\]/);
      const ran = await command.run(pullLine(name, '--key', command.path('own.pem')), withKey);
      assert.equal(ran.code, 0, ran.err);
      const exported = await command.run(['--as', 'supervisor', 'export', '-o', command.path('ledger.ndjson')]);
      assert.equal(exported.code, 0, exported.err);
      const verified = await command.ok<{ exchangeCustody: { department: string }[] }>([
        'verify',
        command.path('ledger.ndjson'),
        '--trust',
        command.path('root.json'),
      ]);
      assert.ok(!verified.exchangeCustody.some((one) => one.department === city.codes.requester));
    });

    test('a statement that says something else than was asked is never signed', async () => {
      const cheats: [string, (statement: { body: Record<string, unknown>; id: string }) => void][] = [
        ['other rows', ({ body }) => (body['rows'] = { op: '=', item: 'provinceCode', value: '11' })],
        ['another right', ({ body }) => (body['right'] = '0'.repeat(32))],
        ['another purpose', ({ body }) => (body['purpose'] = { basis: '0'.repeat(64), scenario: '1'.repeat(64) })],
        ['another id', (statement) => (statement.id = 'f'.repeat(32))],
      ];
      for (const [what, alter] of cheats) {
        let signatures = 0;
        const cheat = cheating((path, answer) => {
          if (path.endsWith('/pulls'))
            alter((answer['proposal'] as { statement: { body: Record<string, unknown>; id: string } }).statement);
        });
        const ran = await command.run(pullLine(freshName(), '--key', command.path('own.pem')), {
          ...withKey,
          fetch: (input, init) => {
            if (pathOf(input).endsWith('/signature')) signatures++;
            return cheat(input, init);
          },
        });
        assert.equal(ran.code, 4, `${what}: ${ran.err}`);
        assert.match(ran.err, /\[not-as-asked\]/, what);
        assert.equal(signatures, 0, what);
      }
    });

    test('inbox sign shows and checks what it signs: ledger, issuer, key and texts', async () => {
      const asked = await command.ok<{ id: string }>([
        '--as',
        'requester',
        'uses',
        'record',
        right,
        'use',
        '--text',
        '用于低保核对。',
      ]);
      const line = [...head, 'inbox', 'sign', asked.id, '--key', command.path('own.pem')];
      const cheats: [RegExp, (proposal: { statement: Answer; texts: Record<string, { text: string }> }) => void][] = [
        [/\[wrong-origin\]/, ({ statement }) => (statement['origin'] = 'quanlian.other/1')],
        [/\[wrong-issuer\]/, ({ statement }) => (statement['issuer'] = city.codes.provider)],
        [/\[other-key\]/, ({ statement }) => (statement['keyId'] = '0'.repeat(32))],
        [/\[not-what-was-shown\]/, ({ statement }) => (statement['id'] = '0'.repeat(32))],
        [/\[commitment-differs\]/, ({ texts }) => Object.values(texts).forEach((one) => (one.text = '另一段文字'))],
        [/\[statement-malformed\]/, ({ statement }) => (statement['extra'] = 1)],
      ];
      for (const [expected, alter] of cheats) {
        const fetch = cheating((path, answer) => {
          if (path.endsWith(asked.id)) alter(answer as unknown as Parameters<typeof alter>[0]);
        });
        const ran = await command.run([...line, '--yes'], { ...withKey, fetch });
        assert.notEqual(ran.code, 0);
        assert.match(ran.err, expected);
      }
      const unconfirmed = await command.run(line, withKey);
      assert.equal(unconfirmed.code, 2);
      assert.match(unconfirmed.out, /Record +用于低保核对。/);
      const signed = await command.ok<{ state: string }>([...line, '--yes'], withKey);
      assert.equal(signed.state, 'sealed');
    });
  });

  test('terminated while it is downloaded: the command says so and leaves no rows', async () => {
    const name = freshName();
    const view = await city.requester.client.call(routes.right, { params: { id: right } });
    const { fetch: ending } = downloading((response, nth) =>
      nth === 1
        ? cutAfter(response, 65_536, async (controller) => {
            await terminate(city, view);
            controller.error(new TypeError('terminated'));
          })
        : response,
    );
    const ran = await command.run(pullLine(name, '--key', command.path('own.pem')), {
      env: { QUANLIAN_KEY_PASSPHRASE: 'a long passphrase' },
      fetch: ending,
    });
    assert.equal(ran.code, 1, ran.err);
    assert.match(ran.err, /\[right-terminated\]/);
    assert.ok(!existsSync(command.path(name)));
  });
});

async function terminate(city: SmallCity, right: RightView): Promise<void> {
  const { providerHead } = city;
  const proposal = await providerHead.client.call(routes.terminateRight, {
    params: { id: right.id },
    body: { code: 'misuse', reason: '超范围使用。', article: '第二十七条', password: providerHead.password },
  });
  let { state } = proposal;
  while (state === 'awaiting-seal')
    ({ state } = await providerHead.client.call(routes.proposal, { params: { id: proposal.id } }));
  assert.equal(state, 'sealed');
}
