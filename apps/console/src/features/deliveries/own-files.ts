// Files of the browser's own (the origin private file system): where a page cannot write beside the person's other files, what was opened
// lies here until it is handed to the browser's downloads. Nothing of it stays: whoever comes next sweeps what no open page holds.
const folderName = 'opened';
const lockOf = (name: string) => `quanlian-opened:${name}`;

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(folderName, { create: true });
}

export async function ownFile(name: string): Promise<FileSystemFileHandle> {
  return (await folder()).getFileHandle(name, { create: true });
}

/** Whether the browser has such files, and how many bytes it would still take. */
export async function ownSpaceBytes(): Promise<number | undefined> {
  try {
    await folder();
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return quota - usage;
  } catch {
    return undefined;
  }
}

/** Says that a file is in use for as long as the answer's function is not called, or the page lives. */
export async function holdOwnFile(name: string): Promise<() => void> {
  let release: () => void = () => undefined;
  await new Promise<void>((held) => {
    void navigator.locks.request(lockOf(name), () => {
      held();
      return new Promise<void>((done) => {
        release = done;
      });
    });
  });
  return release;
}

/** Removes the files that no page holds. */
export async function sweepOwnFiles(): Promise<void> {
  try {
    const place = await folder();
    for await (const name of place.keys())
      await navigator.locks.request(lockOf(name), { ifAvailable: true }, async (lock) => {
        if (lock) await place.removeEntry(name);
      });
  } catch {
    // A browser without them, or a file that another page just took: the next sweep sees to it.
  }
}
