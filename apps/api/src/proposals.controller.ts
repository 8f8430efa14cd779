import { Controller, Inject } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import { Approve, ReadProposals, ReturnProposal, SignProposal, type Actor } from '#exchange';
import { Caller, Sent, Serves } from '#nest';

/** What waits for approval or signature. */
@Controller()
export class ProposalsController {
  constructor(
    @Inject(ReadProposals) private readonly read: ReadProposals,
    @Inject(Approve) private readonly approveProposal: Approve,
    @Inject(ReturnProposal) private readonly sendBack: ReturnProposal,
    @Inject(SignProposal) private readonly signProposal: SignProposal,
  ) {}

  @Serves(routes.proposals)
  proposals(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.proposals>) {
    const { limit, cursor, type: types, ...filter } = query;
    return this.read.list(actor, { ...filter, types }, { limit, ...(cursor === undefined ? {} : { cursor }) });
  }

  @Serves(routes.proposal)
  proposal(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.proposal>) {
    return this.read.get(actor, params.id);
  }

  @Serves(routes.approve)
  async approve(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.approve>) {
    return this.read.show(await this.approveProposal.execute(actor, params.id, body.password));
  }

  @Serves(routes.returnProposal)
  async returnProposal(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.returnProposal>) {
    return this.read.show(await this.sendBack.execute(actor, params.id, body.reason));
  }

  @Serves(routes.sign)
  async sign(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.sign>) {
    return this.read.show(await this.signProposal.execute(actor, params.id, body));
  }
}
