import { walkLedger, type Verdict, type Walk } from './walk';

/** What the page asks, once. */
export interface Order extends Walk {
  /** Address of the export, and for which department one acts. */
  readonly url: string;
  readonly department?: string | undefined;
}
/** What it hears: how far the walk is, and once how it ended. */
export type News =
  | { readonly kind: 'progress'; readonly entries: number; readonly bytes: number }
  | { readonly kind: 'done'; readonly verdict: Verdict; readonly bytes: number; readonly ms: number }
  | { readonly kind: 'no-answer'; readonly status: number };

const tellMs = 150;

const tell = (news: News) => postMessage(news);

onmessage = async ({ data }: MessageEvent<Order>) => {
  const begun = performance.now();
  let bytes = 0;
  let told = begun;
  const headers = { 'x-quanlian-request': '1', ...(data.department ? { 'x-quanlian-department': data.department } : {}) };
  const response = await fetch(data.url, { headers }).catch(() => undefined);
  if (!response?.ok || !response.body) return tell({ kind: 'no-answer', status: response?.status ?? 0 });
  const body = response.body;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const reader = body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
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
    // A line that broke in the middle; a fault of the ledger is a verdict.
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    tell({ kind: 'no-answer', status: 0 });
  }
};
