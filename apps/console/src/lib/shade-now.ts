export type Shade = 'light' | 'dark';

const storageKey = 'quanlian.shade';
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

/** Light or dark: as chosen, else as the system has it. */
export function shadeNow(): Shade {
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

/** Calls the listener at each change; the answer ends that. */
export function onShade(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keeps the choice, and shows it at once. */
export function chooseShade(shade: Shade): void {
  localStorage.setItem(storageKey, shade);
  show();
}
