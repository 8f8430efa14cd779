import { Controller, Inject } from '@nestjs/common';
import { routes, type Given } from '#contracts';
import { AddPerson, ErasePerson, ListPeople, ReadProposals, ResetPassword, SetRoles, type Actor } from '#exchange';
import { Caller, Sent, Serves } from '#nest';

/** People of a department and their roles. */
@Controller()
export class PeopleController {
  constructor(
    @Inject(ListPeople) private readonly listPeople: ListPeople,
    @Inject(AddPerson) private readonly addPerson: AddPerson,
    @Inject(SetRoles) private readonly setRolesOf: SetRoles,
    @Inject(ResetPassword) private readonly resetPasswordOf: ResetPassword,
    @Inject(ErasePerson) private readonly erasePerson: ErasePerson,
    @Inject(ReadProposals) private readonly proposals: ReadProposals,
  ) {}

  @Serves(routes.people)
  people(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.people>) {
    return this.listPeople.execute(actor, query.department, query);
  }

  @Serves(routes.addPerson)
  async add(@Caller() actor: Actor, @Sent() { body }: Given<typeof routes.addPerson>) {
    const { proposal, ...added } = await this.addPerson.execute(actor, body);
    return { ...added, proposal: await this.proposals.show(proposal) };
  }

  @Serves(routes.setRoles)
  async setRoles(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.setRoles>) {
    return this.proposals.show(await this.setRolesOf.execute(actor, { person: params.id, ...body }));
  }

  @Serves(routes.resetPassword)
  async resetPassword(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.resetPassword>) {
    return { password: await this.resetPasswordOf.execute(actor, params.id) };
  }

  @Serves(routes.erasePerson)
  async erase(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.erasePerson>) {
    await this.erasePerson.execute(actor, params.id, body.password);
  }
}
