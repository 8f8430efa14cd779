import { refuse } from '#contracts';
import { XmlTags, type XmlListener } from './xml-tags.js';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Texts by number, outside of the JavaScript heap: a workbook may have millions of them. At most `limitBytes` of UTF-8. */
export class TextTable {
  count = 0;
  readonly #chunks: Buffer[] = [];
  #at = CHUNK_BYTES;
  #starts = new Float64Array(1024);
  #lengths = new Uint32Array(1024);
  #sizeBytes = 0;

  constructor(private readonly limitBytes: number) {}

  add(text: string): void {
    const length = Buffer.byteLength(text);
    this.#sizeBytes += length + 12;
    if (this.#sizeBytes > this.limitBytes)
      throw refuse('workbook-too-large', { limit: Math.floor(this.limitBytes / 1024 / 1024) });
    if (this.#at + length > CHUNK_BYTES) {
      this.#chunks.push(Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, length)));
      this.#at = 0;
    }
    if (this.count === this.#lengths.length) this.#grow();
    this.#starts[this.count] = (this.#chunks.length - 1) * CHUNK_BYTES + this.#at;
    this.#lengths[this.count] = length;
    (this.#chunks[this.#chunks.length - 1] as Buffer).write(text, this.#at);
    this.#at += length;
    this.count += 1;
  }

  get(index: number): string | undefined {
    if (!(index >= 0 && index < this.count)) return undefined;
    const start = this.#starts[index] as number;
    const chunk = this.#chunks[Math.floor(start / CHUNK_BYTES)] as Buffer;
    const from = start % CHUNK_BYTES;
    return chunk.toString('utf8', from, from + (this.#lengths[index] as number));
  }

  #grow(): void {
    const starts = new Float64Array(this.#starts.length * 2);
    starts.set(this.#starts);
    this.#starts = starts;
    const lengths = new Uint32Array(this.#lengths.length * 2);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}

/** Reads the workbook's shared strings (ECMA-376 §18.4). Runs of a rich text are joined; what tells its pronunciation is left out. */
export async function readSharedStrings(part: AsyncIterable<Buffer>, limitBytes: number): Promise<TextTable> {
  const table = new TextTable(limitBytes);
  const text = new RichText();
  const listener: XmlListener = {
    open(name, _attributes, isEmpty) {
      if (name === 'si') {
        text.begin();
        if (isEmpty) table.add('');
      } else text.open(name, isEmpty);
    },
    close(name) {
      if (name === 'si') table.add(text.take());
      else text.close(name);
    },
    text: (piece) => text.add(piece),
  };
  await readXml(part, listener);
  return table;
}

/** The text of `<si>` and `<is>`: that of their `<t>`, but not of those within `<rPh>`. */
export class RichText {
  #text = '';
  #isText = false;
  #isPhonetic = false;

  begin(): void {
    this.#text = '';
    this.#isText = false;
    this.#isPhonetic = false;
  }

  open(name: string, isEmpty: boolean): void {
    if (isEmpty) return;
    if (name === 't') this.#isText = !this.#isPhonetic;
    else if (name === 'rPh') this.#isPhonetic = true;
  }

  close(name: string): void {
    if (name === 't') this.#isText = false;
    else if (name === 'rPh') this.#isPhonetic = false;
  }

  add(piece: string): void {
    if (this.#isText) this.#text += piece;
  }

  take(): string {
    return unescaped(this.#text);
  }
}

/** `_x000D_` stands for a character that XML cannot hold. ECMA-376 §22.4.2.4. */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Reads a part to its end. Throws `workbook-damaged` for what is no UTF-8. */
export async function readXml(part: AsyncIterable<Buffer>, listener: XmlListener): Promise<void> {
  const tags = new XmlTags(listener);
  for await (const piece of xmlText(part)) tags.push(piece);
  tags.end();
}

export async function* xmlText(part: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of part) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? refuse('workbook-damaged') : error;
  }
}
