import type { Item, Problem } from '#contracts';
import { checkCsv } from '#delivery';

// A worker, so that the page stays alive while a large file is read. One order, one answer.

export interface CheckOrder {
  readonly file: Blob;
  readonly items: readonly Item[];
  readonly columns: readonly number[];
  readonly faultsMax: number;
}
export type CheckNews =
  | { readonly kind: 'progress'; readonly doneBytes: number; readonly rows: number }
  | { readonly kind: 'checked'; readonly rows: number; readonly faults: readonly Problem[]; readonly isCut: boolean }
  | { readonly kind: 'broken'; readonly message: string };

const tell = (news: CheckNews) => postMessage(news);
const progressEveryMs = 100;

addEventListener('message', ({ data }: MessageEvent<CheckOrder>) => {
  check(data).catch((error: unknown) => tell({ kind: 'broken', message: String(error) }));
});

async function check({ file, items, columns, faultsMax }: CheckOrder): Promise<void> {
  let toldAt = 0;
  const { rows, faults, isCut } = await checkCsv(items, columns, file.stream(), {
    faultsMax,
    onProgress: (doneBytes, checked) => {
      if (Date.now() - toldAt < progressEveryMs) return;
      toldAt = Date.now();
      tell({ kind: 'progress', doneBytes, rows: checked });
    },
  });
  tell({ kind: 'checked', rows, faults: faults.map((fault) => fault.toProblem()), isCut });
}
