import { useEffect, useState } from 'react';

/** Gives the focus back to what had it when this dialog was opened: one that is taken away, rather than closed, forgets to. */
export function useFocusReturn(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    },
    [opener],
  );
}
