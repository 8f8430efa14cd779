import { Controller, Inject, Req } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import { DestroyKeyList, ReadKeyList, TakeKeyList, type Actor } from '#exchange';
import { Caller, Sent, Serves } from '#nest';
import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';

/** Lists of keys to choose rows by. */
@Controller()
export class KeyListsController {
  constructor(
    @Inject(TakeKeyList) private readonly takeKeyList: TakeKeyList,
    @Inject(ReadKeyList) private readonly readKeyList: ReadKeyList,
    @Inject(DestroyKeyList) private readonly destroyKeyList: DestroyKeyList,
  ) {}

  @Serves(routes.takeKeyList)
  take(@Caller() actor: Actor, @Sent() { params, query }: Given<typeof routes.takeKeyList>, @Req() request: FastifyRequest) {
    const cut = new AbortController();
    request.raw.once('aborted', () => cut.abort());
    return this.takeKeyList.execute(actor, { dataset: params.id, ...query }, request.body as Readable, cut.signal);
  }

  @Serves(routes.keyList)
  keyList(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.keyList>) {
    return this.readKeyList.execute(actor, params.id);
  }

  @Serves(routes.destroyKeyList)
  destroy(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.destroyKeyList>) {
    return this.destroyKeyList.execute(actor, params.id);
  }
}
