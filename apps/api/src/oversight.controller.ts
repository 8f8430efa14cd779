import { Readable } from 'node:stream';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import { ReadNotices, ReadTrail, trailJson, trailPage, trailSheet, type Actor, type TrailQuestion } from '#exchange';
import { Caller, Sent, Serves } from '#nest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LedgerDoor } from './ledger-door.js';

/** Trail, ledger export, trust root, audit, notices. */
@Controller()
export class OversightController {
  constructor(
    @Inject(ReadTrail) private readonly trailOf: ReadTrail,
    @Inject(ReadNotices) private readonly noticesOf: ReadNotices,
    @Inject(LedgerDoor) private readonly ledger: LedgerDoor,
  ) {}

  @Serves(routes.trail)
  trail(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.trail>) {
    const { limit, cursor, ...asked } = query;
    return this.trailOf.list(actor, questionOf(asked), { limit, ...(cursor === undefined ? {} : { cursor }) });
  }

  @Serves(routes.trailTimeline)
  timeline(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.trailTimeline>) {
    return this.trailOf.timeline(actor, questionOf(query));
  }

  @Serves(routes.trailSheet)
  sheet(
    @Caller() actor: Actor,
    @Sent() { query }: Given<typeof routes.trailSheet>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    void reply
      .type(routes.trailSheet.produces ?? '')
      .header('content-disposition', 'attachment; filename="trail.xlsx"')
      .send(trailSheet(this.trailOf, actor, questionOf(query), localeOf(request)));
  }

  @Serves(routes.trailFile)
  file(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.trailFile>, @Res() reply: FastifyReply) {
    void reply
      .type(routes.trailFile.produces ?? '')
      .header('content-disposition', 'attachment; filename="trail.json"')
      .send(Readable.from(trailJson(this.trailOf, actor, questionOf(query)), { objectMode: false }));
  }

  @Serves(routes.trailPage)
  trailPage(
    @Caller() actor: Actor,
    @Sent() { query }: Given<typeof routes.trailPage>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    void reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(Readable.from(trailPage(this.trailOf, actor, questionOf(query), localeOf(request))));
  }

  @Serves(routes.entry)
  entry(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.entry>) {
    return this.trailOf.entry(actor, params.index);
  }

  @Serves(routes.exportLedger)
  exportLedger(@Sent() { query }: Given<typeof routes.exportLedger>, @Res() reply: FastifyReply) {
    void reply.type('application/x-ndjson').send(Readable.from(this.ledger.export(query.start, query.until)));
  }

  @Serves(routes.trustRoot)
  trustRoot() {
    return this.ledger.trustRoot();
  }

  @Serves(routes.ledgerStatus)
  ledgerStatus() {
    return this.ledger.status();
  }

  @Serves(routes.audit)
  audit() {
    return this.ledger.audit();
  }

  @Serves(routes.notices)
  notices(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.notices>) {
    return this.noticesOf.list(actor, query);
  }

  @Serves(routes.readAllNotices)
  async readAllNotices(@Caller() actor: Actor) {
    await this.noticesOf.markAllRead(actor);
  }

  @Serves(routes.readNotice)
  async readNotice(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.readNotice>) {
    await this.noticesOf.markRead(actor, params.id);
  }
}

/** A query as the trail takes it: what is not asked is not there. */
function questionOf({ type, ...asked }: Given<typeof routes.trailPage>['query']): TrailQuestion {
  const given = Object.entries({ ...asked, types: type }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as TrailQuestion;
}

function localeOf(request: FastifyRequest): 'zh' | 'en' {
  return request.headers['accept-language']?.startsWith('en') ? 'en' : 'zh';
}
