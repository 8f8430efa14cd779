import { createClient, type Client } from '#contracts';
import type { Command } from 'commander';
import { Stop, usage } from './exits.js';
import { languageOf, sayIn, type Language, type Say, type Sentence } from './language.js';
import { storeFolder } from './store/folder.js';
import { Places } from './store/places.js';
import { Sessions, type Session } from './store/sessions.js';
import { Asker } from './terminal/ask.js';
import { Output, type Streams } from './terminal/output.js';
import { Progress } from './terminal/progress.js';

/** What surrounds a run of the command: the process's own, or a test's. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly streams: Streams;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly fetch?: typeof fetch;
}

export interface GlobalOptions {
  readonly server?: string;
  readonly as?: string;
  readonly department?: string;
  readonly json?: boolean;
  readonly lang?: string;
}

export const defaultServer = 'http://127.0.0.1:8080';

/** Everything a command works with: who is logged in where, how to speak, what is remembered. */
export class Desk {
  readonly language: Language;
  readonly say: Say;
  readonly out: Output;
  readonly ask: Asker;
  readonly progress: Progress;
  readonly sessions: Sessions;
  readonly places: Places;
  /** Folder of what is remembered between runs. */
  readonly folder: string;
  private opened: { session: Session; client: Client } | undefined;

  constructor(
    readonly around: Surroundings,
    readonly global: GlobalOptions,
  ) {
    this.language = languageOf(around.env, global.lang);
    this.say = sayIn(this.language);
    this.out = new Output(around.streams, this.language, global.json === true, around.env);
    this.ask = new Asker(around.streams, this.say, around.env, around.signal);
    this.progress = new Progress(around.streams, this.say);
    this.folder = storeFolder(around.env);
    this.sessions = new Sessions(this.folder);
    this.places = new Places(this.folder);
  }

  get env(): NodeJS.ProcessEnv {
    return this.around.env;
  }
  get signal(): AbortSignal {
    return this.around.signal;
  }

  /** The exchange's address: `--server`, QUANLIAN_SERVER, the current log-in's, the local default. */
  get server(): string {
    const named = this.global.server ?? this.env['QUANLIAN_SERVER'];
    return named ? serverUrl(named) : (this.sessions.currentServer ?? defaultServer);
  }

  /** Who is logged in. Throws Stop `not-logged-in`. */
  get session(): Session {
    return this.open().session;
  }
  /** A client that speaks for the log-in. Throws Stop `not-logged-in`. */
  get client(): Client {
    return this.open().client;
  }
  /** A client for what everybody may ask. */
  publicClient(server = this.server): Client {
    return createClient({ baseUrl: server, locale: this.language, ...this.fetch });
  }

  /** A client for a token that is not the current log-in's: the moment between logging in and remembering it. */
  clientOf(session: Session): Client {
    const department = this.global.department ?? this.env['QUANLIAN_DEPARTMENT'] ?? session.department;
    return createClient({
      baseUrl: session.server,
      token: () => session.token,
      department: () => department,
      locale: this.language,
      ...this.fetch,
    });
  }

  private open(): { session: Session; client: Client } {
    if (this.opened) return this.opened;
    const session = this.sessionOfEnv() ?? this.sessionStored();
    this.opened = { session, client: this.clientOf(session) };
    return this.opened;
  }

  // Systems bring their token in the environment and leave nothing on disk.
  private sessionOfEnv(): Session | undefined {
    const token = this.env['QUANLIAN_TOKEN'];
    if (!token || this.global.as) return undefined;
    return { server: this.server, login: '', person: '', token, expiresAt: '' };
  }

  private sessionStored(): Session {
    const named = this.global.server ?? this.env['QUANLIAN_SERVER'];
    const login = this.global.as ?? this.env['QUANLIAN_AS'];
    const session = this.sessions.find(named ? serverUrl(named) : undefined, login);
    if (session && session.expiresAt > new Date().toISOString()) return session;
    const command = ['quanlian login', named, '--as', login ?? session?.login ?? 'USER'].filter(Boolean).join(' ');
    throw new Stop(
      'notLoggedIn',
      'not-logged-in',
      session
        ? { zh: `${session.login} 的登录已到期。`, en: `The log-in of ${session.login} has ended.` }
        : { zh: `尚未登录${login ? `：${login}` : ''}。`, en: `Not logged in${login ? ` as ${login}` : ''}.` },
      { zh: `登录：${command}`, en: `Log in: ${command}` },
    );
  }

  // Ctrl-C ends every call, also those that nobody thought of giving a signal.
  private get fetch(): { fetch: typeof fetch } {
    const { fetch: call = fetch, signal } = this.around;
    return { fetch: (input, init) => call(input, { ...init, signal: init?.signal ?? signal }) };
  }
}

/** An address as people type it: a scheme is added, the path dropped. */
export function serverUrl(text: string): string {
  const local = /^(localhost|127\.|\[::1\])/.test(text);
  const withScheme = /^https?:\/\//i.test(text) ? text : `${local ? 'http' : 'https'}://${text}`;
  try {
    return new URL(withScheme).origin;
  } catch {
    throw usage(`地址不正确：${text}`, `This is no address: ${text}`);
  }
}

/** How a group of commands is attached to the program. */
export interface Bench {
  readonly say: Say;
  readonly around: Surroundings;
}

type Run<Options> = (desk: Desk, args: readonly (string | undefined)[], options: Options) => Promise<void> | void;

/** Gives a command its work. Arguments come as they stand on the line; options with those of the whole program. */
export function act<Options = Record<string, never>>(command: Command, bench: Bench, run: Run<Options>): Command {
  return command.action(async (...given: unknown[]) => {
    const me = given.at(-1) as Command;
    const desk = new Desk(bench.around, me.optsWithGlobals<GlobalOptions>());
    try {
      await run(desk, me.processedArgs as (string | undefined)[], me.opts() as Options);
    } finally {
      desk.progress.finish();
    }
  });
}

/** Examples at the end of a command's help. */
export function examples(command: Command, bench: Bench, ...lines: (string | [string, Sentence])[]): Command {
  const text = lines.map((line) => (typeof line === 'string' ? `  $ ${line}` : `  $ ${line[0]}\n      ${bench.say(line[1])}`));
  return command.addHelpText('after', `\n${bench.say({ zh: '示例：', en: 'Examples:' })}\n${text.join('\n')}`);
}
