import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommand } from '../../apps/cli/src/program.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What `--json` printed. */
  readonly json: <T = Record<string, unknown>>() => T;
}
export interface RunSettings {
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Stands between the command and the exchange: a line that breaks, an exchange that cheats. */
  readonly fetch?: typeof fetch;
}

/** The command in this process, against a real exchange, with a configuration folder of its own. */
export class CommandLine {
  readonly folder = mkdtempSync(join(tmpdir(), 'quanlian-command-'));

  constructor(private readonly baseUrl: string) {}

  /** A path in the folder that the command works in. */
  path(name: string): string {
    return join(this.folder, name);
  }

  async run(line: readonly string[], settings: RunSettings = {}): Promise<Ran> {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const said = { out: collect(streams.stdout), err: collect(streams.stderr) };
    streams.stdin.end(settings.stdin ?? '');
    const code = await runCommand(line, {
      env: {
        QUANLIAN_CONFIG_DIR: join(this.folder, 'config'),
        QUANLIAN_SERVER: this.baseUrl,
        QUANLIAN_LANG: 'en',
        ...settings.env,
      },
      streams,
      signal: settings.signal ?? new AbortController().signal,
      ...(settings.fetch ? { fetch: settings.fetch } : {}),
    });
    streams.stdout.end();
    streams.stderr.end();
    const [out, err] = await Promise.all([said.out, said.err]);
    return { code, out, err, json: <T>() => JSON.parse(out) as T };
  }

  /** Runs a line that must succeed; answers its JSON. */
  async ok<T = Record<string, never>>(line: readonly string[], settings: RunSettings = {}): Promise<T> {
    const ran = await this.run([...line, '--json'], settings);
    if (ran.code !== 0) throw new Error(`quanlian ${line.join(' ')} ended with ${ran.code}:\n${ran.out}${ran.err}`);
    return ran.json<T>();
  }

  async logIn(login: string, password: string): Promise<void> {
    await this.ok(['login', '--as', login], { env: { QUANLIAN_PASSWORD: password } });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function collect(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString('utf8');
}
