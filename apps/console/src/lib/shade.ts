import { useSyncExternalStore } from 'react';

export type Shade = 'light' | 'dark';
const storageKey = 'quanlian.shade';
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function shadeNow(): Shade {
  const kept = localStorage.getItem(storageKey);
  if (kept === 'light' || kept === 'dark') return kept;
  return systemDark.matches ? 'dark' : 'light';
}
function show(): void {
  document.documentElement.dataset['shade'] = shadeNow();
  for (const listener of listeners) listener();
}
systemDark.addEventListener('change', show);
show();

/** Light or dark: as chosen, else as the system has it. */
export function useShade(): Shade {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, shadeNow);
}

export function chooseShade(shade: Shade): void {
  localStorage.setItem(storageKey, shade);
  show();
}
