import { Controller, Inject } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import {
  AdmitDepartment,
  EndKey,
  EndRecipient,
  NominateKey,
  NominateRecipient,
  ReadDepartments,
  ReadProposals,
  type Actor,
} from '#exchange';
import { Caller, Sent, Serves } from '#nest';

/** Departments, their signing keys and recipients. */
@Controller()
export class DepartmentsController {
  constructor(
    @Inject(ReadDepartments) private readonly read: ReadDepartments,
    @Inject(AdmitDepartment) private readonly admitDepartment: AdmitDepartment,
    @Inject(NominateKey) private readonly newKey: NominateKey,
    @Inject(EndKey) private readonly endOfKey: EndKey,
    @Inject(NominateRecipient) private readonly newRecipient: NominateRecipient,
    @Inject(EndRecipient) private readonly endOfRecipient: EndRecipient,
    @Inject(ReadProposals) private readonly proposals: ReadProposals,
  ) {}

  @Serves(routes.departments)
  async departments() {
    return { items: await this.read.list() };
  }

  @Serves(routes.department)
  department(@Sent() { params }: Given<typeof routes.department>) {
    return this.read.get(params.code);
  }

  @Serves(routes.admitDepartment)
  async admit(@Caller() actor: Actor, @Sent() { body }: Given<typeof routes.admitDepartment>) {
    return this.proposals.show(await this.admitDepartment.execute(actor, body));
  }

  @Serves(routes.nominateKey)
  async nominateKey(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.nominateKey>) {
    return this.proposals.show(await this.newKey.execute(actor, params.code, body));
  }

  @Serves(routes.endKey)
  async endKey(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.endKey>) {
    return this.proposals.show(await this.endOfKey.execute(actor, params.code, params.keyId, body));
  }

  @Serves(routes.nominateRecipient)
  async nominateRecipient(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.nominateRecipient>) {
    return this.proposals.show(await this.newRecipient.execute(actor, params.code, body));
  }

  @Serves(routes.endRecipient)
  async endRecipient(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.endRecipient>) {
    return this.proposals.show(await this.endOfRecipient.execute(actor, params.code, body.recipient, body));
  }
}
