import { Controller, Inject, Req, Res } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import { LoadCalendar, ReadCalendar, type Actor } from '#exchange';
import { Caller, Metrics, Sent, Serves } from '#nest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from './event-streams.js';
import { Readiness } from './readiness.js';

/** Health, events, calendar. */
@Controller()
export class OperationsController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(ReadCalendar) private readonly readCalendar: ReadCalendar,
    @Inject(LoadCalendar) private readonly saveCalendar: LoadCalendar,
  ) {}

  @Serves(routes.live)
  live() {
    return { status: 'ok' as const };
  }

  @Serves(routes.ready)
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const state = await this.readiness.look();
    void reply.status(state.status === 'ok' ? 200 : 503);
    return state;
  }

  @Serves(routes.metrics)
  async prometheus(@Res() reply: FastifyReply) {
    const state = await this.readiness.look();
    this.metrics.ledgerSize.set(state.ledgerSize);
    this.metrics.sealing.set(state.sealing.ok ? 1 : 0);
    this.metrics.witnessedSize.set(state.witnesses.size);
    this.metrics.witnessesAnswering.set(state.witnesses.answering);
    this.metrics.belowQuorum.set(state.witnesses.quorum && !state.witnesses.reached ? 1 : 0);
    this.metrics.sealerLag.set(state.sealerLagMs / 1000);
    this.metrics.inboxWaiting.set(state.inboxWaiting);
    this.metrics.openTasks.set(state.openTasks);
    void reply.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }

  @Serves(routes.events)
  events(@Caller() actor: Actor, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    this.streams.open(actor, request, reply);
  }

  @Serves(routes.calendar)
  calendar(@Sent() { params }: Given<typeof routes.calendar>) {
    return this.readCalendar.execute(params.year);
  }

  @Serves(routes.loadCalendar)
  async loadCalendar(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.loadCalendar>) {
    await this.saveCalendar.execute(actor, { year: params.year, ...body });
  }
}
