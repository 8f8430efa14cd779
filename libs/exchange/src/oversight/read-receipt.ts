import { refuse } from '#contracts';
import { encodeLogProof, LOG, openEntry, type ReceiptFile } from '#ledger';
import { seesEverything, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import type { InboxState, SealedEntry, Stores } from '../ports.js';
import { FoundEntries } from './found-entries.js';
import type { ProvenLog } from './proven-log.js';
import { Support } from './support-of.js';

/** What became of a statement, and the receipt for that. */
export interface StatementReceipt {
  readonly state: InboxState['state'];
  readonly receipt: ReceiptFile;
}

/**
 * The receipt of a statement: that it was admitted, that it is sealed and where, and that it is in the published tree, as far as it has come.
 * docs/formats/receipt.md.
 */
export class ReadReceipt {
  constructor(
    private readonly context: ExchangeContext,
    private readonly log: ProvenLog,
  ) {}

  /**
   * For the department that said it and for who supervises; once it is sealed, for every department on it, without the promise to its
   * author. Throws Refusal `unknown`, the same for what does not exist.
   */
  async execute(actor: Actor, statement: string): Promise<StatementReceipt> {
    const { origin } = this.context;
    const checkpoint = await this.log.checkpoint();
    const { found, entry, isOwn, parts } = await this.context.transactions.run(async (stores) => {
      const known = await knownStatement(stores, actor, statement);
      if (!known.entry) return { ...known, parts: {} };
      const durable = await stores.inbox.proveSealed(statement, known.entry);
      return { ...known, parts: { durable, entry: known.entry.bytes.toString('base64') } };
    });
    const first = { v: 1, kind: 'receipt', origin, statement, ...(isOwn ? { admission: found.receipt } : {}), ...parts } as const;
    const keys = await this.laterKeys();
    const proof =
      checkpoint && entry && entry.index < checkpoint.size ? await this.prove(checkpoint.note, entry.index) : undefined;
    return {
      state: found.state,
      receipt: { ...first, ...(proof === undefined ? {} : { proof }), ...(keys ? { keys } : {}) },
    };
  }

  private async prove(note: string, index: number): Promise<string | undefined> {
    for await (const { hashes } of this.log.prove(note, [index])) return encodeLogProof({ index, hashes, checkpoint: note });
    return undefined;
  }

  /** The entries that show the log's keys, where the first is not its only one. */
  private laterKeys(): Promise<string[] | undefined> {
    return this.context.transactions.run(async (stores) => {
      const keys = await stores.states.ofDepartment('key', LOG);
      if (keys.every(({ state }) => state.admittedAt === 0 && state.endedAt === undefined)) return undefined;
      const entries = new FoundEntries(stores);
      const support = new Support(stores);
      await entries.addSupport((statement) => support.of(statement));
      const shown: string[] = [];
      for (const index of entries.indexes()) {
        const entry = await stores.trail.entry(index, {});
        if (entry) shown.push(entry.bytes.toString('base64'));
      }
      return shown;
    });
  }
}

async function knownStatement(
  stores: Stores,
  actor: Actor,
  id: string,
): Promise<{ found: InboxState; entry?: SealedEntry; isOwn: boolean }> {
  const found = (await stores.inbox.states([id])).get(id);
  if (!found) throw refuse('unknown');
  const seesAll = seesEverything(actor);
  if (found.index === undefined) {
    const proposal = await stores.proposals.get(id);
    if (!seesAll && proposal?.issuer !== actor.department) throw refuse('unknown');
    return { found, isOwn: true };
  }
  const entry = await stores.trail.entry(found.index, seesAll ? {} : { visibleTo: [actor.department] });
  if (!entry) throw refuse('unknown');
  const { issuer } = openEntry(entry.bytes).entry.statement;
  return { found, entry, isOwn: seesAll || issuer === actor.department };
}
