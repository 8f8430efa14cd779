import { Inject, Injectable } from '@nestjs/common';
import { refuse, type LedgerStatus } from '#contracts';
import { trustRootOf } from '#ledger';
import { auditProjections, exportLedger, readEntry, readLedgerStatus, type Database, type Finding } from '#postgres';
import { lawOf, type ExchangeContext } from '#exchange';
import type { WitnessPolicy } from '#witnesses';
import { CONTEXT, DATABASE, POLICY } from './tokens.js';

/** How many differences an audit lists; the count goes on. */
const differencesAtMost = 500;

/** The ledger as it is read whole: export, trust root, audit. */
@Injectable()
export class LedgerDoor {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONTEXT) private readonly context: ExchangeContext,
    @Inject(POLICY) private readonly policy: WitnessPolicy,
  ) {}

  /** Entries from an index on, or to just before another, a line each, exactly the bytes that are hashed. */
  async *export(start: number, until?: number): AsyncGenerator<Buffer> {
    const client = await this.database.openClient({ application_name: 'quanlian-export' });
    try {
      for await (const line of exportLedger(client, start, until)) yield line;
    } finally {
      await client.end();
    }
  }

  /** What entry 0 says. A verifier compares it over another channel before believing it. Throws Refusal unavailable before set-up. */
  async trustRoot(): Promise<Record<string, unknown>> {
    const entry = await readEntry(this.database.pool, 0);
    if (!entry) throw refuse('unavailable');
    return { ...trustRootOf(entry.bytes) };
  }

  /** Whether it is sealed and witnessed, up to where, and by whom. */
  status(): Promise<LedgerStatus> {
    return readLedgerStatus(this.database.pool, this.policy, this.context.logKeys);
  }

  /** Folds the ledger anew and names every difference to the projections. */
  async audit() {
    const client = await this.database.openClient({ application_name: 'quanlian-audit' });
    try {
      const differences: { kind: string; id: string; what: string }[] = [];
      const report = await auditProjections(client, lawOf(this.context.origin), (finding) => {
        if (differences.length < differencesAtMost) differences.push(told(finding));
      });
      return { entries: report.size, states: report.statesCompared, head: report.head, differences };
    } finally {
      await client.end();
    }
  }
}

function told(finding: Finding) {
  if (finding.what !== 'state') {
    const id = finding.what === 'entry' ? String(finding.index) : finding.id;
    return { kind: finding.what, id, what: `${finding.code}: ${finding.sentence.en} ${finding.sentence.zh}` };
  }
  const { kind, id, difference, expected = '–', actual = '–' } = finding;
  return { kind, id, what: `${difference}: ledger says ${expected}; database says ${actual}` };
}
