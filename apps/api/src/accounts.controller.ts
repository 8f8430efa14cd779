import { Controller, Inject, Req, Res } from '@nestjs/common';
import { refuse, routes, type Given } from '#contracts';
import { Authenticate, ChangePassword, LogIn, OwnSessions, SetUp, type Actor } from '#exchange';
import { Caller, Sent, Serves, sessionCookie, type AuthenticatedRequest } from '#nest';
import type { FastifyReply } from 'fastify';
import { browserName } from './browser-name.js';
import { ReadMe } from './read-me.js';
import { SETTINGS, type ApiSettings } from './tokens.js';

/** Set-up, log-in, one's own sessions. */
@Controller()
export class AccountsController {
  constructor(
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(SetUp) private readonly setUpExchange: SetUp,
    @Inject(LogIn) private readonly openSession: LogIn,
    @Inject(Authenticate) private readonly authenticate: Authenticate,
    @Inject(OwnSessions) private readonly ownSessions: OwnSessions,
    @Inject(ChangePassword) private readonly newPassword: ChangePassword,
    @Inject(ReadMe) private readonly readMe: ReadMe,
  ) {}

  @Serves(routes.setUp)
  setUp(@Sent() { body }: Given<typeof routes.setUp>) {
    return this.setUpExchange.execute(body);
  }

  @Serves(routes.logIn)
  async logIn(
    @Sent() { body }: Given<typeof routes.logIn>,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const label = body.label ?? (body.as === 'session' ? browserName(request.headers) : undefined);
    const { credential, secret } = await this.openSession.execute({ ...body, label });
    const person = await this.readMe.person(credential.person);
    if (body.as === 'token') return { person, token: secret, expiresAt: credential.expiresAt };
    // A person whose every role has ended gets no session; the guard would refuse each call anyway.
    await this.authenticate.execute(secret);
    void reply.setCookie(this.cookieName, secret, { ...this.cookieOptions, expires: new Date(credential.expiresAt) });
    return { person, expiresAt: credential.expiresAt };
  }

  @Serves(routes.logOut)
  async logOut(@Req() request: AuthenticatedRequest, @Caller() actor: Actor, @Res({ passthrough: true }) reply: FastifyReply) {
    if (!request.call) throw refuse('not-logged-in');
    await this.ownSessions.end(actor, request.call.credential.id);
    void reply.clearCookie(this.cookieName, this.cookieOptions);
  }

  @Serves(routes.me)
  async me(@Caller() actor: Actor) {
    return { person: await this.readMe.person(actor.person), department: actor.department, roles: [...actor.roles] };
  }

  @Serves(routes.changePassword)
  async changePassword(@Caller() actor: Actor, @Sent() { body }: Given<typeof routes.changePassword>) {
    await this.newPassword.execute(actor, body.current, body.next);
  }

  @Serves(routes.sessions)
  async sessions(@Caller() actor: Actor, @Req() request: AuthenticatedRequest) {
    const own = await this.ownSessions.list(actor);
    return {
      items: own.map(({ person: _, ...credential }) => ({
        ...credential,
        current: credential.id === request.call?.credential.id,
      })),
    };
  }

  @Serves(routes.endOtherSessions)
  async endOtherSessions(@Caller() actor: Actor, @Req() request: AuthenticatedRequest) {
    if (!request.call) throw refuse('not-logged-in');
    return { ended: await this.ownSessions.endOthers(actor, request.call.credential.id) };
  }

  @Serves(routes.endSession)
  async endSession(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.endSession>) {
    await this.ownSessions.end(actor, params.id);
  }

  private get cookieName(): string {
    return this.settings.isSecure ? sessionCookie.secure : sessionCookie.plain;
  }

  private get cookieOptions() {
    return { path: '/', httpOnly: true, sameSite: 'strict', secure: this.settings.isSecure } as const;
  }
}
