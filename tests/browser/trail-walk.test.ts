import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { encodeEntry, exportLine, leafHash, NO_ENTRY, trustRootOf } from '#ledger';
import { codeOf, SampleCity } from '../../libs/ledger/src/sample-city.js';
import { bundleForBrowser } from './bundled-doors.js';

// What the console's worker runs to check a ledger, bundled as it is and run where nothing of Node is.

const city = new SampleCity();
function sampleExport(departments: number): Buffer {
  const said = [city.opened()];
  for (let i = 1; i <= departments; i++) said.push(city.departmentAdmitted(codeOf(i), '民政局'), city.keyAdmitted(codeOf(i)));
  let prev = NO_ENTRY;
  return Buffer.concat(
    said.map(({ bytes, signatures }, index) => {
      const sealedAt = new Date(Date.UTC(2026, 1, 3) + index * 1000).toISOString();
      const entry = encodeEntry({ index, prev, sealedAt, signatures }, bytes);
      prev = leafHash(entry).toString('hex');
      return exportLine(entry);
    }),
  );
}
const exported = sampleExport(6);
const lines = exported.toString('latin1').split('\n').slice(0, -1);
const startOf = (index: number) => lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0);
const root = trustRootOf(Buffer.from(lines[0] ?? '', 'latin1'));

type Walk = { root: object; seen?: object; entry?: { index: number; bytes: Uint8Array } };
interface Verdict {
  readonly kind: 'clean' | 'fault';
  readonly index?: number;
  readonly code?: string;
  readonly holds?: string;
  readonly sentence?: { readonly zh: string; readonly en: string };
  readonly report?: { readonly size: number; readonly head: string };
}

describe('the walk over a ledger that a browser does by itself', () => {
  let walk: (bytes: Buffer, order?: Partial<Walk>) => Promise<Verdict>;
  before(async () => {
    const world = createContext({ crypto: webcrypto, TextEncoder, TextDecoder, URL, atob, btoa });
    const code = await bundleForBrowser(`export * from '/apps/console/src/features/trail/check/walk.ts';`);
    const { walkLedger } = runInContext(`${code}\ndoors`, world) as {
      walkLedger: (chunks: AsyncIterable<Uint8Array>, order: Walk) => Promise<Verdict>;
    };
    const own = runInContext('(bytes) => Uint8Array.from(bytes)', world) as (bytes: Uint8Array) => Uint8Array;
    walk = async (bytes, order = {}) => {
      async function* pieces() {
        for (let at = 0; at < bytes.length; at += 700) yield own(bytes.subarray(at, at + 700));
      }
      return structuredClone(await walkLedger(pieces(), { root, ...order }));
    };
  });

  it('promise 3: a byte altered in any entry is named with the index of that entry', async () => {
    for (const index of [0, 4, 7, 11]) {
      const altered = Buffer.from(exported);
      // Inside the signed statement: a digit of its id.
      const at = altered.indexOf('"id":"', startOf(index)) + 8;
      altered[at] = altered[at] === 0x61 ? 0x62 : 0x61;
      const verdict = await walk(altered);
      assert.equal(verdict.kind, 'fault');
      assert.equal(verdict.index, index, `entry ${index}: ${verdict.code}`);
      assert.ok(verdict.sentence?.zh.includes(String(index)) && verdict.sentence.en.includes(String(index)));
    }
  });

  it('an entry shown to somebody is found at its index, or is found to be another', async () => {
    const bytes = Uint8Array.from(Buffer.from(lines[5] ?? '', 'latin1'));
    assert.equal((await walk(exported, { entry: { index: 5, bytes } })).holds, 'yes');
    assert.equal((await walk(exported, { entry: { index: 6, bytes } })).holds, 'no');
    assert.equal((await walk(exported, { entry: { index: 99, bytes } })).holds, 'missing');
    assert.equal((await walk(exported)).holds, 'not-asked');
  });

  it('promise 4: what was seen before must still be there', async () => {
    const { report } = await walk(exported);
    assert.ok(report && report.size === lines.length);
    const shorter = exported.subarray(0, startOf(9));
    assert.equal((await walk(shorter, { seen: report })).code, 'history-shrank');
    assert.equal((await walk(exported, { seen: { size: 9, head: 'ab'.repeat(32) } })).code, 'history-changed');
    assert.equal((await walk(exported, { seen: report })).kind, 'clean');
  });

  it('another root than the one that is trusted is refused at once', async () => {
    const other = { ...root, origin: 'other.example/ledger' };
    assert.deepEqual(
      [(await walk(exported, { root: other })).code, (await walk(exported, { root: other })).index],
      ['trust-root-differs', 0],
    );
  });
});
