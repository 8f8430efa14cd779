import { useMemo } from 'react';
import { NavigationType, useLocation, useNavigationType } from 'react-router';

/** Where somebody was when they left: how far down in pixels, and the row that they opened. */
interface KeptPlace {
  readonly top: number;
  readonly row?: string | undefined;
}

/** By an entry of the browser's history and what was scrolled there; gone with the window. */
const places = new Map<string, KeptPlace>();

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
