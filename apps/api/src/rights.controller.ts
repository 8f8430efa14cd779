import { Controller, Inject } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import { ReadProposals, ReadRights, RecordUse, ResumeRight, SuspendRight, TerminateRight, type Actor } from '#exchange';
import { Caller, Sent, Serves } from '#nest';

/** Usage rights and what ends them. */
@Controller()
export class RightsController {
  constructor(
    @Inject(ReadRights) private readonly read: ReadRights,
    @Inject(SuspendRight) private readonly suspendRight: SuspendRight,
    @Inject(ResumeRight) private readonly resumeRight: ResumeRight,
    @Inject(TerminateRight) private readonly terminateRight: TerminateRight,
    @Inject(RecordUse) private readonly recordUseOf: RecordUse,
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
