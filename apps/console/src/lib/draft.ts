import { useCallback, useEffect, useRef, useState } from 'react';

const prefix = 'quanlian.draft.';
const keptMs = 30 * 24 * 3_600_000;
const writeDelayMs = 300;

interface Kept<T> {
  readonly at: number;
  readonly value: T;
}

function readDraft<T>(name: string): T | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(prefix + name) ?? 'null') as Kept<T> | null;
    return kept !== null && Date.now() - kept.at < keptMs ? kept.value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A half-filled form that survives a reload, a lost session and a closed tab: kept in this browser, under a name that holds the person
 * and the object (`ask:<person>:<dataset>`). Never for passwords or keys. `drop` when it was sent.
 */
export function useDraft<T>(name: string, initial: T): { value: T; set: (value: T) => void; drop: () => void; isKept: boolean } {
  const [value, setValue] = useState<T>(() => readDraft<T>(name) ?? initial);
  const [isKept, setKept] = useState(() => readDraft<T>(name) !== undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef<T>(undefined);

  const write = useCallback(() => {
    if (latest.current === undefined) return;
    localStorage.setItem(prefix + name, JSON.stringify({ at: Date.now(), value: latest.current } satisfies Kept<T>));
    latest.current = undefined;
  }, [name]);

  useEffect(() => {
    // A tab that closes gives no time for the delay.
    addEventListener('pagehide', write);
    return () => {
      removeEventListener('pagehide', write);
      clearTimeout(timer.current);
      write();
    };
  }, [write]);

  const set = useCallback(
    (next: T) => {
      setValue(next);
      setKept(true);
      latest.current = next;
      clearTimeout(timer.current);
      timer.current = setTimeout(write, writeDelayMs);
    },
    [write],
  );
  const drop = useCallback(() => {
    clearTimeout(timer.current);
    latest.current = undefined;
    localStorage.removeItem(prefix + name);
    setKept(false);
  }, [name]);
  return { value, set, drop, isKept };
}
