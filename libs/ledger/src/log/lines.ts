import { asBytes, decodeBase64, isUtf8, utf8Text, type Bytes } from '#crypto';

// What the text formats of the log have in common: each thing has one spelling, and any other is refused, so that two texts never mean
// one signature, one size or one path.

/** A whole number in its one decimal spelling, at most 2^53 − 1; undefined for anything else. */
export function decodeDecimal(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const n = Number(text);
  return Number.isSafeInteger(n) ? n : undefined;
}

/** Standard base64 with padding, of any length, in its one spelling; undefined for anything else. */
export function decodeAnyBase64(text: string): Bytes | undefined {
  const padding = /={0,2}$/.exec(text)?.[0].length ?? 0;
  return decodeBase64(text, (text.length / 4) * 3 - padding);
}

/** The text of bytes, undefined unless they are UTF-8. A byte order mark stays a character of the text. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? utf8Text(asBytes(bytes), 0, bytes.length) : undefined;
}

/** Whether a text has neither a half surrogate nor a character below U+0020 but the line feed: what a note may hold. */
export function isPlainText(text: string): boolean {
  return /^[\n -\ud7ff\ue000-\u{10ffff}]*$/u.test(text);
}
