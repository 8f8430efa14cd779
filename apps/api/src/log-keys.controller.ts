import { Controller, Inject } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import { EndLogKey, NominateLogKey, ReadLogKeys, ReadProposals, type Actor } from '#exchange';
import { Caller, Sent, Serves } from '#nest';

/** The keys by which the log speaks. */
@Controller()
export class LogKeysController {
  constructor(
    @Inject(ReadLogKeys) private readonly read: ReadLogKeys,
    @Inject(NominateLogKey) private readonly nominateKey: NominateLogKey,
    @Inject(EndLogKey) private readonly endKey: EndLogKey,
    @Inject(ReadProposals) private readonly proposals: ReadProposals,
  ) {}

  @Serves(routes.logKeys)
  async keys() {
    return { items: await this.read.execute() };
  }

  @Serves(routes.nominateLogKey)
  async nominate(@Caller() actor: Actor) {
    return this.proposals.show(await this.nominateKey.execute(actor));
  }

  @Serves(routes.endLogKey)
  async end(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.endLogKey>) {
    return this.proposals.show(await this.endKey.execute(actor, params.keyId, body));
  }
}
