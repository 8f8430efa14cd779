import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/**
 * Changes parts of the page's address: what is empty or undefined is dropped, what is not named stays. It goes on from the address itself,
 * where a choice stands a moment before it is rendered: else the second of two quick ones would undo the first.
 */
export function useChangeAddress(): (
  parts: Readonly<Record<string, string | undefined>>,
  how?: { readonly replace: boolean },
) => void {
  const [, setParams] = useSearchParams();
  return useCallback(
    (parts, how) => {
      const next = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(parts)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      setParams(next, how);
    },
    [setParams],
  );
}
