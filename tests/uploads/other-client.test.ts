import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Upload, type UploadOptions } from 'tus-js-client';
import { foundSmallCity, published, settled, startExchange, villageCsv, villageEntry } from '#testing';
import { breakingLine } from './breaking-line.js';
import { beginUrl, view } from './tus.js';

const exchange = await startExchange({ label: 'other_client' });
after(() => exchange.stop());
const city = await foundSmallCity(exchange);
const dataset = await published(city, villageEntry(), villageCsv(3));

const ways: Record<string, Partial<UploadOptions>> = {
  'creates, then sends': {},
  'sends with the creation': { uploadDataDuringCreation: true },
  'sends in several requests': { chunkSize: 200_000 },
};

for (const [way, options] of Object.entries(ways)) {
  test(`the client of the tus project ${way}, and goes on where its line broke`, async () => {
    const rows = 20_000;
    const line = await breakingLine(exchange.baseUrl);
    line.cutNext([150_000, 100_000, 5_000]);
    const id = await new Promise<string>((resolve, reject) => {
      const upload = new Upload(villageCsv(rows), {
        endpoint: beginUrl(line.baseUrl, dataset),
        headers: { authorization: `Bearer ${city.steward.token}` },
        retryDelays: [50, 100, 200, 400, 800],
        ...options,
        onError: reject,
        onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
      });
      upload.start();
    });
    const told = await view(city.steward, id);
    assert.ok(line.cuts >= 2, `the line was cut ${line.cuts} times`);
    assert.deepEqual([told.state, told.rows], ['proposed', rows]);
    if (told.proposal) await settled(city.steward, told.proposal);
    await line.close();
  });
}
