import { Controller, Inject } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import {
  DecideRequest,
  PreviewRequest,
  ReadProposals,
  ReadRequests,
  SubmitRequest,
  SupplementRequest,
  WithdrawRequest,
  type Actor,
} from '#exchange';
import { Caller, Sent, Serves } from '#nest';

/** Requests and the decisions on them. */
@Controller()
export class RequestsController {
  constructor(
    @Inject(ReadRequests) private readonly read: ReadRequests,
    @Inject(SubmitRequest) private readonly submitRequest: SubmitRequest,
    @Inject(PreviewRequest) private readonly previewRequest: PreviewRequest,
    @Inject(DecideRequest) private readonly decideRequest: DecideRequest,
    @Inject(SupplementRequest) private readonly supplementRequest: SupplementRequest,
    @Inject(WithdrawRequest) private readonly withdrawRequest: WithdrawRequest,
    @Inject(ReadProposals) private readonly proposals: ReadProposals,
  ) {}

  @Serves(routes.requests)
  requests(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.requests>) {
    return this.read.list(actor, query, query);
  }

  @Serves(routes.request)
  request(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.request>) {
    return this.read.get(actor, params.id);
  }

  @Serves(routes.submitRequest)
  async submit(@Caller() actor: Actor, @Sent() { body }: Given<typeof routes.submitRequest>) {
    return this.proposals.show(await this.submitRequest.execute(actor, body.dataset, body.asked));
  }

  @Serves(routes.previewRequest)
  preview(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.previewRequest>) {
    const { proposal, from, limit, ...narrowing } = body;
    return this.previewRequest.execute(actor, params.id, { narrowing, proposal, from, limit });
  }

  @Serves(routes.decideRequest)
  async decide(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.decideRequest>) {
    return this.proposals.show(await this.decideRequest.execute(actor, params.id, body));
  }

  @Serves(routes.supplementRequest)
  async supplement(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.supplementRequest>) {
    return this.proposals.show(await this.supplementRequest.execute(actor, params.id, body));
  }

  @Serves(routes.withdrawRequest)
  async withdraw(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.withdrawRequest>) {
    return this.proposals.show(await this.withdrawRequest.execute(actor, params.id));
  }
}
