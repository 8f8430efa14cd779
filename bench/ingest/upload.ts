import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { routes, type UploadView } from '#contracts';
import { randomId } from '#crypto';
import { foundSmallCity, published, settled, startExchange, villageCsv, villageEntry } from '#testing';
import { watchMemory } from '../shared/process-tree.js';
import { median } from '../shared/rounds.js';

const goal = 1.2;
const tus = { 'tus-resumable': '1.0.0' };

/**
 * A file that arrives so that its line may break (begun, asked how much is there, added, taken in from the pieces), against the plain
 * request with the same file, over HTTP to a running exchange on a PostgreSQL that keeps what it says. Both are taken in as a version.
 */
export async function benchUpload(csv: string, rounds: number): Promise<void> {
  const exchange = await startExchange({ label: 'bench-upload' });
  try {
    const city = await foundSmallCity(exchange);
    const { client } = city.steward;
    const dataset = await published(city, villageEntry(), villageCsv(10));
    const params = { id: dataset };
    const { size: sizeBytes } = statSync(csv);
    const file = () => Readable.toWeb(createReadStream(csv, { highWaterMark: 256 * 1024 })) as ReadableStream<Uint8Array>;
    const said = { fileName: 'data.csv', noSecrets: 'true' } as const;
    const plain = () => client.call(routes.publishVersion, { params, query: said }, { stream: file() });
    const resumable = async (): Promise<UploadView> => {
      const upload = { id: randomId() };
      const size = { 'upload-length': String(sizeBytes) };
      await client.call(routes.beginVersion, { params, query: { ...said, upload: upload.id } }, { headers: { ...tus, ...size } });
      const headers = { ...tus, 'upload-offset': '0' };
      await client.open(routes.appendUpload, { params: upload }, { headers, stream: file() });
      return client.call(routes.upload, { params: upload });
    };
    const secondsOf = async (send: () => Promise<UploadView>): Promise<number> => {
      const since = performance.now();
      const { proposal, rows } = await send();
      const seconds = (performance.now() - since) / 1000;
      if (!proposal || !rows) throw new Error('The file was not taken in');
      await settled(city.steward, proposal);
      return seconds;
    };
    const api = exchange.pidOf('api');
    if (api === undefined) throw new Error('The API does not run');
    const memory = watchMemory(api);
    const [plainly, resumably]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const both = [async () => plainly.push(await secondsOf(plain)), async () => resumably.push(await secondsOf(resumable))];
      for (const one of round % 2 === 0 ? both : both.toReversed()) await one();
    }
    const ratio = median(resumably.map((seconds, i) => seconds / (plainly[i] as number)));
    const { processesBytes } = memory();
    console.log(
      `upload of ${Math.round(sizeBytes / 1024 ** 2)} MiB that may break off: ${median(resumably).toFixed(2)} s; in one request ${median(plainly).toFixed(2)} s; ` +
        `ratio ${ratio.toFixed(2)} (goal ${goal}: ${ratio <= goal ? 'reached' : 'MISSED'}); ` +
        `the API and its children ${Math.round(processesBytes / 1024 ** 2)} MiB`,
    );
  } finally {
    await exchange.stop();
  }
}
