import { walkLedger, type Verdict, type Walk } from './walk';

// The exchange serves this file under a policy that lets it reach nobody: what it checks is handed in as a stream.

/** What the page asks, once. */
export interface Order extends Walk {
  /** The export of the ledger. */
  readonly stream: ReadableStream<Uint8Array>;
}
/** What it hears: how far the walk is, and once how it ended. */
export type News =
  | { readonly kind: 'progress'; readonly entries: number; readonly bytes: number }
  | { readonly kind: 'done'; readonly verdict: Verdict; readonly bytes: number; readonly ms: number }
  /** The line broke; nothing is concluded. */
  | { readonly kind: 'broken' };

const tellMs = 150;
const tell = (news: News) => postMessage(news);

/** The line broke; a fault of the ledger is a verdict. */
class StreamBroken extends Error {}

onmessage = async ({ data }: MessageEvent<Order>) => {
  const begun = performance.now();
  let bytes = 0;
  let told = begun;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const reader = data.stream.getReader();
    const read = () =>
      reader.read().catch((error: unknown) => {
        throw new StreamBroken('The export broke off', { cause: error });
      });
    for (let next = await read(); !next.done; next = await read()) {
      bytes += next.value.length;
      yield next.value;
    }
  }
  try {
    const verdict = await walkLedger(chunks(), data, (entries) => {
      const now = performance.now();
      if (now - told < tellMs) return;
      told = now;
      tell({ kind: 'progress', entries, bytes });
    });
    tell({ kind: 'done', verdict, bytes, ms: performance.now() - begun });
  } catch (error) {
    if (!(error instanceof StreamBroken)) throw error;
    tell({ kind: 'broken' });
  }
};
