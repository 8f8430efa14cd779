import { generateSigningKey, randomId } from '#crypto';
import { encodeEntry, leafHash, NO_ENTRY } from '../entry.js';
import { HashesInMemory } from '../log/hashes-in-memory.js';
import { signCheckpoint } from '../log/checkpoint.js';
import { decodeNote, encodeNote } from '../log/note.js';
import { decodePolicy, encodePolicy, type LogPolicy } from '../log/policy.js';
import { proveInclusion, readRoot } from '../log/prove.js';
import { cosignText, noteSignerOf, type NoteSigner } from '../log/sign-note.js';
import { codeOf, recipientOf, SampleCity, type Said } from '../sample-city.js';
import { trustRootOf, withWitnesses, type TrustRoot } from '../trust-root.js';
import { makeEvidence, type EvidenceEntry, type EvidenceParts } from './make.js';
import type { EvidenceQuestion } from './manifest.js';

// For tests only: a small ledger in memory, its tree, three witnesses, and bundles of it.

export const provider = codeOf(1);
export const grantee = codeOf(2);

export class SampleEvidence {
  readonly city = new SampleCity('quanlian.test/evidence');
  readonly entries: Buffer[] = [];
  readonly tree = new HashesInMemory();
  readonly log: NoteSigner = noteSignerOf(this.city.origin, 'ed25519', this.city.log);
  readonly witnesses = ['a', 'b', 'c'].map((name) => noteSignerOf(`witness.test/${name}`, 'cosignature', generateSigningKey()));
  readonly dataset: string;
  readonly request: string;
  readonly right: string;

  constructor() {
    const { city } = this;
    this.seal(city.opened());
    for (const [department, name] of [
      [provider, '公安局 <b>&'],
      [grantee, '民政局'],
    ] as const) {
      this.seal(city.departmentAdmitted(department, name));
      this.seal(city.keyAdmitted(department));
    }
    this.seal(city.recipientAdmitted(grantee, recipientOf(1)));
    this.dataset = this.seal(city.datasetEntered(provider));
    this.seal(city.membershipGranted(provider));
    const submitted = city.requestSubmitted(this.dataset, provider, grantee, randomId());
    this.request = this.seal(submitted);
    this.right = this.seal(city.rightGranted(this.request, this.dataset, provider, grantee, randomId()));
    this.seal(city.membershipGranted(grantee));
  }

  get size(): number {
    return this.entries.length;
  }

  /** Seals a statement; its id. */
  seal({ statement, bytes, signatures }: Said): string {
    const last = this.entries.at(-1);
    const index = this.size;
    const prev = last ? leafHash(last).toString('hex') : NO_ENTRY;
    const sealedAt = new Date(Date.UTC(2026, 0, 5, 8, 0, index)).toISOString();
    this.put(encodeEntry({ index, prev, sealedAt, signatures }, bytes));
    return statement.id;
  }

  put(entry: Buffer): void {
    this.entries.push(entry);
    this.tree.append(leafHash(entry));
  }

  get policy(): LogPolicy {
    return {
      logs: [{ key: this.log.key }],
      witnesses: this.witnesses.map(({ key }, i) => ({ name: ['a', 'b', 'c'][i] as string, key })),
      groups: [{ name: 'two', threshold: 2, members: ['a', 'b', 'c'] }],
      quorum: 'two',
    };
  }

  /** The trust root, with the witnesses. */
  get trustRoot(): TrustRoot {
    return withWitnesses(trustRootOf(this.entries[0] as Buffer), this.policy);
  }

  /** The note of the tree as it is now, or of a smaller one, cosigned by so many witnesses. */
  async checkpoint(cosigners = 2, size = this.size): Promise<string> {
    const { text, signatures } = decodeNote(
      Buffer.from(signCheckpoint({ size, root: await readRoot(this.tree, size) }, this.log)),
    );
    const cosigned = this.witnesses.slice(0, cosigners).map((witness, i) => cosignText(text, witness, 1_770_000_000 + i));
    return encodeNote({ text, signatures: [...signatures, ...cosigned] });
  }

  /** Entries for a bundle about these indexes; all others down to 0 that are named support them. */
  async entriesOf(object: readonly number[], support: readonly number[], size = this.size): Promise<EvidenceEntry[]> {
    const indexes = [...object, ...support].sort((a, b) => a - b);
    return Promise.all(
      indexes.map(async (index) => ({
        index,
        bytes: this.entries[index] as Buffer,
        hashes: await proveInclusion(this.tree, index, size),
        isObject: object.includes(index),
      })),
    );
  }

  /** A bundle about the right, unless told otherwise. */
  async bundle({
    question = { right: this.right },
    object = [8, 9],
    support = [0, 1, 2, 3, 4, 6],
    ...parts
  }: Partial<EvidenceParts> & { question?: EvidenceQuestion; object?: number[]; support?: number[] } = {}): Promise<Buffer> {
    const all: EvidenceParts = {
      question,
      view: 'all',
      checkpoint: await this.checkpoint(),
      policy: encodePolicy(this.policy),
      ...parts,
    };
    return collect(makeEvidence(all, await this.entriesOf(object, support)));
  }
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const piece of pieces) chunks.push(piece);
  return Buffer.concat(chunks);
}

/** The trust root with other witnesses than the log's, for tests of who is believed. */
export function believing(trustRoot: TrustRoot, lines: string): TrustRoot {
  return withWitnesses(trustRoot, decodePolicy(Buffer.from(lines)));
}
