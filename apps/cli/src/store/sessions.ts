import { readStored, writeStored } from './folder.js';

/** A log-in on one exchange. The token is a secret: the file is readable by its owner alone. */
export interface Session {
  readonly server: string;
  readonly login: string;
  readonly person: string;
  readonly token: string;
  readonly expiresAt: string;
  /** The department acted for, where the person serves several. */
  readonly department?: string;
}
interface Stored {
  readonly current?: { readonly server: string; readonly login: string };
  readonly sessions: readonly Session[];
}
const file = 'sessions.json';

/** All log-ins that are remembered; the current one is what a command without `--as` uses. */
export class Sessions {
  constructor(private readonly folder: string) {}

  private read(): Stored {
    return readStored<Stored>(this.folder, file, { sessions: [] });
  }

  /** The current log-in, or the one that `server` and `login` name. */
  find(server: string | undefined, login: string | undefined): Session | undefined {
    const { current, sessions } = this.read();
    const there = sessions.filter((session) => server === undefined || session.server === server);
    const ofCurrent = there.filter((session) => session.server === current?.server);
    if (login !== undefined) return only(ofCurrent.filter(named(login))) ?? only(there.filter(named(login)));
    return only(ofCurrent.filter((session) => session.login === current?.login)) ?? only(there);
  }
  get currentServer(): string | undefined {
    return this.read().current?.server;
  }
  all(): readonly Session[] {
    return this.read().sessions;
  }
  /** Remembers a log-in, makes it current, and drops those that are over. */
  keep(session: Session): void {
    const now = new Date().toISOString();
    const others = this.read().sessions.filter((one) => !isSame(one, session) && one.expiresAt > now);
    writeStored(this.folder, file, { current: { server: session.server, login: session.login }, sessions: [...others, session] });
  }
  forget(session: Session): void {
    const { current, sessions } = this.read();
    const left = sessions.filter((one) => !isSame(one, session));
    const still = current && !isSame(session, current) ? { current } : {};
    writeStored(this.folder, file, { ...still, sessions: left });
  }
}

function named(login: string): (session: Session) => boolean {
  return (session) => session.login === login;
}

// Where several would do, nobody is guessed.
function only<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

function isSame(a: { server: string; login: string }, b: { server: string; login: string }): boolean {
  return a.server === b.server && a.login === b.login;
}
