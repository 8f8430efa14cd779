import { Controller, Inject, Req, Res } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import {
  CancelDelivery,
  OpenPayload,
  Pull,
  ReadDeliveries,
  ReadManifest,
  ReadProposals,
  SignReceipt,
  type Actor,
} from '#exchange';
import { Caller, Sent, Serves } from '#nest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SendPayload } from './send-payload.js';

/** Pulls, deliveries, downloads, receipts. */
@Controller()
export class DeliveriesController {
  constructor(
    @Inject(ReadDeliveries) private readonly read: ReadDeliveries,
    @Inject(Pull) private readonly pullData: Pull,
    @Inject(CancelDelivery) private readonly cancelDelivery: CancelDelivery,
    @Inject(OpenPayload) private readonly openPayload: OpenPayload,
    @Inject(ReadManifest) private readonly manifests: ReadManifest,
    @Inject(SendPayload) private readonly sendPayload: SendPayload,
    @Inject(SignReceipt) private readonly receipt: SignReceipt,
    @Inject(ReadProposals) private readonly proposals: ReadProposals,
  ) {}

  @Serves(routes.pull)
  async pull(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.pull>) {
    const proposal = await this.pullData.execute(actor, params.id, body);
    return { delivery: proposal.id, proposal: await this.proposals.show(proposal) };
  }

  @Serves(routes.deliveries)
  deliveries(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.deliveries>) {
    const { limit, cursor, ...filter } = query;
    return this.read.list(actor, filter, { limit, ...(cursor === undefined ? {} : { cursor }) });
  }

  @Serves(routes.delivery)
  delivery(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.delivery>) {
    return this.read.get(actor, params.id);
  }

  @Serves(routes.cancelDelivery)
  async cancel(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.cancelDelivery>) {
    await this.cancelDelivery.execute(actor, params.id);
    return this.read.get(actor, params.id);
  }

  @Serves(routes.deliveryKey)
  async key(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.deliveryKey>) {
    return { key: await this.openPayload.key(actor, params.id) };
  }

  @Serves(routes.deliveryManifest)
  manifest(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.deliveryManifest>) {
    return this.manifests.execute(actor, params.id);
  }

  @Serves(routes.payload)
  async payload(
    @Caller() actor: Actor,
    @Sent() { params }: Given<typeof routes.payload>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.sendPayload.execute(params.id, actor.person, await this.openPayload.execute(actor, params.id), request, reply);
  }

  @Serves(routes.signReceipt)
  async signReceipt(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.signReceipt>) {
    return this.proposals.show(await this.receipt.execute(actor, params.id, body));
  }
}
