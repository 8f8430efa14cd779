import { Readable } from 'node:stream';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import { ReadNotices, ReadTrail, trailPage, type Actor } from '#exchange';
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
    const { limit, cursor, type: types, ...filter } = query;
    return this.trailOf.list(
      actor,
      { ...filter, ...(types === undefined ? {} : { types }) },
      { limit, ...(cursor === undefined ? {} : { cursor }) },
    );
  }

  @Serves(routes.trailPage)
  trailPage(
    @Caller() actor: Actor,
    @Sent() { query }: Given<typeof routes.trailPage>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { type: types, ...filter } = query;
    const locale = request.headers['accept-language']?.startsWith('en') ? 'en' : 'zh';
    void reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(Readable.from(trailPage(this.trailOf, actor, { ...filter, ...(types === undefined ? {} : { types }) }, locale)));
  }

  @Serves(routes.entry)
  entry(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.entry>) {
    return this.trailOf.entry(actor, params.index);
  }

  @Serves(routes.exportLedger)
  exportLedger(@Sent() { query }: Given<typeof routes.exportLedger>, @Res() reply: FastifyReply) {
    void reply.type('application/x-ndjson').send(Readable.from(this.ledger.export(query.start)));
  }

  @Serves(routes.trustRoot)
  trustRoot() {
    return this.ledger.trustRoot();
  }

  @Serves(routes.audit)
  audit() {
    return this.ledger.audit();
  }

  @Serves(routes.notices)
  notices(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.notices>) {
    return this.noticesOf.list(actor, query);
  }

  @Serves(routes.readNotice)
  async readNotice(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.readNotice>) {
    await this.noticesOf.markRead(actor, params.id);
  }
}
