import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes, type ProposalView, type UploadView } from '#contracts';
import { createSha256, randomId } from '#crypto';
import { allEnded, carryOut, inParallel, turns, type Loading } from './carry-out.js';
import type { City } from './city.js';
import { departmentOf, loginOf } from './departments.js';
import { csvOf, registers, type Register, type RegisterKey } from './registers/index.js';

/** The ids of the city's datasets. */
export type DatasetIds = Readonly<Record<RegisterKey, string>>;

/** Enters every register in the catalogue, by the steward of its provider. */
export async function enterRegisters(loading: Loading): Promise<DatasetIds> {
  const ids: Partial<Record<RegisterKey, string>> = {};
  await inParallel(3, registers, async (register) => {
    const { entry, key, provider } = register;
    const by = loginOf(provider, 'steward');
    ids[key] = await carryOut(loading, {
      key: `dataset:${key}`,
      by,
      type: 'dataset.entered',
      matches: ({ body }) => body.entry.resourceCode === entry.resourceCode,
      prepare: () => loading.desks.call(by, routes.enterDataset, { body: { entry, noSecrets: true } }),
    });
  });
  return ids as DatasetIds;
}

/** First versions on their way: everything but a pull can go on meanwhile. */
export interface Uploads {
  /** Fulfilled when the register's first version is sealed. */
  published(key: RegisterKey): Promise<void>;
  /** Fulfilled when all are, rejected by the first that fails. */
  readonly all: Promise<void>;
}

/** Uploads the first version of each register, two at a time: more would only wait for the same cores. */
export function publishRegisters(
  loading: Loading,
  city: City,
  ids: DatasetIds,
  onUpload: (done: number, of: number, title: string) => void,
): Uploads {
  const shared = registers.filter((each) => each.versions > 0);
  const inTurn = turns(2);
  let done = 0;
  const versions = new Map(
    shared.map((register) => [
      register.key,
      inTurn(async () => {
        await publish(loading, city, register, ids[register.key], 1);
        onUpload(++done, shared.length, register.entry.title);
      }),
    ]),
  );
  const all = allEnded(versions.values());
  // Whoever waits for one hears of its failure; that nobody waits yet is no fault.
  for (const each of [all, ...versions.values()]) each.catch(() => undefined);
  return { all, published: async (key) => versions.get(key) };
}

/** Publishes one version from a stream of its rows. Gives the version's id. */
export async function publish(
  loading: Loading,
  city: City,
  register: Register,
  dataset: string,
  version: number,
): Promise<string> {
  const by = loginOf(register.provider, 'steward');
  return carryOut(loading, {
    key: `version:${register.key}:${version}`,
    by,
    type: 'version.published',
    matches: ({ body }) => body.dataset === dataset && body.number === version,
    prepare: async () => {
      const id = await loading.journal.once(`upload:${register.key}:${version}`, () => randomId());
      return (await findUpload(loading, by, id)) ?? upload(loading, by, { register, city, dataset, version, id });
    },
  });
}

const uploadPatienceMs = 60_000;

/**
 * What became of an upload that an earlier try began: the exchange goes on with a file that it has received whole though nobody waits
 * for the answer any more. A second version beside it would be refused as stale.
 */
async function findUpload({ desks }: Loading, by: string, id: string): Promise<ProposalView | undefined> {
  const deadline = Date.now() + uploadPatienceMs;
  for (;;) {
    let earlier: UploadView;
    try {
      earlier = await desks.call(by, routes.upload, { params: { id } });
    } catch (error) {
      if (error instanceof CallError && error.problem?.code === 'unknown') return undefined;
      throw error;
    }
    if (earlier.state !== 'receiving' || Date.now() > deadline) return earlier.proposal;
    await sleep(300);
  }
}

async function upload(
  loading: Loading,
  by: string,
  file: { register: Register; city: City; dataset: string; version: number; id: string },
): Promise<ProposalView> {
  const { register, city, dataset, version, id } = file;
  const digest = createSha256();
  const fileName = `${register.key}-${departmentOf(register.provider).region}-v${version}.csv`;
  const stream = Readable.toWeb(Readable.from(measured(csvOf(register, city, version), digest)));
  let sent: UploadView;
  try {
    sent = await loading.desks.call(
      by,
      routes.publishVersion,
      { params: { id: dataset }, query: { fileName, noSecrets: 'true', upload: id } },
      { stream: stream as ReadableStream<Uint8Array> },
    );
  } catch (error) {
    // An earlier try of this upload ended without a version: its id is used up.
    if (!(error instanceof CallError && error.problem?.code === 'already-exists')) throw error;
    return upload(loading, by, { ...file, id: randomId() });
  }
  if (!sent.proposal) throw new Error(`${register.key}: ${sent.problem?.title.en ?? 'the upload gave no proposal'}`);
  // The file's digest is known only at its end: what arrived is compared with what was sent.
  if (sent.fileSha256 !== digest.digest('hex')) throw new Error(`${register.key}: another file arrived than was sent`);
  return sent.proposal;
}

function* measured(chunks: Iterable<Buffer>, digest: ReturnType<typeof createSha256>): Generator<Buffer> {
  for (const chunk of chunks) {
    digest.update(chunk);
    yield chunk;
  }
}
