import { refuse } from '#contracts';

/** What is heard of an XML document, in order. Names are without their prefix. */
export interface XmlListener {
  open(name: string, attributes: string, isEmpty: boolean): void;
  close(name: string): void;
  /** Only what stands between tags; may come in several pieces. */
  text(text: string): void;
}

/** The longest tag, or text between two tags, in UTF-16 units. */
const heldMost = 8 * 1024 * 1024;

/**
 * Reads XML as it arrives, as far as workbooks use it: elements, attributes, text, the five entities and character numbers. No document
 * type is read, so nothing expands (`workbook-damaged`). Well-formedness is not judged beyond what is needed to go on.
 */
export class XmlTags {
  #held = '';
  constructor(private readonly listener: XmlListener) {}

  push(piece: string): void {
    const text = this.#held === '' ? piece : this.#held + piece;
    let at = 0;
    for (;;) {
      const begin = text.indexOf('<', at);
      if (begin < 0) break;
      const end = endOfTag(text, begin);
      if (end < 0) break;
      if (begin > at) this.listener.text(decoded(text.slice(at, begin)));
      this.#tag(text, begin, end);
      at = end;
    }
    this.#held = text.slice(at);
    if (this.#held.length > heldMost) throw refuse('workbook-cell-too-large');
  }

  /** Throws `workbook-damaged` when the document ended inside of a tag. */
  end(): void {
    if (this.#held.trim() !== '') throw refuse('workbook-damaged');
  }

  #tag(text: string, begin: number, end: number): void {
    switch (text[begin + 1]) {
      case '/':
        return this.listener.close(localName(text.slice(begin + 2, end - 1).trimEnd()));
      case '?':
        return undefined;
      case '!':
        if (text.startsWith('<![CDATA[', begin)) return this.listener.text(text.slice(begin + 9, end - 3));
        if (text.startsWith('<!--', begin)) return undefined;
        throw refuse('workbook-damaged');
      default:
        return this.#open(text, begin, end);
    }
  }

  #open(text: string, begin: number, end: number): void {
    const isEmpty = text[end - 2] === '/';
    const inside = text.slice(begin + 1, isEmpty ? end - 2 : end - 1);
    const blank = inside.search(/\s/);
    const name = blank < 0 ? inside : inside.slice(0, blank);
    this.listener.open(localName(name), blank < 0 ? '' : inside.slice(blank), isEmpty);
  }
}

/** Where what begins at `begin` ends, or -1 when that has not arrived. */
function endOfTag(text: string, begin: number): number {
  const next = text[begin + 1];
  if (next === '!') {
    if ('<!--'.startsWith(text.slice(begin, begin + 4)) || '<![CDATA['.startsWith(text.slice(begin, begin + 9))) {
      const mark = text.startsWith('<!--', begin) ? '-->' : text.startsWith('<![CDATA[', begin) ? ']]>' : undefined;
      const found = mark === undefined ? -1 : text.indexOf(mark, begin + 4);
      return found < 0 ? -1 : found + 3;
    }
    return text.indexOf('>', begin) + 1 || -1;
  }
  if (next === '/') return text.indexOf('>', begin) + 1 || -1;
  let quote = 0;
  for (let i = begin + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x22 || code === 0x27) quote = code;
    else if (code === 0x3e) return i + 1;
  }
  return -1;
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

/** The value of an attribute, undefined when it is not there. */
export function attribute(attributes: string, name: string): string | undefined {
  const usual = attributes.indexOf(` ${name}="`);
  if (usual >= 0) {
    const start = usual + name.length + 3;
    return decoded(attributes.slice(start, attributes.indexOf('"', start)));
  }
  if (!/[\n\r\t']|\s=|=\s/.test(attributes)) return undefined;
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  const value = found?.[1] ?? found?.[2];
  return value === undefined ? undefined : decoded(value);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x?[0-9a-fA-F]{1,6}|\w{1,8});/g, (all, what: string) => {
    if (!what.startsWith('#')) return entities[what] ?? all;
    const code = what[1] === 'x' ? parseInt(what.slice(2), 16) : parseInt(what.slice(1), 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
