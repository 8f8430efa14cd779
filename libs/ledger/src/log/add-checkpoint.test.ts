import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signingKeyOf } from '#crypto';
import { leafHash } from '../entry.js';
import {
  decideAddCheckpoint,
  decodeAddCheckpoint,
  refuseMalformed,
  type WitnessDecision,
  type WitnessedCheckpoint,
} from './add-checkpoint.js';
import { encodeCheckpoint, openCheckpoint, signCheckpoint } from './checkpoint.js';
import { EMPTY_ROOT, type TreeHead } from './hashes.js';
import { HashesInMemory } from './hashes-in-memory.js';
import { decodeSignatures, encodeNote, openNote, type NoteSignature } from './note.js';
import { proveConsistency, readRoot } from './prove.js';
import { cosignText, noteSignerOf, signNoteText } from './sign-note.js';
import { verifierKeyOf, type VerifierKey } from './verifier-key.js';

const log = noteSignerOf('example.com/log', 'ed25519', signingKeyOf(Buffer.alloc(32, 1)));
const witness = noteSignerOf('witness.example/w1', 'cosignature', signingKeyOf(Buffer.alloc(32, 2)));
const now = 1_700_000_000;
const tree = new HashesInMemory();
tree.append(Buffer.concat(Array.from({ length: 100 }, (_, i) => leafHash(Buffer.from(`entry ${i}`)))));
const headOf = async (size: number): Promise<TreeHead> => ({ size, root: await readRoot(tree, size) });

/** A witness in memory, as `POST add-checkpoint` answers. */
class Witness {
  readonly keys = new Map<string, readonly VerifierKey[]>([[log.key.name, [log.key]]]);
  readonly last = new Map<string, WitnessedCheckpoint>();

  post(body: string | Uint8Array): WitnessDecision {
    const request = decodeAddCheckpoint(Buffer.from(body as string));
    if (!request) return refuseMalformed();
    const { origin } = request.checkpoint;
    const decision = decideAddCheckpoint(request, this.keys.get(origin), this.last.get(origin), witness, now);
    assert.equal(decision.next !== undefined, decision.answer.status === 200);
    assert.equal(decision.verdict === 'cosigned', decision.answer.status === 200);
    if (decision.next) this.last.set(origin, decision.next);
    return decision;
  }

  /** The status, after checking that a refusal changed nothing. */
  status(body: string | Uint8Array): number {
    const before = new Map(this.last);
    const { status } = this.post(body).answer;
    if (status !== 200) assert.deepEqual(this.last, before);
    return status;
  }
}

const b64 = (hash: Uint8Array) => `${Buffer.from(hash).toString('base64')}\n`;
const bodyOf = (old: number | string, proof: readonly Uint8Array[], note: string) =>
  `old ${old}\n${proof.map(b64).join('')}\n${note}`;
async function step(old: number, size: number): Promise<string> {
  return bodyOf(old, await proveConsistency(tree, old, size), signCheckpoint(await headOf(size), log));
}
const noteOf = (
  head: TreeHead,
  signatures: (text: string) => NoteSignature[],
  origin = log.key.name,
  extensions: string[] = [],
) => {
  const text = encodeCheckpoint({ origin, ...head, extensions });
  return encodeNote({ text, signatures: signatures(text) });
};

describe('a witness', () => {
  it('200: cosigns what goes on from what it knows, and remembers it', async () => {
    const here = new Witness();
    for (const [old, size] of [
      [0, 7],
      [7, 7],
      [7, 8],
      [8, 64],
      [64, 100],
    ] as const) {
      const { answer, verdict, next } = here.post(await step(old, size));
      assert.deepEqual([answer.status, verdict, next?.size], [200, 'cosigned', size]);
      const [line] = decodeSignatures(answer.body);
      assert.deepEqual([line?.name, line?.keyHash], [witness.key.name, witness.key.keyHash]);
      const opened = openCheckpoint(
        Buffer.from(signCheckpoint(await headOf(size), log) + answer.body),
        log.key.name,
        [log.key],
        [witness.key],
      );
      assert.deepEqual(
        opened.cosignatures.map(({ timeSeconds }) => timeSeconds),
        [now],
      );
      // What is served to monitors: the log's signature and the witness's own, nobody else's.
      const kept = openNote(Buffer.from(next?.note ?? ''), [log.key, witness.key]);
      assert.deepEqual([kept.signatures.length, kept.verified.length], [2, 2]);
    }
  });

  it('200: for an empty tree, and from it', async () => {
    const here = new Witness();
    assert.equal(here.status(bodyOf(0, [], signCheckpoint({ size: 0, root: EMPTY_ROOT }, log))), 200);
    assert.equal(here.status(bodyOf(0, [], signCheckpoint({ size: 0, root: EMPTY_ROOT }, log))), 200);
    assert.equal(here.status(await step(0, 5)), 200);
  });

  it('200: ignores signatures of strangers, and leaves them out of what it keeps', async () => {
    const here = new Witness();
    const stranger = noteSignerOf('stranger.example', 'ed25519', signingKeyOf(Buffer.alloc(32, 9)));
    const junk = { name: 'junk', keyHash: '00000000', signature: Buffer.alloc(2_420) };
    const note = noteOf(await headOf(5), (text) => [
      junk,
      signNoteText(text, stranger),
      signNoteText(text, log),
      cosignText(text, witness, 5),
    ]);
    const { answer, next } = here.post(bodyOf(0, [], note));
    assert.equal(answer.status, 200);
    assert.equal(openNote(Buffer.from(next?.note ?? ''), [log.key]).signatures.length, 2);
  });

  it('200: cosigns extension lines with the rest', async () => {
    const note = noteOf(await headOf(5), (text) => [signNoteText(text, log)], log.key.name, ['extension']);
    const { answer } = new Witness().post(bodyOf(0, [], note));
    assert.equal(answer.status, 200);
    assert.equal(openNote(Buffer.from(note + answer.body), [log.key, witness.key]).verified.length, 2);
  });

  it('200: a log whose key changed is known by either', async () => {
    const here = new Witness();
    const next = noteSignerOf(log.key.name, 'ed25519', signingKeyOf(Buffer.alloc(32, 8)));
    here.keys.set(log.key.name, [log.key, next.key]);
    assert.equal(here.status(bodyOf(0, [], signCheckpoint(await headOf(5), next))), 200);
  });

  it('400: what is malformed', async () => {
    const here = new Witness();
    const good = await step(0, 5);
    const note = good.slice(good.indexOf('\n\n') + 2);
    const hash = Buffer.alloc(32).toString('base64');
    const bad: Record<string, string | Buffer> = {
      nothing: '',
      'a line feed': '\n',
      'no old size': `\n${note}`,
      'no note': 'old 0\n\n',
      'a note alone': note,
      'an old size with a zero before it': good.replace('old 0', 'old 00'),
      'an old size of 043210': good.replace('old 0', 'old 043210'),
      'an old size below zero': good.replace('old 0', 'old -1'),
      'an old size with a sign': good.replace('old 0', 'old +0'),
      'an old size that is none': good.replace('old 0', 'old x'),
      'an old size beyond numbers': good.replace('old 0', 'old 18446744073709551616'),
      'two spaces': good.replace('old 0', 'old  0'),
      'a tab': good.replace('old 0', 'old\t0'),
      'a space behind': good.replace('old 0', 'old 0 '),
      'a capital': good.replace('old 0', 'Old 0'),
      'a carriage return': good.replace('old 0\n', 'old 0\r\n'),
      'a hash that is none': good.replace('old 0\n', 'old 0\nxyz\n'),
      'a hash too short': good.replace('old 0\n', `old 0\n${Buffer.alloc(31).toString('base64')}\n`),
      'a hash in another spelling': good.replace('old 0\n', `old 0\n${hash.slice(0, 42)}B=\n`),
      '64 lines of proof': bodyOf(
        0,
        Array.from({ length: 64 }, () => Buffer.alloc(32)),
        note,
      ),
      'a second blank line': good.replace('\n\n', '\n\n\n'),
      'no line feed at the end': good.slice(0, -1),
      'a size with a zero before it': good.replace('\n5\n', '\n05\n'),
      'a root in another spelling': good.replace(/=\n\n—/, 'A\n\n—'),
      'no signature': good.slice(0, good.indexOf('—')),
      'bytes that are no text': Buffer.concat([Buffer.from(good), Buffer.of(0xff)]),
      'an origin that is empty': bodyOf(0, [], note.replace('example.com/log\n', '\n')),
    };
    for (const [what, body] of Object.entries(bad)) assert.equal(here.status(body), 400, what);
    // 63 lines are read; that they prove nothing is another matter.
    assert.equal(
      here.status(
        bodyOf(
          0,
          Array.from({ length: 63 }, () => Buffer.alloc(32)),
          note,
        ),
      ),
      422,
    );
  });

  it('400: an old size beyond the size, on first contact and later', async () => {
    const here = new Witness();
    const note = signCheckpoint(await headOf(5), log);
    assert.equal(here.post(bodyOf(6, [], note)).verdict, 'old-too-large');
    assert.equal(here.status(bodyOf(6, [], note)), 400);
    assert.equal(here.status(await step(0, 8)), 200);
    assert.equal(here.status(bodyOf(8, [], note)), 400);
  });

  it('403: no signature by a key of the log, or one in its name that fails', async () => {
    const here = new Witness();
    const head = await headOf(5);
    const stranger = noteSignerOf('stranger.example', 'ed25519', signingKeyOf(Buffer.alloc(32, 9)));
    const namesake = noteSignerOf(log.key.name, 'ed25519', signingKeyOf(Buffer.alloc(32, 9)));
    for (const other of [stranger, namesake]) {
      assert.equal(
        here.status(
          bodyOf(
            0,
            [],
            noteOf(head, (text) => [signNoteText(text, other)]),
          ),
        ),
        403,
      );
    }
    const wrong = (text: string): NoteSignature => ({
      ...signNoteText(text, log),
      signature: signNoteText(`${text}x\n`, log).signature,
    });
    assert.equal(
      here.status(
        bodyOf(
          0,
          [],
          noteOf(head, (text) => [wrong(text)]),
        ),
      ),
      403,
    );
    assert.equal(
      here.status(
        bodyOf(
          0,
          [],
          noteOf(head, (text) => [signNoteText(text, log), wrong(text)]),
        ),
      ),
      403,
    );
    const short = (text: string): NoteSignature => ({ ...signNoteText(text, log), signature: Buffer.of(1) });
    assert.equal(
      here.status(
        bodyOf(
          0,
          [],
          noteOf(head, (text) => [short(text)]),
        ),
      ),
      403,
    );
    // Signed for another size: the signature is over the text that was sent.
    assert.equal(here.status(bodyOf(0, [], signCheckpoint(head, log).replace('\n5\n', '\n6\n'))), 403);
    // The witness's own key is no key of the log.
    assert.equal(
      here.status(
        bodyOf(
          0,
          [],
          noteOf(head, (text) => [cosignText(text, witness, now)]),
        ),
      ),
      403,
    );
  });

  it('404: a log that it does not know, even if the signature is by a key that it knows', async () => {
    const here = new Witness();
    const note = noteOf(await headOf(5), (text) => [signNoteText(text, log)], 'example.com/other');
    assert.equal(here.status(bodyOf(0, [], note)), 404);
    assert.equal(here.status(bodyOf(9, [], note)), 404);
  });

  it('409: another old size than the recorded one, with that size', async () => {
    const here = new Witness();
    assert.deepEqual(here.post(await step(3, 5)).answer, { status: 409, contentType: 'text/x.tlog.size', body: '0\n' });
    assert.equal(here.status(await step(0, 7)), 200);
    for (const [old, size] of [
      [0, 7],
      [0, 9],
      [5, 9],
      [8, 9],
      [0, 5],
      [5, 5],
    ] as const) {
      assert.deepEqual(here.post(await step(old, size)).answer, { status: 409, contentType: 'text/x.tlog.size', body: '7\n' });
    }
  });

  it('422: what does not go on from what it knows, and that is an alarm', async () => {
    const here = new Witness();
    const fork = { size: 7, root: Buffer.alloc(32, 5) };
    assert.equal(here.status(bodyOf(0, [Buffer.alloc(32)], signCheckpoint(await headOf(7), log))), 422, 'a proof from nothing');
    assert.equal(
      here.status(bodyOf(0, [], signCheckpoint({ size: 0, root: Buffer.alloc(32) }, log))),
      422,
      'size 0, another root',
    );
    assert.equal(here.status(bodyOf(0, [Buffer.alloc(32)], signCheckpoint({ size: 0, root: EMPTY_ROOT }, log))), 422);
    assert.equal(here.status(await step(0, 7)), 200);
    assert.equal(here.post(bodyOf(7, [], signCheckpoint(fork, log))).verdict, 'inconsistent');
    assert.equal(here.status(bodyOf(7, [], signCheckpoint(fork, log))), 422, 'same size, another root');
    assert.equal(here.status(bodyOf(7, [Buffer.alloc(32)], signCheckpoint(await headOf(7), log))), 422, 'same size, a proof');
    const [proof, note] = [await proveConsistency(tree, 7, 20), signCheckpoint(await headOf(20), log)];
    for (let i = 0; i < proof.length; i++) {
      assert.equal(here.status(bodyOf(7, proof.toSpliced(i, 1), note)), 422);
      assert.equal(here.status(bodyOf(7, proof.with(i, Buffer.alloc(32)), note)), 422);
    }
    assert.equal(here.status(bodyOf(7, [...proof, Buffer.alloc(32)], note)), 422);
    assert.equal(here.status(bodyOf(7, [], note)), 422);
    assert.equal(here.status(bodyOf(7, proof, signCheckpoint({ ...fork, size: 20 }, log))), 422);
    assert.equal(here.status(bodyOf(7, proof, note)), 200, 'and after all of these the right one');
  });

  it('cosigns the request that another witness’s tests publish', () => {
    // filippo.io/torchwood, cmd/litewitness/testdata/multi-cosigs-ed25519.txt: a Sigsum log.
    const origin = 'sigsum.org/v1/tree/985ea163f5af026723561354f51f2ebcdcf2af809ce254ccfb64aa9aadd80f90';
    const publicKey = Buffer.from('52c05edad1bf5feffa81354faae59a655d9a9a1a793ed2f62c39c26c0be2aecd', 'hex').toString('base64');
    const here = new Witness();
    here.keys.set(origin, [verifierKeyOf(origin, 'ed25519', publicKey)]);
    const body = `old 0

${origin}
1
KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

— ${origin} 7BKT0gOfNZ1J0So9unY3BZtm2YkPIoNYM/dce0Z2avJDs8dxN6ts9bOSwwrVrbjm6P9K3ZxpK6jJngOG6YvGGzV/lwo=
`;
    assert.equal(here.status(body), 200);
    assert.equal(here.status(body), 409);
    assert.equal(here.status(body.replace('KgAA', 'KwAA')), 403);
  });
});
