import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signingKeyOf } from '#crypto';
import { openAddCheckpointReply } from './add-checkpoint.js';
import { encodeSignature } from './note.js';
import { meetsEveryQuorum, reachesQuorum, type LogPolicy } from './policy.js';
import { cosignText, noteSignerOf } from './sign-note.js';

const signers = Array.from({ length: 7 }, (_, i) =>
  noteSignerOf(`witness.example/${i}`, 'cosignature', signingKeyOf(Buffer.alloc(32, i + 1))),
);
const names = signers.map((_, i) => `w${i}`);
const witnesses = signers.map(({ key }, i) => ({ name: `w${i}`, key, url: `http://127.0.0.1:1/${i}/` }));
const keysOf = (mask: number) => signers.filter((_, i) => mask & (1 << i)).map(({ key }) => key);

test('of n witnesses of which k are asked for, n − k + 1 have one of every quorum among them, and fewer have not', () => {
  for (let n = 1; n <= 7; n++) {
    for (let k = 1; k <= n; k++) {
      const groups = [{ name: 'g', threshold: k, members: names.slice(0, n) }];
      const policy: LogPolicy = { logs: [], witnesses: witnesses.slice(0, n), groups, quorum: 'g' };
      for (let mask = 0; mask < 1 << n; mask++) {
        const answering = keysOf(mask);
        assert.equal(meetsEveryQuorum(policy, answering), answering.length >= n - k + 1, `${answering.length} of ${n}, ${k}`);
      }
    }
  }
});

test('in any policy: who answers meets every quorum just when the silent ones are none', () => {
  const groups = [
    { name: 'a', threshold: 2, members: ['w0', 'w1', 'w2'] },
    { name: 'b', threshold: 1, members: ['w3', 'w4'] },
    { name: 'both', threshold: 2, members: ['a', 'b', 'w5'] },
  ];
  const policy: LogPolicy = { logs: [], witnesses, groups, quorum: 'both' };
  for (let mask = 0; mask < 1 << 7; mask++) {
    assert.equal(meetsEveryQuorum(policy, keysOf(mask)), !reachesQuorum(policy, keysOf(~mask & 0x7f)));
  }
  assert.ok(meetsEveryQuorum({ ...policy, quorum: 'none' }, []), 'where nobody needs to cosign nobody needs to answer');
});

test('what a witness answers is believed only by its key and over the text that was sent', () => {
  const [own, other] = signers;
  assert.ok(own && other);
  const text = 'quanlian.example/city\n3\nStiHF/S2dI6zkOND1F1cKtf3XT7hla9SbdyPAwu2+FA=\n';
  const line = encodeSignature(cosignText(text, own, 1_770_091_506));
  const open = (status: number, body: string, of = text) =>
    openAddCheckpointReply({ status, body: Buffer.from(body) }, of, own.key);
  const cosigned = open(200, line);
  assert.ok(cosigned?.kind === 'cosigned' && cosigned.cosignature.timeSeconds === 1_770_091_506);
  const foreign = encodeSignature(cosignText(text, other, 1_770_091_506));
  const both = open(200, foreign + line);
  assert.ok(both?.kind === 'cosigned' && both.cosignature.name === own.key.name, 'another line beside it says nothing');
  assert.throws(() => open(200, foreign), /No trusted key/);
  assert.throws(() => open(200, line, text.replace('3', '4')), /is wrong/);
  for (const body of ['', 'ok\n', line.trimEnd(), `${line}\n`]) assert.throws(() => open(200, body), JSON.stringify(body));
  assert.deepEqual(open(409, '12\n'), { kind: 'conflict', size: 12 });
  for (const body of ['12', '012\n', '-1\n', '1e3\n', '12\n\n', ''])
    assert.equal(open(409, body), undefined, JSON.stringify(body));
  for (const status of [400, 403, 404, 422, 500, 201]) assert.equal(open(status, line), undefined);
});
