import { Readable } from 'node:stream';
import { keysAtMost, refuse, type Item, type KeyListView } from '#contracts';
import { createHmacSha256, encryptAge } from '#crypto';
import { faultAt } from './csv-rows.js';
import { openFront } from './in/open-front.js';
import type { RowFront } from './in/row.js';
import { canonicalValue } from './item-value.js';
import type { JobOptions, TakenKeys, TakeKeysJob } from './job.js';
import { limitsWith } from './limits.js';
import { openPayloadStore } from './payload-place.js';

/** The largest file of keys, in bytes. */
const fileBytes = 64 * 1024 * 1024;
/** The longest key, in characters: as long as a value that a row scope states. */
const keyCharacters = 200;
/** Lines that are named; the others are counted. */
const namedLines = 20;

type Reason = KeyListView['malformed']['first'][number]['reason'];

/**
 * Takes a list of keys in, of any form that files of data may have (`openFront`): reads each by the item's type, as row scopes read values, drops repetitions, sorts, commits, encrypts,
 * stores (docs/formats/key-list.md). The keys are in this process's memory only. Lines that hold no key are left out and named. Throws
 * Refusal `file-too-large`, `key-list-too-long`, `key-list-column`, `key-list-empty`, `csv-…`; then nothing is stored.
 */
export async function takeKeys(
  job: TakeKeysJob,
  source: AsyncIterable<Uint8Array>,
  folder: string,
  options: JobOptions = {},
): Promise<TakenKeys> {
  let sizeBytes = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      options.signal?.throwIfAborted();
      sizeBytes += chunk.length;
      if (sizeBytes > fileBytes) throw refuse('file-too-large', { limit: fileBytes });
      yield chunk;
    }
  };
  const opened = await openFront(measured(), [job.item], {}, folder, { ...limitsWith(job.limits), fileBytes }, true);
  const reader = new KeyReader(job.item, opened.front);
  try {
    do {
      reader.take();
      options.onProgress?.({ stage: 'reading', done: sizeBytes, total: 0, rows: reader.keys.size });
    } while (await opened.front.more());
    opened.finish();
  } finally {
    await opened.close();
  }
  if (reader.keys.size === 0) throw refuse('key-list-empty');
  const count = reader.keys.size;
  const hmac = createHmacSha256(job.commitmentKey);
  const committed = function* (): Generator<Buffer> {
    for (const bytes of keyBytes(sorted(reader.keys))) {
      hmac.update(bytes);
      yield bytes;
    }
  };
  await openPayloadStore(job.store).put(job.objectName, Readable.from(encryptAge([job.recipient], committed())));
  return { count, duplicates: reader.duplicates, malformed: reader.malformed, commitment: hmac.digest().toString('hex') };
}

class KeyReader {
  readonly keys = new Set<string>();
  readonly malformed = { count: 0, first: [] as { line: number; reason: Reason }[] };
  duplicates = 0;
  /** The field that holds the key, and how many fields a line has; unknown before the first line. */
  #column: number | undefined;
  #fields = 1;

  constructor(
    private readonly item: Item,
    private readonly front: RowFront,
  ) {}

  /** Takes the lines that have been read. */
  take(): void {
    while (this.front.next()) {
      const rows = this.front.row;
      // An empty line at the end, or between, says nothing.
      if (rows.fields === 1 && rows.starts[0] === rows.ends[0]) continue;
      if (this.#column === undefined) {
        this.#column = this.#columnOf();
        if (this.#column >= 0) continue;
        this.#column = 0;
      }
      this.#add();
    }
  }

  /** Where the first line, as a header, has the item; -1 when it is no header. */
  #columnOf(): number {
    const { row } = this.front;
    const { fields, starts } = row;
    const names = Array.from({ length: Math.min(fields, starts.length) }, (_, i) => row.text(i));
    const { name, title } = this.item;
    const found = names.includes(name) ? names.indexOf(name) : names.indexOf(title);
    if (found < 0 && fields > 1) throw faultAt('key-list-column', 1, { item: name });
    this.#fields = fields;
    return found;
  }

  #add(): void {
    const rows = this.front.row;
    if (rows.fields !== this.#fields) return this.#leaveOut('fields-differ');
    const key = readKey(this.item, rows.text(this.#column as number));
    if ('reason' in key) return this.#leaveOut(key.reason);
    if (this.keys.has(key.value)) this.duplicates += 1;
    else if (this.keys.size >= keysAtMost) throw refuse('key-list-too-long', { limit: keysAtMost });
    else this.keys.add(key.value);
  }

  #leaveOut(reason: Reason): void {
    this.malformed.count += 1;
    if (this.malformed.first.length < namedLines) this.malformed.first.push({ line: this.front.row.line, reason });
  }
}

function readKey(item: Item, text: string): { value: string } | { reason: Reason } {
  if (text.length > keyCharacters) return { reason: 'too-long' };
  // oxlint-disable-next-line no-control-regex -- the control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(text)) return { reason: 'control-character' };
  const value = canonicalValue(item, text);
  return value === undefined || value === '' ? { reason: 'value-misfit' } : { value };
}

/** The keys in the order of their UTF-8 bytes, which is that of code points. */
function sorted(keys: ReadonlySet<string>): string[] {
  const list = [...keys];
  // JavaScript sorts by UTF-16 units; the order differs only where there are surrogates.
  const isPlain = list.every((key) => !/[\ud800-\udfff]/.test(key));
  return isPlain ? list.toSorted() : list.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const batchKeys = 10_000;

/** Each key and a line feed. */
function* keyBytes(keys: readonly string[]): Generator<Buffer> {
  for (let i = 0; i < keys.length; i += batchKeys) yield Buffer.from(`${keys.slice(i, i + batchKeys).join('\n')}\n`);
}
