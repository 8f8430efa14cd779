import { randomId, randomSecret, sha256Hex } from '#crypto';
import type { ExchangeContext } from '../context.js';
import type { Credential } from '../ports.js';
import { checkCountedPassword } from './counted-password.js';

const sessionMs = 12 * 3_600_000;
const dayMs = 86_400_000;

export interface LogInRequest {
  readonly login: string;
  readonly password: string;
  readonly as: 'session' | 'token';
  readonly label?: string | undefined;
  readonly days?: number | undefined;
}

/** Checks a password and opens a session or a bearer token. The secret is in the answer only; the database keeps its digest. */
export class LogIn {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal bad-login (also for an unknown name, after the same work), locked-out. */
  async execute(request: LogInRequest): Promise<{ credential: Credential; secret: string }> {
    const found = await this.context.transactions.run((stores) => stores.people.byLogin(request.login));
    const person = await checkCountedPassword(this.context, found, request.password);
    const now = this.context.clock.now();
    const secret = randomSecret();
    const credential: Credential = {
      id: randomId(),
      person: person.id,
      kind: request.as,
      label: request.label ?? request.as,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + (request.as === 'session' ? sessionMs : (request.days ?? 30) * dayMs)).toISOString(),
    };
    await this.context.transactions.run((stores) => stores.credentials.add(credential, sha256Hex(secret)));
    return { credential, secret };
  }
}
