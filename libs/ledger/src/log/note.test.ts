import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { generateSigningKey, signingKeyOf } from '#crypto';
import { decodeCheckpoint, encodeCheckpoint, openCheckpoint, signCheckpoint } from './checkpoint.js';
import type { LogFaultCode } from './faults.js';
import { EMPTY_ROOT } from './hashes.js';
import { decodeNote, encodeNote, encodeSignature, openNote, type NoteSignature } from './note.js';
import { cosignText, noteSignerOf, signNoteText } from './sign-note.js';
import { decodeVerifierKey, encodeVerifierKey, verifierKeyOf } from './verifier-key.js';

const refuses = (run: () => unknown, code: LogFaultCode, what?: string) =>
  assert.throws(run, (error: { name: string; code: string }) => error.name === 'LogFault' && error.code === code, what);
const utf8 = (text: string) => Buffer.from(text, 'utf8');

// golang.org/x/mod/sumdb/note, note_test.go.
const peterKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const enochKey = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const text = `If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n`;
const peterSig = '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const enochSig = '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
// A checkpoint of a running log with cosignatures of running witnesses, and the keys that they publish.
const arche = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
`;
const archeKey = 'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f';
const remoraKey = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2';

const [peter, enoch] = [decodeVerifierKey(peterKey), decodeVerifierKey(enochKey)];
const log = noteSignerOf('example.com/log', 'ed25519', signingKeyOf(Buffer.alloc(32, 1)));
const witness = noteSignerOf('witness.example/w1', 'cosignature', signingKeyOf(Buffer.alloc(32, 2)));

describe('verifier keys', () => {
  it('published ones are read and written as they were', () => {
    for (const one of [peterKey, enochKey, archeKey, remoraKey]) assert.equal(encodeVerifierKey(decodeVerifierKey(one)), one);
    assert.equal(decodeVerifierKey(remoraKey).type, 'cosignature');
    assert.equal(peter.keyHash, 'c74f20a3');
  });

  it('anything else is refused', () => {
    const malformed = [
      '',
      'PeterNeumann',
      peterKey.replace('PeterNeumann', ''),
      peterKey.replace('Peter', 'Peter '),
      peterKey.replace('Peter', 'Peter\u3000'),
      peterKey.replace('Peter', 'Peter\u0085'),
      peterKey.replace('c74f20a3', 'c74f20a4'),
      peterKey.replace('c74f20a3', 'C74F20A3'),
      peterKey.replace('+c74f20a3', ''),
      `${peterKey}=`,
      `${peterKey} `,
      `${peterKey}\n`,
      peterKey.replace('Neumann', 'Neuman'),
      'PeterNeumann+c74f20a3+',
      'rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!',
    ];
    for (const one of malformed) refuses(() => decodeVerifierKey(one), 'key-malformed', one);
    // x/mod: an unknown algorithm, and a key of another length in a spelling that has bits too many; then one of a right spelling.
    refuses(() => decodeVerifierKey('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'), 'key-unsupported');
    const longer = 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==';
    refuses(() => decodeVerifierKey(longer), 'key-malformed');
    refuses(() => decodeVerifierKey(longer.replace('KEY==', 'K')), 'key-unsupported');
    // The identity point: anybody could sign for it.
    const identity = Buffer.concat([Buffer.of(1), Buffer.alloc(31)]).toString('base64');
    refuses(() => verifierKeyOf('a', 'ed25519', identity), 'key-malformed');
    for (const name of ['', 'a b', 'a+b', 'a\tb', 'a\u2028', 'a\ud800']) {
      refuses(() => verifierKeyOf(name, 'ed25519', log.key.publicKey), 'key-malformed', name);
    }
    assert.notEqual(
      verifierKeyOf('a', 'ed25519', log.key.publicKey).keyHash,
      verifierKeyOf('a', 'cosignature', log.key.publicKey).keyHash,
    );
  });
});

describe('signed notes', () => {
  it('of Go verify: known signatures are reported, unknown ones ignored', () => {
    const note = utf8(`${text}\n${peterSig}${enochSig}`);
    assert.deepEqual(
      openNote(note, [peter]).verified.map(({ name }) => name),
      ['PeterNeumann'],
    );
    const both = openNote(note, [enoch, peter]);
    assert.deepEqual(
      both.verified.map(({ key }) => key),
      [peter, enoch],
    );
    assert.equal(both.text, text);
    assert.equal(encodeNote(both), note.toString());
    refuses(() => openNote(note, []), 'note-unsigned');
  });

  it('of which one known signature fails are refused whole, wherever it stands', () => {
    const bad = peterSig.replace('x08go/ZJ', 'x08go/ZK');
    refuses(() => openNote(utf8(`${text}\n${bad}`), [peter]), 'note-signature-wrong');
    refuses(() => openNote(utf8(`${text}\n${enochSig}${bad}`), [peter, enoch]), 'note-signature-wrong');
    refuses(() => openNote(utf8(`${text}\n${peterSig}${bad}`), [peter]), 'note-signature-wrong');
    refuses(() => openNote(utf8(`${text}x\n\n${peterSig}`), [peter]), 'note-signature-wrong');
    // Unknown is the pair of name and hash: neither alone makes a key known.
    openNote(utf8(`${text}\n${bad}${enochSig}`), [enoch]);
    openNote(utf8(`${text}\n${enochSig}${peterSig.replace('PeterNeumann', 'EnochRoot')}`), [peter, enoch]);
    refuses(() => openNote(utf8(`${text}\n${peterSig.replace('PeterNeumann', 'EnochRoot')}`), [peter]), 'note-unsigned');
  });

  it('with a known signature of another length are refused, not ignored', () => {
    const longer = `— PeterNeumann ${Buffer.concat([Buffer.from('c74f20a3', 'hex'), Buffer.alloc(65, 1)]).toString('base64')}\n`;
    const shorter = `— PeterNeumann ${Buffer.concat([Buffer.from('c74f20a3', 'hex'), Buffer.alloc(1)]).toString('base64')}\n`;
    for (const bad of [longer, shorter])
      refuses(() => openNote(utf8(`${text}\n${bad}${enochSig}`), [peter, enoch]), 'note-signature-wrong');
  });

  it('every turned bit of the text or the signature is noticed', () => {
    const note = utf8(`${text}\n${peterSig}`);
    for (let at = 0; at < note.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const turned = Buffer.from(note);
        turned[at] = (turned[at] as number) ^ (1 << bit);
        assert.throws(() => openNote(turned, [peter]), { name: 'LogFault' }, `byte ${at}, bit ${bit}`);
      }
    }
  });

  it('of another form are malformed', () => {
    const bad: (string | Buffer)[] = [
      '',
      '\n',
      text,
      `${text}\n`,
      `${text}\n\n`,
      `${text}\n${peterSig.slice(0, -1)}`,
      `\u0001${text}\n${peterSig}`,
      `${text.replace('\n', '\r\n')}\n${peterSig}`,
      `${text.replace(' ', '\t')}\n${peterSig}`,
      Buffer.concat([Buffer.of(0xff), utf8(`${text}\n${peterSig}`)]),
      `${text}\n${peterSig}Unexpected line.\n`,
      `${text}\n${peterSig}\n`,
      `${text}${peterSig}`,
      `${text}\n${peterSig.replace('PeterNeumann', 'Bad Name')}`,
      `${text}\n${peterSig.replace('PeterNeumann', 'Bad+Name')}`,
      `${text}\n${peterSig.replace('PeterNeumann', 'Bad\u00a0Name')}`,
      `${text}\n${peterSig.replace('PeterNeumann', '')}`,
      `${text}\n${peterSig.replace('— ', '- ')}`,
      `${text}\n${peterSig.replace('— ', '—  ')}`,
      `${text}\n${peterSig.replace('\n', ' \n')}`,
      `${text}\n${peterSig.replace('=\n', '\n')}`,
      // Another spelling of the same bytes: bits that no byte needs.
      `${text}\n${peterSig.replace('AM=\n', 'AN=\n')}`,
      `${text}\n— PeterNeumann AAAAAA==\n`,
      `${text}\n${peterSig.repeat(101)}`,
      `${'x'.repeat(1_000_000)}\n\n${peterSig}`,
    ];
    for (const one of bad) {
      const bytes = typeof one === 'string' ? utf8(one) : one;
      refuses(() => openNote(bytes, [peter]), 'note-malformed', JSON.stringify(bytes.toString().slice(0, 200)));
    }
  });

  it('hold blank lines of their own, any characters of people, and a hundred signatures', () => {
    const odd = '\ufeff权链\n\nед è subito sera.\u007f\u0085\n\n\n';
    const signer = signNoteText(odd, log);
    const note = encodeNote({ text: odd, signatures: [signer] });
    assert.equal(openNote(utf8(note), [log.key]).text, odd);
    assert.equal(openNote(utf8(`${text}\n${enochSig.repeat(99)}${peterSig}`), [peter]).verified.length, 1);
    assert.equal(openNote(utf8(`${text}\n${peterSig.repeat(16)}`), [peter]).verified.length, 1);
    for (const bad of ['', 'no line feed', 'a\u0000\n', 'a\r\n', 'a\ud800\n']) {
      refuses(() => encodeNote({ text: bad, signatures: [] }), 'note-malformed', JSON.stringify(bad));
    }
    const signature: NoteSignature = { name: 'a b', keyHash: '00000000', signature: Buffer.alloc(64) };
    refuses(() => encodeSignature(signature), 'note-malformed');
  });

  it('any text that a note can hold comes back, signed and cosigned', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 2 ** 40 }), (words, time) => {
        const own = `${words.replaceAll(/[^ -\u{10ffff}]/gu, '\n')}\n`;
        const note = encodeNote({ text: own, signatures: [signNoteText(own, log), cosignText(own, witness, time)] });
        const opened = openNote(utf8(note), [witness.key, log.key]);
        assert.equal(opened.text, own);
        assert.deepEqual(decodeNote(utf8(note)).signatures, opened.signatures);
        assert.deepEqual(
          opened.verified.map(({ timeSeconds }) => timeSeconds),
          [undefined, time],
        );
      }),
    );
  });
});

describe('cosignatures', () => {
  const body = 'example.com/log\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
  const line = (bytes: Buffer) =>
    `${body}\n— witness.example/w1 ${Buffer.concat([Buffer.from(witness.key.keyHash, 'hex'), bytes]).toString('base64')}\n`;
  const good = Buffer.from(cosignText(body, witness, 1_700_000_000).signature);

  it('of a running witness verify, with their time', () => {
    const opened = openCheckpoint(
      utf8(arche),
      'arche2025h1.staging.ct.transparency.dev',
      [decodeVerifierKey(archeKey)],
      [decodeVerifierKey(remoraKey)],
    );
    assert.equal(opened.size, 1_432_088_532);
    assert.equal(opened.note.signatures.length, 6);
    assert.deepEqual(
      opened.cosignatures.map(({ name, timeSeconds }) => [name, timeSeconds]),
      [['remora.n621.de', 0x6a122120]],
    );
    const other = arche.replace('1432088532', '1432088533');
    refuses(() => openNote(utf8(other), [decodeVerifierKey(remoraKey)]), 'note-signature-wrong');
  });

  it('hold for their time only, and never without one', () => {
    assert.equal(openNote(utf8(line(good)), [witness.key]).verified[0]?.timeSeconds, 1_700_000_000);
    const times = { zero: 0n, next: 1_700_000_001n, huge: 1n << 53n, negative: 1n << 63n };
    for (const [name, time] of Object.entries(times)) {
      const moved = Buffer.from(good);
      moved.writeBigUInt64BE(time);
      refuses(() => openNote(utf8(line(moved)), [witness.key]), 'note-signature-wrong', name);
    }
    refuses(() => openNote(utf8(line(good.subarray(8))), [witness.key]), 'note-signature-wrong');
    refuses(() => openNote(utf8(line(Buffer.concat([good, Buffer.of(0)]))), [witness.key]), 'note-signature-wrong');
    for (const time of [0, -1, 0.5, 2 ** 53]) assert.throws(() => cosignText(body, witness, time));
    assert.throws(() => cosignText(body, log, 1));
    assert.throws(() => signNoteText(body, witness));
  });

  it('a plain signature by the same key is none, and the other way round', () => {
    const key = generateSigningKey();
    const [plain, timed] = [noteSignerOf('both', 'ed25519', key), noteSignerOf('both', 'cosignature', key)];
    const disguised = { ...signNoteText(body, plain), keyHash: timed.key.keyHash };
    refuses(() => openNote(utf8(encodeNote({ text: body, signatures: [disguised] })), [timed.key]), 'note-signature-wrong');
    const naked = { ...cosignText(body, timed, 5), keyHash: plain.key.keyHash };
    refuses(() => openNote(utf8(encodeNote({ text: body, signatures: [naked] })), [plain.key]), 'note-signature-wrong');
  });
});

describe('checkpoints', () => {
  const root = Buffer.alloc(32, 7);
  const head = { size: 20_852_163, root };

  it('come back as they were signed', () => {
    const note = signCheckpoint(head, log);
    assert.match(note, /^example\.com\/log\n20852163\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\n— example\.com\/log /);
    const opened = openCheckpoint(utf8(note), 'example.com/log', [log.key]);
    assert.equal(opened.size, head.size);
    assert.deepEqual(Buffer.from(opened.root), root);
    assert.deepEqual(opened.cosignatures, []);
    assert.equal(
      signCheckpoint({ size: 0, root: EMPTY_ROOT }, log).split('\n')[2],
      '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    );
  });

  it('the examples of C2SP are read', () => {
    for (const [one, size] of [
      ['example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n', 20_852_163],
      ['example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n', 109_482],
      ['go.sum database tree\n3935567\nSapHtgdNCeF00Cx8kqztePV24kgzNg++Xovae42HAMw=\n', 3_935_567],
    ] as const) {
      const checkpoint = decodeCheckpoint(one);
      assert.equal(checkpoint.size, size);
      assert.equal(encodeCheckpoint(checkpoint), one);
    }
    const extended = 'a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\none\ntwo three\n';
    assert.deepEqual(decodeCheckpoint(extended).extensions, ['one', 'two three']);
    assert.equal(encodeCheckpoint(decodeCheckpoint(extended)), extended);
  });

  it('of another form are refused', () => {
    const good = 'a\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
    decodeCheckpoint(good);
    const bad = [
      '',
      '\n',
      good.slice(0, -1),
      `\n${good}`,
      `${good}\n`,
      `${good}\nx\n`,
      `${good}x\n\n`,
      good.replace('7', '07'),
      good.replace('7', '+7'),
      good.replace('7', '-7'),
      good.replace('7', '7.0'),
      good.replace('7', '7 '),
      good.replace('7', '7e1'),
      good.replace('7', '0x7'),
      good.replace('7', '٧'),
      good.replace('7', ''),
      good.replace('7', '9007199254740992'),
      good.replace('7', '18446744073709551616'),
      good.replace('2I=', '2J='),
      good.replace('2I=', '2I'),
      good.replace('2I=', 'I='),
      good.replace('Cs', ' Cs'),
      good.replace('/', '_'),
      'a\n7\n',
      'a\n',
    ];
    for (const one of bad) refuses(() => decodeCheckpoint(one), 'checkpoint-malformed', JSON.stringify(one));
    assert.equal(decodeCheckpoint(good.replace('7', '9007199254740991')).size, Number.MAX_SAFE_INTEGER);
    refuses(() => encodeCheckpoint({ origin: 'a\nb', size: 1, root, extensions: [] }), 'checkpoint-malformed');
    refuses(() => encodeCheckpoint({ origin: 'a', size: 1, root, extensions: [''] }), 'checkpoint-malformed');
    refuses(() => encodeCheckpoint({ origin: 'a', size: -1, root, extensions: [] }), 'checkpoint-malformed');
  });

  it('count only when the log itself signed, under its own name', () => {
    const note = signCheckpoint(head, log);
    const own = encodeCheckpoint({ origin: 'example.com/log', ...head, extensions: [] });
    refuses(() => openCheckpoint(utf8(note), 'example.com/other', [log.key]), 'note-unsigned');
    const otherName = noteSignerOf('example.com/other', 'ed25519', signingKeyOf(Buffer.alloc(32, 1)));
    const lent = encodeNote({ text: own, signatures: [signNoteText(own, otherName)] });
    refuses(() => openCheckpoint(utf8(lent), 'example.com/log', [otherName.key]), 'note-unsigned');
    refuses(() => openCheckpoint(utf8(lent), 'example.com/other', [otherName.key]), 'checkpoint-origin-other');
    const onlyWitness = encodeNote({ text: own, signatures: [cosignText(own, witness, 9)] });
    refuses(() => openCheckpoint(utf8(onlyWitness), 'example.com/log', [log.key], [witness.key]), 'note-unsigned');
    const wrongEmpty = signCheckpoint({ size: 0, root }, log);
    refuses(() => openCheckpoint(utf8(wrongEmpty), 'example.com/log', [log.key]), 'checkpoint-malformed');
    refuses(
      () => openCheckpoint(utf8(encodeNote({ text, signatures: [signNoteText(text, log)] })), 'example.com/log', [log.key]),
      'checkpoint-malformed',
    );
  });

  it('a log whose key changed is known by either key', () => {
    const next = noteSignerOf('example.com/log', 'ed25519', signingKeyOf(Buffer.alloc(32, 3)));
    for (const signer of [log, next]) openCheckpoint(utf8(signCheckpoint(head, signer)), 'example.com/log', [next.key, log.key]);
    const own = encodeCheckpoint({ origin: 'example.com/log', ...head, extensions: [] });
    const both = encodeNote({ text: own, signatures: [signNoteText(own, next), signNoteText(own, log)] });
    assert.equal(openCheckpoint(utf8(both), 'example.com/log', [next.key, log.key]).note.verified.length, 2);
  });
});
