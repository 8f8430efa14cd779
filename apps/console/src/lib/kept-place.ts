import { useMemo } from 'react';
import { NavigationType, useLocation, useNavigationType } from 'react-router';

/** Where somebody was when they left: how far down in pixels, and the row that they opened. */
interface KeptPlace {
  readonly top: number;
  readonly row?: string | undefined;
}

const storageKey = 'quanlian.places';
const keptMax = 50;
/** What lies further down than this is not looked for after a reload: the list would have to come page by page until there. */
const farthestPx = 40_000;

/** By an entry of the browser's history and what was scrolled there; a reload keeps it, and it goes with the window. */
const places = new Map<string, KeptPlace>(readKept());
addEventListener('pagehide', () => sessionStorage.setItem(storageKey, JSON.stringify([...places].slice(-keptMax))));

function readKept(): [string, KeptPlace][] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]') as [string, KeptPlace][];
    // The page that is loaded now begins at its top, as the server drew it.
    return kept.filter(([id, { top }]) => !id.startsWith(`${loadedKey()} `) && top <= farthestPx);
  } catch {
    // Kept by another release: a place is not worth a page.
    return [];
  }
}

/** Of the history's entry that this document began with. */
function loadedKey(): string {
  return (history.state as { key?: string } | null)?.key ?? 'default';
}

/**
 * The place in something that scrolls, kept for whoever comes back by the browser's history. A link to the same page begins at its top.
 * `id` names the place, so that a component notices when it became another one.
 */
export function useKeptPlace(what: string) {
  const { key } = useLocation();
  const isReturn = useNavigationType() === NavigationType.Pop;
  return useMemo(() => {
    const id = `${key} ${what}`;
    return {
      id,
      found: (): KeptPlace | undefined => (isReturn ? places.get(id) : undefined),
      // A scroll may be told after the row was opened, and forgets no row.
      keep: (place: KeptPlace) => void places.set(id, { ...places.get(id), ...place }),
    };
  }, [key, what, isReturn]);
}
