import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, normalize } from 'node:path';
import { signingKeyOf } from '#crypto';
import {
  encodeTilePath,
  encodeVerifierKey,
  HashesInMemory,
  leafHash,
  noteSignerOf,
  proveConsistency,
  readRoot,
  readTile,
  signCheckpoint,
  tilesBetween,
  type NoteSigner,
  type TreeHead,
} from '#ledger';
import { runWitness } from '../../apps/witness/src/program.js';

/** A log with a key of its own, whose history can be any that one wishes. */
export class SampleLog {
  readonly signer: NoteSigner;

  constructor(
    readonly origin: string,
    seed = 1,
  ) {
    this.signer = noteSignerOf(origin, 'ed25519', signingKeyOf(Buffer.alloc(32, seed)));
  }

  get vkey(): string {
    return encodeVerifierKey(this.signer.key);
  }

  /** The body of POST add-checkpoint that goes from one size of a history to another. */
  async body(history: History, old: number, size: number): Promise<string> {
    return bodyOf(old, await proveConsistency(history.tree, old, size), await this.checkpoint(history, size));
  }

  async checkpoint(history: History, size: number): Promise<string> {
    return signCheckpoint(await history.head(size), this.signer);
  }

  /** Writes checkpoint and hash tiles as static files. */
  async publish(folder: string, history: History, size: number): Promise<void> {
    for (const tile of tilesBetween(0, size)) {
      const path = join(folder, encodeTilePath(tile));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await readTile(history.tree, tile));
    }
    writeFileSync(join(folder, 'checkpoint'), await this.checkpoint(history, size));
  }
}

/** Entries; those of one name from `shared` on differ from those of another. */
export class History {
  readonly tree = new HashesInMemory();

  constructor(name: string, size: number, shared = size) {
    const entry = (i: number): string => `entry ${i}${i < shared ? '' : ` of ${name}`}`;
    this.tree.append(Buffer.concat(Array.from({ length: size }, (_, i) => leafHash(Buffer.from(entry(i))))));
  }

  async head(size: number): Promise<TreeHead> {
    return { size, root: await readRoot(this.tree, size) };
  }
}

export const bodyOf = (old: number | string, proof: readonly (Uint8Array | string)[], note: string): string =>
  `old ${old}\n${proof.map((hash) => `${typeof hash === 'string' ? hash : Buffer.from(hash).toString('base64')}\n`).join('')}\n${note}`;

export interface RunningWitness {
  readonly address: string;
  readonly lines: string[];
  /** The exit code. */
  stop(): Promise<number>;
}

/** Runs `quanlian-witness run` in this process, with all that it does but the process. */
export async function runningWitness(store: string, ...words: string[]): Promise<RunningWitness> {
  const ending = new AbortController();
  const lines: string[] = [];
  let ready = (_address: string): void => {};
  const address = new Promise<string>((resolve) => (ready = resolve));
  const print = (line: string): void => {
    lines.push(line);
    const [found] = /http:\S+$/.exec(line) ?? [];
    if (found) ready(found);
  };
  const ended = runWitness(['run', '--store', store, '--listen', '127.0.0.1:0', ...words], { print, signal: ending.signal });
  const first = await Promise.race([address, ended]);
  if (typeof first === 'number') throw new Error(`exit ${first}: ${lines.join('\n')}`);
  return { address: first, lines, stop: () => (ending.abort(), ended) };
}

/** Runs any other command of it to its end. */
export async function runToEnd(...words: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const code = await runWitness(words, { print: (line) => lines.push(line), signal: new AbortController().signal });
  return { code, said: lines.join('\n') };
}

export async function post(
  address: string,
  body: string | Uint8Array,
): Promise<{ status: number; type: string | null; text: string }> {
  const response = await fetch(`${address}/add-checkpoint`, { method: 'POST', body: body as string });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** Any web server: hands out the files of a folder. */
export async function staticServer(folder: string): Promise<{ url: string; close(): Promise<unknown> }> {
  const server = createServer((request, response) => {
    const file = join(folder, normalize(request.url ?? '/'));
    if (!existsSync(file)) response.writeHead(404).end();
    else response.end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
