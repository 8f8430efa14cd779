import { qualityReportSchema, refuse, Refusal, type Problem, type QualityReport, type ReportView } from '#contracts';
import { runReport } from '#delivery';
import type { Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import { openVersion, type DataPlane } from '../data-plane.js';
import type { Found, Stores } from '../ports.js';

const sealedAs = (version: string) => `version-report:${version}`;

/**
 * Makes the quality report of a published version, after it was sealed and in a process of its own: publishing waits for nothing, and a
 * crash costs another try. Made once; a second try changes nothing.
 */
export class MakeReport {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** Throws what the job threw, for the queue to try again. */
  async execute(id: string, signal: AbortSignal): Promise<void> {
    const begun = await this.context.transactions.run((stores) => this.begin(stores, id));
    if (!begun) return;
    const { before, job } = begun;
    const { changes, ...facts } = await runReport({ ...this.data.jobs, ...job }, { signal });
    const report: QualityReport = {
      ...facts,
      ...(changes && before ? { changes: { version: before.id, number: before.state.number, ...changes } } : {}),
    };
    const sealed = this.context.vault.seal(sealedAs(id), Buffer.from(JSON.stringify(report), 'utf8'));
    await this.context.transactions.run((stores) =>
      stores.reports.put({ version: id, state: 'made', at: instantNow(this.context), sealed }),
    );
  }

  /** After the last try: says why there is none. */
  async giveUp(id: string, error: unknown): Promise<void> {
    const problem: Problem = (error instanceof Refusal ? error : refuse('preparer-failed')).toProblem();
    await this.context.transactions.run((stores) =>
      stores.reports.put({ version: id, state: 'failed', at: instantNow(this.context), problem }),
    );
  }

  private async begin(stores: Stores, id: string) {
    const version = await stores.states.get('version', id);
    if (!version || (await stores.reports.get(id))?.state === 'made') return undefined;
    await stores.reports.put({ version: id, state: 'making', at: instantNow(this.context) });
    const before = await versionBefore(stores, version);
    return {
      before,
      job: {
        version: (await openVersion(this.context, stores, id)).stored,
        ...(before ? { before: (await openVersion(this.context, stores, before.id)).stored } : {}),
      },
    };
  }
}

/** The version with the number before, if its parts are here. */
async function versionBefore(stores: Stores, { state }: Found<'version'>): Promise<Found<'version'> | undefined> {
  if (state.number === 1) return undefined;
  const before = (await stores.states.versionsOf(state.dataset)).find((one) => one.state.number === state.number - 1);
  return before && (await stores.versions.get(before.id)) ? before : undefined;
}

/** Shows the report of a version to the department that published it, and to nobody else. */
export class ReadReport {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, of what is not there and of what is another department's alike. */
  async execute(actor: Actor, dataset: string, version: string): Promise<ReportView> {
    return this.context.transactions.run(async (stores) => {
      const of = await stores.states.get('dataset', dataset);
      const found = await stores.states.get('version', version);
      if (of?.state.provider !== actor.department || found?.state.dataset !== dataset) throw refuse('unknown');
      const { number } = found.state;
      const held = await stores.reports.get(version);
      if (!held) {
        // It was published before there were reports, or its task has not begun.
        await stores.reports.put({ version, state: 'making', at: instantNow(this.context) });
        await stores.tasks.add('report', version);
        return { version, number, state: 'making' };
      }
      const { state, at, problem, sealed } = held;
      if (!sealed) return { version, number, state, ...(problem ? { problem: problem as ReportView['problem'] } : {}) };
      const report = this.context.vault.open(sealedAs(version), sealed).toString('utf8');
      return { version, number, state, madeAt: at, report: qualityReportSchema.parse(JSON.parse(report)) };
    });
  }
}
