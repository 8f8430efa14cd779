import { refuse, type PersonView } from '#contracts';
import { readPerson, type ExchangeContext } from '#exchange';

/** The person who calls, with all memberships. */
export class ReadMe {
  constructor(private readonly context: ExchangeContext) {}

  async person(id: string): Promise<PersonView> {
    const person = await this.context.transactions.run((stores) => readPerson(stores, id));
    if (!person) throw refuse('not-logged-in');
    return person;
  }
}
