import { refuse, type StatementType } from '#contracts';
import { EVIDENCE_ENTRIES_MAX, makeEvidence, type EvidenceEntry, type EvidenceQuestion } from '#ledger';
import { knownTo, seesEverything, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import type { Stores, TrailFilter } from '../ports.js';
import type { ProvenLog } from './proven-log.js';
import { FoundEntries } from './found-entries.js';
import { Support } from './support-of.js';

/** A bundle that can be sent. */
export interface MadeEvidence {
  /** Size of the tree whose checkpoint it proves by. */
  readonly size: number;
  /** Its bytes, made as they are read. */
  readonly pieces: AsyncGenerator<Uint8Array, void, undefined>;
}

const datasetTypes: readonly StatementType[] = ['dataset.entered', 'dataset.changed', 'version.published'];

/**
 * Makes an evidence bundle about an object or a period, as the actor may see it: entries, what they are checked by, proofs and one
 * checkpoint. What no checkpoint covers yet is not in it. docs/formats/evidence-bundle.md.
 */
export class MakeEvidence {
  constructor(
    private readonly context: ExchangeContext,
    private readonly log: ProvenLog,
    private readonly entriesMax = EVIDENCE_ENTRIES_MAX,
  ) {}

  /**
   * Throws Refusal before the first byte: `unknown`, the same for what does not exist and for what is not the actor's to see;
   * `evidence-empty` when no checkpoint covers anything of it yet; `evidence-too-large`; `bad-input` for a period that ends before it begins.
   */
  async execute(actor: Actor, question: EvidenceQuestion): Promise<MadeEvidence> {
    if ('from' in question && question.from >= question.until) throw refuse('bad-input', { field: 'until' }, { field: 'until' });
    const checkpoint = await this.log.checkpoint();
    if (!checkpoint) throw refuse('evidence-empty');
    const { size, note } = checkpoint;
    const { object, all } = await this.context.transactions.run((stores) =>
      collect(stores, actor, question, { size, entriesMax: this.entriesMax }),
    );
    const timestamp = await this.log.timestamp(size);
    const parts = {
      question,
      view: seesEverything(actor) ? 'all' : actor.department,
      checkpoint: note,
      policy: await this.log.policy(),
      ...(timestamp ? { timestamp } : {}),
    };
    return { size, pieces: makeEvidence(parts, this.entries(note, all, object)) };
  }

  private async *entries(note: string, all: readonly number[], object: ReadonlySet<number>): AsyncGenerator<EvidenceEntry> {
    for await (const { index, bytes, hashes } of this.log.prove(note, all)) {
      yield { index, bytes, hashes, isObject: object.has(index) };
    }
  }
}

/** Which entries: those that answer, and with them those that they are checked by; both rising. Entries beyond `size` have no proof yet. */
async function collect(
  stores: Stores,
  actor: Actor,
  question: EvidenceQuestion,
  { size, entriesMax }: { readonly size: number; readonly entriesMax: number },
): Promise<{ object: ReadonlySet<number>; all: readonly number[] }> {
  const found = new FoundEntries(stores, size, entriesMax);
  const { object, more } = await filtersOf(stores, actor, question);
  const visible = seesEverything(actor) ? {} : { visibleTo: [actor.department] };
  for (const { isOpen, ...filter } of object) await found.add(isOpen ? filter : { ...filter, ...visible });
  const answers = new Set(found.statements.keys());
  // The first of an object's entries carries its id. Without it nothing could be shown of the object.
  const [id] = 'from' in question ? [] : Object.values(question);
  const isThere = id === undefined ? answers.size > 0 : [...found.statements.values()].some((one) => one.id === id);
  if (!isThere) throw refuse('evidence-empty');
  for (const filter of more) await found.add(filter);
  const support = new Support(stores);
  await found.addSupport((statement) => support.of(statement));
  return { object: answers, all: found.indexes() };
}

/** `isOpen`: the catalogue shows it to everybody who is logged in. */
type ObjectFilter = TrailFilter & { readonly isOpen?: boolean };

async function filtersOf(
  stores: Stores,
  actor: Actor,
  question: EvidenceQuestion,
): Promise<{ object: ObjectFilter[]; more: TrailFilter[] }> {
  if ('right' in question) {
    const right = await rightKnownTo(stores, actor, question.right);
    const { dataset } = right.state.terms;
    return {
      // A right's request stands before it; entries about it have it for their subject.
      object: [{ right: question.right }, { delivery: right.state.request }],
      more: [{ dataset, types: datasetTypes }],
    };
  }
  if ('delivery' in question) {
    const delivery = knownTo(actor, await stores.states.get('delivery', question.delivery), ({ state }) => [
      state.grantor,
      state.grantee,
    ]);
    const right = await rightKnownTo(stores, actor, delivery.state.right);
    const ofRight: readonly StatementType[] = ['right.granted', 'right.suspended', 'right.resumed', 'right.terminated'];
    return {
      object: [{ delivery: question.delivery }],
      more: [
        { right: delivery.state.right, types: ofRight },
        { delivery: right.state.request },
        { dataset: delivery.state.dataset, types: datasetTypes },
      ],
    };
  }
  if ('dataset' in question) {
    if (!(await stores.states.get('dataset', question.dataset))) throw refuse('unknown');
    return {
      object: [{ dataset: question.dataset }, { dataset: question.dataset, types: datasetTypes, isOpen: true }],
      more: [],
    };
  }
  return { object: [{ from: question.from, until: question.until }], more: [] };
}

async function rightKnownTo(stores: Stores, actor: Actor, id: string) {
  return knownTo(actor, await stores.states.get('right', id), ({ state }) => [state.terms.grantor, state.terms.grantee]);
}
