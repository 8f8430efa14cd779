import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signingKeyOf } from '#crypto';
import { leafHash } from '../entry.js';
import { encodeCheckpoint, signCheckpoint } from './checkpoint.js';
import type { LogFaultCode } from './faults.js';
import { HashesInMemory } from './hashes-in-memory.js';
import { decodeLogProof, encodeLogProof, openLogProof, openWitnessed } from './log-proof.js';
import { encodeNote, encodeSignature } from './note.js';
import { decodePolicy, encodePolicy, reachesQuorum, type LogPolicy } from './policy.js';
import { proveInclusion, readRoot } from './prove.js';
import { cosignText, noteSignerOf, signNoteText } from './sign-note.js';
import { encodeVerifierKey, verifierKeyOf } from './verifier-key.js';

const refuses = (run: () => unknown, code: LogFaultCode, what?: string) =>
  assert.throws(run, (error: { name: string; code: string }) => error.name === 'LogFault' && error.code === code, what);
const utf8 = (text: string) => Buffer.from(text, 'utf8');

const log = noteSignerOf('example.com/log', 'ed25519', signingKeyOf(Buffer.alloc(32, 1)));
const witnesses = [2, 3, 4, 5, 6, 7].map((seed) =>
  noteSignerOf(`witness.example/w${seed}`, 'cosignature', signingKeyOf(Buffer.alloc(32, seed))),
);
const logKey = encodeVerifierKey(log.key);
const [x1 = '', x2 = '', x3 = '', y1 = '', y2 = '', y3 = ''] = witnesses.map(({ key }) => encodeVerifierKey(key));

// The example of C2SP tlog-policy, with keys where the page leaves them out.
const example = `log ${logKey}

witness X1 ${x1}
witness X2 ${x2}
witness X3 ${x3}
group X-witnesses 2 X1 X2 X3

witness Y1 ${y1}
witness Y2 ${y2}
witness Y3 ${y3}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

describe('policies', () => {
  it('the example of C2SP means what its page says, for every set of witnesses', () => {
    const policy = decodePolicy(utf8(example));
    assert.deepEqual(
      policy.groups.map(({ name, threshold }) => [name, threshold]),
      [
        ['X-witnesses', 2],
        ['Y-witnesses', 1],
        ['X-and-Y', 2],
      ],
    );
    for (let set = 0; set < 64; set++) {
      const cosigners = witnesses.filter((_, i) => set & (1 << i)).map(({ key }) => key);
      const [x, y] = [set & 7, set >> 3].map((bits) => bits.toString(2).replaceAll('0', '').length) as [number, number];
      assert.equal(reachesQuorum(policy, cosigners), x >= 2 && y >= 1, String(set));
    }
  });

  it('come back as they were written', () => {
    const policy = decodePolicy(utf8(example));
    assert.deepEqual(decodePolicy(utf8(encodePolicy(policy))), policy);
    const chinese = `log ${logKey} https://日志.example/log\nwitness 审计局 ${x1} https://w.example/\ngroup 见证 1 审计局\nquorum 见证\n`;
    assert.equal(encodePolicy(decodePolicy(utf8(chinese))), chinese);
    refuses(() => encodePolicy({ ...policy, quorum: 'nobody' }), 'policy-malformed');
    refuses(() => encodePolicy({ ...policy, logs: [{ key: log.key, url: 'a b' }] }), 'policy-malformed');
  });

  it('one witness, nobody, and keywords as names are policies', () => {
    const only = decodePolicy(utf8(`witness w1 ${x1}\nquorum w1\n`));
    const keys = witnesses.map(({ key }) => key);
    assert.ok(reachesQuorum(only, keys.slice(0, 1)) && !reachesQuorum(only, keys.slice(1)) && !reachesQuorum(only, []));
    const none = decodePolicy(utf8('quorum none\n'));
    assert.deepEqual(none, { logs: [], witnesses: [], groups: [], quorum: 'none' });
    assert.ok(reachesQuorum(none, []));
    const odd = decodePolicy(utf8(`witness all ${x1}\nwitness any ${x2}\ngroup group 2 all any\nquorum group\n`));
    assert.ok(reachesQuorum(odd, keys.slice(0, 2)) && !reachesQuorum(odd, keys.slice(0, 1)));
    const spaced = `\n# comment \u00ff\n\t # another\n\twitness \t w1  ${x1}   https://w1.example/  \n\n  quorum\tw1\n`;
    assert.equal(decodePolicy(Buffer.from(spaced, 'latin1')).witnesses[0]?.url, 'https://w1.example/');
    // A witness that cosigned by another name with the same key is that witness.
    const renamed = verifierKeyOf('elsewhere.example', 'cosignature', keys[0]?.publicKey ?? '');
    assert.ok(reachesQuorum(only, [renamed]));
  });

  it('anything else is refused', () => {
    const cases: Record<string, string> = {
      'a control character': 'quorum none\n\u0001\n',
      'a carriage return': 'quorum none\r\n',
      'a delete character': 'quorum none\n#\u007f\n',
      'a word unknown': 'quibble w1\nquorum none\n',
      'a comment behind words': `witness w1 ${x1} https://w1.example/ # comment\nquorum w1\n`,
      'a log without a key': 'log\nquorum none\n',
      'a log with a witness key': `log ${x1}\nquorum none\n`,
      'a log twice': `log ${logKey}\nlog ${logKey} https://log.example/\nquorum none\n`,
      'a witness without a key': 'witness w1\nquorum none\n',
      'a witness with a log key': `witness w1 ${logKey}\nquorum w1\n`,
      'a witness named none': `witness none ${x1}\nquorum none\n`,
      'a witness name twice': `witness w1 ${x1}\nwitness w1 ${x2}\nquorum w1\n`,
      'a group named as a witness': `witness w1 ${x1}\ngroup w1 any w1\nquorum w1\n`,
      'a group without members': `witness w1 ${x1}\ngroup g1 1\nquorum w1\n`,
      'a group of all of nobody': `witness w1 ${x1}\ngroup g1 all\nquorum w1\n`,
      'a group named none': `witness w1 ${x1}\ngroup none any w1\nquorum none\n`,
      'a threshold of zero': `witness w1 ${x1}\ngroup g1 0 w1\nquorum g1\n`,
      'a threshold below zero': `witness w1 ${x1}\ngroup g1 -1 w1\nquorum g1\n`,
      'a threshold with a zero before it': `witness w1 ${x1}\ngroup g1 01 w1\nquorum g1\n`,
      'a threshold beyond the members': `witness w1 ${x1}\ngroup g1 2 w1\nquorum g1\n`,
      'a member unknown': `witness w1 ${x1}\ngroup g1 any w2\nquorum g1\n`,
      'a member that comes later': `group g1 any w1\nwitness w1 ${x1}\nquorum g1\n`,
      'a group in itself': `witness w1 ${x1}\ngroup g1 any g1\nquorum g1\n`,
      'none as a member': `witness w1 ${x1}\ngroup g1 any none w1\nquorum g1\n`,
      'a member twice': `witness w1 ${x1}\ngroup g1 all w1 w1\nquorum g1\n`,
      'a member of two groups': `witness w1 ${x1}\nwitness w2 ${x2}\ngroup g1 any w1 w2\ngroup g2 any w1\nquorum g1\n`,
      'no quorum': `witness w1 ${x1}\n`,
      nothing: '',
      'two quorums': `witness w1 ${x1}\nquorum w1\nquorum w1\n`,
      'a quorum unknown': 'quorum w1\n',
      'a quorum that comes later': `quorum w1\nwitness w1 ${x1}\n`,
      'a quorum without a name': 'quorum\n',
      'a quorum of two': `witness w1 ${x1}\nwitness w2 ${x2}\nquorum w1 w2\n`,
      'a last line cut off': 'quorum none',
      'the same key by another name': `witness w1 ${x1}\nwitness w2 ${encodeVerifierKey(verifierKeyOf('other.example', 'cosignature', witnesses[0]?.key.publicKey ?? ''))}\nquorum w1\n`,
    };
    for (const [what, text] of Object.entries(cases)) {
      assert.throws(
        () => decodePolicy(utf8(text)),
        ({ name, code }: { name: string; code: string }) => name === 'LogFault' && /^(policy|key)-malformed$/.test(code),
        what,
      );
    }
    refuses(() => decodePolicy(Buffer.from(`witness w\u0080 ${x1}\nquorum none\n`, 'latin1')), 'policy-malformed');
    refuses(() => decodePolicy(Buffer.alloc(65_537, '\n')), 'policy-malformed');
    assert.throws(() => decodePolicy(utf8('quorum none\nwitness w1 x\n')), /line 2/);
  });

  it('32 logs, witnesses and groups are not too many', () => {
    const key = (seed: number, type: 'ed25519' | 'cosignature') =>
      encodeVerifierKey(noteSignerOf(`k${seed}`, type, signingKeyOf(Buffer.alloc(32, seed))).key);
    const lines = Array.from(
      { length: 32 },
      (_, i) => `log ${key(i, 'ed25519')}\nwitness w${i} ${key(i, 'cosignature')}\ngroup g${i} any w${i}\n`,
    );
    assert.equal(decodePolicy(utf8(`${lines.join('')}quorum g31\n`)).groups.length, 32);
  });
});

describe('proofs that stand alone', () => {
  const size = 109;
  const index = 73;
  const leaves = Array.from({ length: size }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
  const tree = new HashesInMemory();
  tree.append(Buffer.concat(leaves));
  const policy = decodePolicy(utf8(example));
  const leaf = leaves[index] as Buffer;

  async function make(cosigners = witnesses.slice(0, 4), signers = [log]): Promise<{ text: string; checkpoint: string }> {
    const head = { size, root: await readRoot(tree, size) };
    const text = encodeCheckpoint({ origin: log.key.name, ...head, extensions: [] });
    const signatures = [
      ...signers.map((one) => signNoteText(text, one)),
      ...cosigners.map((one) => cosignText(text, one, 1_700_000_000)),
    ];
    const checkpoint = encodeNote({ text, signatures });
    return { text: encodeLogProof({ index, hashes: await proveInclusion(tree, index, size), checkpoint }), checkpoint };
  }

  it('come back verbatim, with and without extra data, and open', async () => {
    const { text, checkpoint } = await make();
    assert.ok(text.startsWith('c2sp.org/tlog-proof@v1\nindex 73\n') && text.endsWith(`\n\n${checkpoint}`));
    const opened = openLogProof(utf8(text), leaf, policy);
    assert.equal(opened.index, index);
    assert.equal(opened.checkpoint.size, size);
    assert.equal(opened.checkpoint.cosignatures.length, 4);
    assert.equal(opened.extra, undefined);
    assert.equal(encodeLogProof(decodeLogProof(utf8(text))), text);
    const withExtra = encodeLogProof({ ...decodeLogProof(utf8(text)), extra: utf8('权链') });
    assert.equal(withExtra.split('\n')[1], 'extra 5p2D6ZO+');
    assert.equal(Buffer.from(openLogProof(utf8(withExtra), leaf, policy).extra ?? []).toString(), '权链');
  });

  it('of the only leaf have no hashes', async () => {
    const one = new HashesInMemory();
    one.append(leaf);
    const text = encodeLogProof({ index: 0, hashes: [], checkpoint: signCheckpoint({ size: 1, root: leaf }, log) });
    const signedOnly: LogPolicy = { ...policy, quorum: 'none' };
    assert.equal(openLogProof(utf8(text), leaf, signedOnly).index, 0);
    assert.match(text, /^c2sp\.org\/tlog-proof@v1\nindex 0\n\nexample\.com\/log\n1\n/);
  });

  it('need the quorum, the log, the index, the leaf and every bit', async () => {
    const { text } = await make();
    refuses(() => openLogProof(utf8(text), leaves[1] as Buffer, policy), 'inclusion-wrong');
    refuses(() => openLogProof(utf8(text.replace('index 73', 'index 72')), leaf, policy), 'inclusion-wrong');
    refuses(() => openLogProof(utf8(text.replace('index 73', 'index 109')), leaf, policy), 'position-outside');
    const few = (await make(witnesses.slice(0, 3))).text;
    refuses(() => openLogProof(utf8(few), leaf, policy), 'quorum-missing');
    refuses(() => openLogProof(utf8(text), leaf, { ...policy, logs: [] }), 'note-unsigned');
    const stranger = noteSignerOf('example.com/log', 'ed25519', signingKeyOf(Buffer.alloc(32, 99)));
    refuses(() => openLogProof(utf8(text), leaf, { ...policy, logs: [{ key: stranger.key }] }), 'note-unsigned');
    const bytes = utf8(text);
    // The line of a signature that the policy does not count may be anybody's; all else is bound.
    for (let at = 0; at < bytes.length; at++) {
      const turned = Buffer.from(bytes);
      turned[at] = (turned[at] as number) ^ 1;
      assert.throws(
        () =>
          openLogProof(turned, leaf, {
            ...policy,
            quorum: 'all',
            groups: [{ name: 'all', threshold: 4, members: ['X1', 'X2', 'X3', 'Y1'] }],
          }),
        { name: 'LogFault' },
        `byte ${at}`,
      );
    }
  });

  it('count a witness once, however often it cosigned', async () => {
    const { checkpoint } = await make(witnesses.slice(0, 1));
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
    const again = checkpoint + encodeSignature(cosignText(text, witnesses[0] as (typeof witnesses)[0], 1_800_000_000));
    const two: LogPolicy = { ...policy, groups: [{ name: 'two', threshold: 2, members: ['X1', 'X2'] }], quorum: 'two' };
    refuses(() => openWitnessed(utf8(again), two), 'quorum-missing');
    assert.equal(openWitnessed(utf8(again), { ...two, quorum: 'X1' }).cosignatures.length, 1);
  });

  it('of another form are refused', async () => {
    const { text } = await make();
    const hash = text.split('\n')[2] ?? '';
    // Two bits of a hash's last character belong to no byte.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const bad: Record<string, string> = {
      nothing: '',
      'another first line': text.replace('@v1', '@v2'),
      'a first line with a space': text.replace('@v1', '@v1 '),
      'no index': text.replace('index 73\n', ''),
      'an index with a zero before it': text.replace('index 73', 'index 073'),
      'an index below zero': text.replace('index 73', 'index -73'),
      'an index that is none': text.replace('index 73', 'index x'),
      'two spaces': text.replace('index 73', 'index  73'),
      'an index too large': text.replace('index 73', 'index 9007199254740992'),
      'extra of nothing': text.replace('index', 'extra \nindex'),
      'extra that is not base64': text.replace('index', 'extra !!\nindex'),
      'extra in another spelling': text.replace('index', 'extra AB==\nindex'),
      'extra twice': text.replace('index', 'extra AA==\nextra AA==\nindex'),
      'extra after the index': text.replace('index 73\n', 'index 73\nextra AA==\n'),
      'a hash that is not base64': text.replace(hash, '!!notbase64!!'),
      'a hash of another length': text.replace(hash, Buffer.alloc(64).toString('base64')),
      'a hash in another spelling': text.replace(hash, `${hash.slice(0, 42)}${alphabet[alphabet.indexOf(hash[42] ?? '') + 1]}=`),
      'a space behind a hash': text.replace(hash, `${hash} `),
      'a carriage return': text.replace('\n', '\r\n'),
      'more hashes than any tree is high': text.replace(hash, Array.from({ length: 64 }, () => hash).join('\n')),
      'no checkpoint': text.slice(0, text.indexOf('\n\n') + 2),
      'no blank line': text.replace('\n\n', '\n'),
      'a second blank line': text.replace('\n\n', '\n\n\n'),
    };
    for (const [what, one] of Object.entries(bad)) {
      assert.throws(() => decodeLogProof(utf8(one)), { name: 'LogFault' }, what);
    }
    assert.throws(() => encodeLogProof({ index: -1, hashes: [], checkpoint: signCheckpoint({ size: 1, root: leaf }, log) }), {
      name: 'LogFault',
    });
  });
});
