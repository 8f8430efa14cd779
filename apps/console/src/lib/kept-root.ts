import { encodeTrustRoot, openTrustRoot, type TrustRoot } from '#ledger';
import { useSyncExternalStore } from 'react';

// A trust root that was obtained elsewhere (the competent department's own publication) and loaded from a file. It is public and no secret;
// what matters is that the exchange did not hand it over.
const storageKey = 'quanlian.trust-root-from-file';
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** Keeps the trust root of a file in this browser. Throws Refusal `bad-input` when the file holds none. */
export async function keepRoot(file: Blob): Promise<void> {
  const root = openTrustRoot(new Uint8Array(await file.arrayBuffer()));
  localStorage.setItem(storageKey, new TextDecoder().decode(encodeTrustRoot(root)));
  tell();
}

export function forgetRoot(): void {
  localStorage.removeItem(storageKey);
  tell();
}

let lastText: string | null = null;
let lastRoot: TrustRoot | undefined;

/** The trust root loaded from a file, if one was. */
export function keptRoot(): TrustRoot | undefined {
  const text = localStorage.getItem(storageKey);
  if (text !== lastText) {
    lastText = text;
    lastRoot = text === null ? undefined : openTrustRoot(new TextEncoder().encode(text));
  }
  return lastRoot;
}

/** The same, followed: another choice shows everywhere at once. */
export function useKeptRoot(): TrustRoot | undefined {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, keptRoot);
}
