import { webcrypto } from 'node:crypto';
import { resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build, type Rolldown } from 'vite';

// For tests only: the browser doors as a page gets them, in a world that has nothing of Node.

/** The clone: this file runs as dist/tests/browser/bundled-doors.js. */
export const root = resolve(import.meta.dirname, '../../..');

/** Bundles TypeScript of the clone the way pages are bundled, into one script; what it exports is `doors`. */
export async function bundleForBrowser(source: string, minify = false): Promise<string> {
  const entry = resolve(root, 'tests/browser/entry.ts');
  const built = (await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['quanlian-browser', 'quanlian-source', 'module', 'browser', 'production'] },
    plugins: [
      { name: 'entry', resolveId: (id) => (id === entry ? id : undefined), load: (id) => (id === entry ? source : undefined) },
    ],
    build: { write: false, minify, target: 'es2022', lib: { entry, formats: ['iife'], name: 'doors' } },
  })) as Rolldown.RolldownOutput[];
  const [script] = built[0]?.output ?? [];
  if (script?.type !== 'chunk') throw new Error('Nothing was bundled');
  return script.code;
}

export const everyDoor = ['contracts', 'crypto', 'ledger', 'rights', 'delivery']
  .map((room) => `export * as ${room} from '#${room}';`)
  .join('\n');

export interface BrowserDoors {
  readonly contracts: typeof import('#contracts');
  readonly crypto: typeof import('#crypto');
  readonly ledger: typeof import('#ledger');
  readonly rights: typeof import('#rights');
  /** Bytes of that world: the libraries ask for its own kind. */
  readonly bytes: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
}

/** The doors, run where there is no `process`, no `Buffer`, no `require`: the globals of JavaScript and these few of every browser. */
export async function browserDoors(): Promise<BrowserDoors> {
  const world = createContext({ crypto: webcrypto, TextEncoder, TextDecoder, URL, atob, btoa });
  const code = await bundleForBrowser(everyDoor);
  const doors = runInContext(`${code}\ndoors`, world) as Omit<BrowserDoors, 'bytes'>;
  const copy = runInContext('(bytes) => Uint8Array.from(bytes)', world) as BrowserDoors['bytes'];
  return { ...doors, bytes: copy };
}
