import type { ExchangeContext } from './context.js';
import type { DataPlane } from './data-plane.js';
import { MakeReport } from './catalogue/version-reports.js';
import { EnforceEnd } from './deliveries/cancel-delivery.js';
import { DecideDelivery } from './deliveries/decide-delivery.js';
import { DisposePayload, RecordServed } from './deliveries/download.js';
import { PreparePayload } from './deliveries/prepare-payload.js';
import type { Task } from './ports.js';
import { GrantByRule } from './requests/grant-by-rule.js';

/** Does what a task says. Written so that a second try changes nothing; throws for the queue to try again. */
export class DoTask {
  private readonly prepare: PreparePayload;
  private readonly report: MakeReport;
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {
    this.prepare = new PreparePayload(context, data);
    this.report = new MakeReport(context, data);
  }

  async execute(task: Task, signal: AbortSignal): Promise<void> {
    switch (task.kind) {
      case 'grant':
        return new GrantByRule(this.context).execute(task.subject);
      case 'decide':
        return new DecideDelivery(this.context, this.data).execute(task.subject);
      case 'deliver':
        return this.prepare.execute(task.subject, signal);
      case 'report':
        return this.report.execute(task.subject, signal);
      case 'end':
        return new EnforceEnd(this.context).execute(task.subject);
      case 'dispose':
        return new DisposePayload(this.context, this.data).execute(task.subject);
      case 'serve':
        return new RecordServed(this.context).execute(task.subject);
    }
  }

  /** After the last try. Only a delivery and a report have somebody who waits for the answer; the others are tried again by the clocks. */
  async giveUp(task: Task, error: unknown): Promise<void> {
    if (task.kind === 'report') await this.report.giveUp(task.subject, error);
    if (task.kind === 'deliver') await this.prepare.giveUp(task.subject, error);
  }
}
