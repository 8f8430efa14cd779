import { download } from './dom.js';

/** Where the opened content goes: nothing shows before `sink` is closed. */
export interface Target {
  readonly name: string;
  readonly sink: WritableStream<Uint8Array<ArrayBuffer>>;
  /** After the sink was aborted: takes away what the dialog had made. */
  readonly undo: () => Promise<void>;
}

/** The most that is held in memory where the browser cannot write files. */
export const memoryMaxBytes = 2 * 1024 ** 3;

interface Picker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle & { remove?: () => Promise<void> }>;
}
const picker = (): Picker => globalThis as unknown as Picker;

/** Whether the browser writes straight to a file that the person names. */
export const writesFiles = (): boolean => picker().showSaveFilePicker !== undefined;

/** Asks where to save. Must be called while the person's click counts. Throws an `AbortError` when the person changes their mind. */
export async function chooseTarget(suggestedName: string): Promise<Target> {
  const handle = await picker().showSaveFilePicker?.({ suggestedName });
  if (!handle) return memoryTarget(suggestedName);
  // The dialog makes the file at once, and empty.
  const wasEmpty = (await handle.getFile()).size === 0;
  return {
    name: handle.name,
    sink: await handle.createWritable(),
    undo: async () => {
      if (wasEmpty) await handle.remove?.();
    },
  };
}

const foldEveryBytes = 32 * 1024 * 1024;

/** Keeps the content as a Blob, which browsers move to disk when it grows, and has it downloaded at the end. */
function memoryTarget(name: string): Target {
  let whole = new Blob([]);
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let partBytes = 0;
  const fold = () => {
    // The type keeps browsers from adding an ending of their own to the name.
    whole = new Blob([whole, ...parts], { type: 'application/octet-stream' });
    parts = [];
    partBytes = 0;
  };
  return {
    name,
    sink: new WritableStream<Uint8Array<ArrayBuffer>>({
      write(bytes) {
        if (whole.size + partBytes + bytes.length > memoryMaxBytes) throw new RangeError('2 GB');
        parts.push(bytes);
        partBytes += bytes.length;
        if (partBytes >= foldEveryBytes) fold();
      },
      close() {
        fold();
        download(whole, name);
      },
    }),
    undo: () => Promise.resolve(),
  };
}
