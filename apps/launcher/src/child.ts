import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const maxLogBytes = 32 * 1024 * 1024;
/** A child that lived this long was well: its next crash is retried at once. */
const healthyMs = 60_000;
const minWaitMs = 200;
const maxWaitMs = 30_000;

export interface ChildOptions {
  readonly name: string;
  /** The program, built JavaScript. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Where relative paths in its settings begin. */
  readonly cwd: string;
  /** Written straight by the child, so that it does not stumble when the launcher dies. */
  readonly logFile: string;
  readonly env: NodeJS.ProcessEnv;
  /** Modules that it loads while it waits for its release. */
  readonly preload: readonly string[];
  /** Further settings, which may be secret; asked for at each start once it is released. */
  readonly settings: () => NodeJS.ProcessEnv;
  /** Called after every end that nobody asked for, with what happened and the pause before the next start. */
  readonly onCrash: (reason: string, waitMs: number) => void;
}

/** One process that is kept alive: started again after every crash, later and later when it keeps crashing. */
export class Child {
  #process: ChildProcess | undefined;
  #isWanted = false;
  #isReleased = false;
  #isCycling = false;
  #waitMs = minWaitMs;
  #loop: Promise<void> | undefined;
  readonly #interrupt = new AbortController();
  /** Ends since the start that nobody asked for. */
  crashes = 0;

  constructor(readonly options: ChildOptions) {}

  /** Starts the process, which loads what it needs and then waits for its release. */
  start(): void {
    this.#isWanted = true;
    this.#loop = this.#keepAlive();
  }

  /** Lets it run, now and after every later start. */
  release(): void {
    this.#isReleased = true;
    this.#sendSettings();
  }

  #sendSettings(): void {
    // A process that died in the meantime gets them at its next start.
    this.#process?.send(this.options.settings(), () => {});
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Ends it once, to be started again at once: its settings changed. */
  cycle(): void {
    this.#isCycling = this.#process?.kill('SIGTERM') ?? false;
  }

  /** Asks it to stop and, after the grace, ends it; it is not started again. */
  async stop(graceMs: number): Promise<void> {
    this.#isWanted = false;
    this.#interrupt.abort();
    const timer = setTimeout(() => this.#process?.kill('SIGKILL'), graceMs);
    this.#process?.kill('SIGTERM');
    await this.#loop;
    clearTimeout(timer);
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /** The end of its log, for a message about why it does not start. */
  tail(): string {
    return existsSync(this.options.logFile) ? readFileSync(this.options.logFile, 'utf8').slice(-3000).trim() : '';
  }

  async #keepAlive(): Promise<void> {
    while (this.#isWanted) {
      const since = Date.now();
      const reason = await this.#runOnce();
      if (!this.#isWanted) return;
      if (Date.now() - since > healthyMs) this.#waitMs = Math.min(this.#waitMs, minWaitMs);
      if (this.#isCycling) {
        this.#isCycling = false;
        continue;
      }
      this.crashes++;
      this.options.onCrash(reason, this.#waitMs);
      await sleep(this.#waitMs, undefined, { signal: this.#interrupt.signal }).catch(() => {});
      this.#waitMs = Math.min(maxWaitMs, Math.max(minWaitMs, this.#waitMs * 2));
    }
  }

  #runOnce(): Promise<string> {
    trimLog(this.options.logFile);
    const log = openSync(this.options.logFile, 'a', 0o600);
    const guard = new URL('./child-guard.js', import.meta.url).href;
    const child = spawn(process.execPath, ['--import', guard, this.options.script, ...(this.options.args ?? [])], {
      cwd: this.options.cwd,
      env: { ...this.options.env, QUANLIAN_PRELOAD: this.options.preload.join(' ') },
      stdio: ['ignore', log, log, 'ipc'],
      // Its own process group: a Ctrl-C at the terminal is ours, and we stop the children in order.
      detached: true,
    });
    closeSync(log);
    this.#process = child;
    if (this.#isReleased) this.#sendSettings();
    const trimming = setInterval(() => trimLog(this.options.logFile), 60_000);
    return new Promise((resolve) => {
      const ended = (reason: string): void => {
        clearInterval(trimming);
        this.#process = undefined;
        resolve(reason);
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
  }
}

/** Moves what there is beside and begins anew; a child that runs goes on appending to the same file. */
function trimLog(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < maxLogBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}
