import type { Statement } from '#contracts';
import { LOG } from '#ledger';
import type { Stores } from '../ports.js';

/** Finds the entries that statements are checked by. */
export class Support {
  /** A bundle names few departments, many times. */
  private readonly known = new Map<string, Promise<readonly number[]>>();

  constructor(private readonly stores: Stores) {}

  /**
   * Indexes of the entries that a statement is checked by: the admissions and ends of all keys of the departments on it and of the log,
   * those of the recipients that it names, and the admissions of those departments.
   */
  async of(statement: Statement): Promise<readonly number[]> {
    const { states } = this.stores;
    const body: Readonly<Record<string, unknown>> = statement.body;
    const departments = new Set([statement.issuer, LOG]);
    // Whom a statement of the register is about has to be there before it.
    for (const name of ['department', 'parent']) if (typeof body[name] === 'string') departments.add(body[name]);
    const named = typeof body['recipient'] === 'string' ? [body['recipient']] : [];
    const recipients = statement.type === 'delivery.decided' ? statement.body.recipients : named;
    const indexes: number[] = [];
    const held = recipients.length > 0 ? (await states.getMany('recipient', recipients)).values() : [];
    for (const { state } of held) {
      indexes.push(...spanOf(state));
      departments.add(state.department);
    }
    for (const department of departments) indexes.push(...(await this.ofDepartment(department)));
    return indexes;
  }

  private ofDepartment(department: string): Promise<readonly number[]> {
    const found = this.known.get(department) ?? this.read(department);
    this.known.set(department, found);
    return found;
  }

  private async read(department: string): Promise<readonly number[]> {
    const { states, trail } = this.stores;
    const keys = await states.ofDepartment('key', department);
    const admitted = await trail.query({ subject: department, types: ['department.admitted'] }, { limit: 1 });
    return [...keys.flatMap(({ state }) => spanOf(state)), ...admitted.items.map(({ index }) => index)];
  }
}

function spanOf({ admittedAt, endedAt }: { readonly admittedAt: number; readonly endedAt?: number }): number[] {
  return endedAt === undefined ? [admittedAt] : [admittedAt, endedAt];
}
