import type { Encoding } from '#contracts';

export type { Encoding };

/** The text of bytes, or undefined when they are none in this encoding. */
export function textIn(encoding: Encoding, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether bytes with something beyond ASCII are text in GB18030. */
export function isGb18030(bytes: Uint8Array): boolean {
  return textIn('gb18030', bytes) !== undefined;
}
