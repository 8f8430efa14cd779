import { refuse, type Statement } from '#contracts';
import { EVIDENCE_ENTRIES_MAX, openEntry } from '#ledger';
import type { SealedEntry, Stores, TrailFilter } from '../ports.js';

const pageSize = 500;

/** The entries found so far, by index; of each only its statement. */
export class FoundEntries {
  readonly statements = new Map<number, Statement>();

  /** `size`: entries from there on are left out. More than `entriesMax` are refused. */
  constructor(
    private readonly stores: Stores,
    private readonly size = Number.MAX_SAFE_INTEGER,
    private readonly entriesMax = EVIDENCE_ENTRIES_MAX,
  ) {}

  /** Adds what the trail finds. Throws Refusal `evidence-too-large`. */
  async add(filter: TrailFilter): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.stores.trail.query(filter, { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
      for (const entry of page.items) this.keep(entry);
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /** The indexes found, rising. */
  indexes(): number[] {
    return [...this.statements.keys()].sort((a, b) => a - b);
  }

  /** Adds what each statement is checked by, and what that is checked by in turn. */
  async addSupport(support: (statement: Statement) => Promise<readonly number[]>): Promise<void> {
    const open = [...this.statements.values()];
    await this.addIndex(0, open);
    for (let statement = open.pop(); statement; statement = open.pop()) {
      for (const index of await support(statement)) await this.addIndex(index, open);
    }
  }

  private async addIndex(index: number, open: Statement[]): Promise<void> {
    if (this.statements.has(index)) return;
    const entry = await this.stores.trail.entry(index, {});
    if (!entry) throw new Error(`Entry ${index} is missing; run the audit`);
    if (this.keep(entry)) open.push(this.statements.get(index) as Statement);
  }

  private keep({ index, bytes }: Pick<SealedEntry, 'index' | 'bytes'>): boolean {
    if (index >= this.size || this.statements.has(index)) return false;
    if (this.statements.size >= this.entriesMax) throw refuse('evidence-too-large', { limit: this.entriesMax });
    this.statements.set(index, openEntry(bytes).entry.statement);
    return true;
  }
}
