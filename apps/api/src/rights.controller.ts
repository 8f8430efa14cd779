import { Controller, Inject } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import {
  ReadChanges,
  ReadProposals,
  ReadRights,
  RecordUse,
  ResumeRight,
  SuspendRight,
  TerminateRight,
  type Actor,
} from '#exchange';
import { Caller, Sent, Serves } from '#nest';
import type { AuditLog } from '#postgres';
import { AUDIT_LOG } from './tokens.js';

/** Usage rights and what ends them. */
@Controller()
export class RightsController {
  constructor(
    @Inject(ReadRights) private readonly read: ReadRights,
    @Inject(SuspendRight) private readonly suspendRight: SuspendRight,
    @Inject(ResumeRight) private readonly resumeRight: ResumeRight,
    @Inject(TerminateRight) private readonly terminateRight: TerminateRight,
    @Inject(RecordUse) private readonly recordUseOf: RecordUse,
    @Inject(ReadChanges) private readonly readChanges: ReadChanges,
    @Inject(AUDIT_LOG) private readonly auditLog: AuditLog,
    @Inject(ReadProposals) private readonly proposals: ReadProposals,
  ) {}

  @Serves(routes.rights)
  rights(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.rights>) {
    return this.read.list(actor, query, query);
  }

  @Serves(routes.right)
  right(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.right>) {
    return this.read.get(actor, params.id);
  }

  // As every count of rows, it is written down before it is told.
  @Serves(routes.rightChanges)
  async changes(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.rightChanges>) {
    const told = await this.readChanges.execute(actor, params.id);
    const { since, ...counts } = told;
    await this.auditLog.write({
      at: new Date().toISOString(),
      person: actor.person,
      department: actor.department,
      action: `${routes.rightChanges.method} ${routes.rightChanges.path}`,
      code: 'counted',
      details: { right: params.id, since: since.delivery, ...counts },
    });
    return told;
  }

  @Serves(routes.rightPolicy)
  policy(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.rightPolicy>) {
    return this.read.odrl(actor, params.id);
  }

  @Serves(routes.suspendRight)
  async suspend(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.suspendRight>) {
    return this.proposals.show(await this.suspendRight.execute(actor, params.id, body));
  }

  @Serves(routes.resumeRight)
  async resume(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.resumeRight>) {
    return this.proposals.show(await this.resumeRight.execute(actor, params.id, body.reason));
  }

  @Serves(routes.terminateRight)
  async terminate(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.terminateRight>) {
    return this.proposals.show(await this.terminateRight.execute(actor, params.id, body));
  }

  @Serves(routes.recordUse)
  async recordUse(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.recordUse>) {
    return this.proposals.show(await this.recordUseOf.execute(actor, params.id, body));
  }
}
