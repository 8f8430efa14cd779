import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CallError, routes } from '#contracts';
import { encodeCanonical, sha256Hex, type CanonicalValue } from '#crypto';
import { encodeTrustRoot, openTrustRoot } from '#ledger';
import { admitDepartments, admitter } from './admit-departments.js';
import { allEnded, type Loading } from './carry-out.js';
import { buildCity, type CitySize } from './city.js';
import { DemoFolder, type DemoAccount } from './demo-folder.js';
import { competentKey, departmentOf } from './departments.js';
import { Desks } from './desks.js';
import { Journal } from './journal.js';
import { enterRegisters, publishRegisters } from './publish-registers.js';
import { tellStory } from './tell-story.js';
import { accountsTable, progressText, type ProgressStep } from './words.js';

export interface LoadDemoOptions {
  /** Of the running exchange. */
  readonly baseUrl: string;
  /** From the one-time set-up link; not needed to go on with a load whose set-up was done. */
  readonly setupToken?: string;
  readonly dataDir: string;
  readonly locale: 'zh' | 'en';
  /** `small` has a few thousand rows in all. */
  readonly size?: CitySize;
  /** One line of text for each step forward; `share` of the whole, from 0 to 1. */
  readonly onProgress?: (text: string, share: number) => void;
  /** How calls travel; tests lose some. */
  readonly fetch?: typeof fetch;
}

export interface LoadedDemo {
  readonly accounts: readonly DemoAccount[];
  /** The list of people for its owner to read. */
  readonly peopleFile: string;
  readonly identitiesFolder: string;
}

const journalName = 'journal.jsonl';

/** How far the demo of a data folder is: never begun, cut off (call `loadDemo` again), or whole. */
export function demoState(dataDir: string): 'none' | 'begun' | 'loaded' {
  const folder = new DemoFolder(dataDir);
  if (folder.read('loaded.json') !== undefined) return 'loaded';
  return existsSync(join(folder.path, journalName)) ? 'begun' : 'none';
}

/**
 * Loads the demo city into a freshly started exchange, entirely through its API, each step as the person whose step it is. A load that
 * was cut off goes on where it stopped when it is called again; `demo/loaded.json` is written last. Throws when the exchange refuses
 * what it should not.
 */
export async function loadDemo(options: LoadDemoOptions): Promise<LoadedDemo> {
  const { baseUrl, dataDir, locale, size = 'full' } = options;
  const folder = new DemoFolder(dataDir);
  const accounts = folder.accounts();
  const desks = new Desks(baseUrl, accounts, locale, options.fetch);
  try {
    const loading = await open(options, folder, desks);
    // A load that goes on is of the size that it began with.
    await load(loading, await loading.journal.once('size', () => size), reporter(options));
  } catch (error) {
    // The tokens end by themselves within a day; what went wrong matters more than that they could not be ended now.
    await desks.logOut().catch(() => undefined);
    throw error;
  }
  await desks.logOut();
  rmSync(join(folder.path, 'receiving'), { recursive: true, force: true });
  folder.write('people.txt', accountsTable(accounts, baseUrl));
  folder.write('loaded.json', `${JSON.stringify({ loadedAt: new Date().toISOString(), size })}\n`);
  return { accounts, peopleFile: join(folder.path, 'people.txt'), identitiesFolder: join(folder.path, 'identities') };
}

type Report = (step: ProgressStep, done: number, of: number, what?: string) => void;

async function load(loading: Loading, size: CitySize, report: Report): Promise<void> {
  report('departments', 0, 1);
  await admitDepartments(loading, (done, of) => report('departments', done, of));
  const city = buildCity(size);
  const datasets = await enterRegisters(loading);
  // Requests are put and answered while the files are still on their way; only pulls wait for them.
  const uploads = publishRegisters(loading, city, datasets, (done, of, title) => report('registers', done, of, title));
  const told = tellStory(loading, city, datasets, uploads, (done, of) => report('story', done, of));
  await allEnded([uploads.all, told]);
}

/** How much of the whole each step is, roughly, in time. */
const weights: Record<ProgressStep, number> = { departments: 0.25, registers: 0.45, story: 0.3 };

function reporter({ locale, onProgress }: LoadDemoOptions): Report {
  const shares: Record<ProgressStep, number> = { departments: 0, registers: 0, story: 0 };
  return (step, done, of, what) => {
    shares[step] = (weights[step] * done) / of;
    const share = Object.values(shares).reduce((sum, part) => sum + part, 0);
    onProgress?.(progressText(locale, step, done, of, what), share);
  };
}

/** Sets the exchange up, unless that is done, with the journal of this very ledger. */
async function open(options: LoadDemoOptions, folder: DemoFolder, desks: Desks): Promise<Loading> {
  const opened = await trustRootOf(desks);
  let journal = openJournal(folder);
  // The database was emptied or another one: what the journal says was done is not done here.
  const isOther = journal.has('ledger') && journal.known('ledger') !== opened?.fingerprint;
  if (isOther || (journal.has('set-up') && !opened)) {
    for (const name of [journalName, 'loaded.json']) folder.setAside(name);
    journal = openJournal(folder);
  }
  await setUp(options, desks, journal);
  const root = opened ?? (await trustRootOf(desks));
  if (!root) throw new Error('The exchange was set up and shows no trust root');
  await journal.once('ledger', () => root.fingerprint);
  // What the competent department would publish in its gazette, for everybody to verify the ledger from.
  folder.write('trust-root.json', `${root.file}\n`);
  return { folder, journal, desks, origin: root.origin };
}

function openJournal(folder: DemoFolder): Journal {
  return new Journal(join(folder.path, journalName));
}

/** What tells this ledger from every other; undefined before set-up. */
async function trustRootOf(desks: Desks): Promise<{ origin: string; file: string; fingerprint: string } | undefined> {
  try {
    const root = openTrustRoot(encodeCanonical((await desks.callAsNobody(routes.trustRoot, {}, true)) as CanonicalValue));
    const file = encodeTrustRoot(root);
    return { origin: root.origin, file: file.toString('utf8'), fingerprint: sha256Hex(file) };
  } catch (error) {
    if (error instanceof CallError && error.problem?.code === 'unavailable') return undefined;
    throw error;
  }
}

async function setUp({ setupToken }: LoadDemoOptions, desks: Desks, journal: Journal): Promise<void> {
  const [head, operator] = departmentOf(competentKey).people;
  if (!head || !operator) throw new Error('The competent department needs its first two people');
  await journal.once('set-up', async (again) => {
    // The answer may have been lost on its way; that the kept password opens the account tells.
    if (again && (await desks.opens(admitter))) return;
    if (setupToken === undefined) throw new Error('Loading the demo city needs the set-up link');
    const { code, name, level, region } = departmentOf(competentKey);
    const first = ({ login, name }: typeof head) => ({ login, name, password: desks.account(login).password });
    await desks.callAsNobody(routes.setUp, {
      body: { token: setupToken, department: { code, name, level, region }, officeHead: first(head), operator: first(operator) },
    });
  });
}
