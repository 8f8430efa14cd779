/** Places that jobs take in order of arrival. */
export interface Places {
  /** Waits for a place; answers how to give it back. Throws the signal's reason when it is aborted first. */
  take(signal?: AbortSignal): Promise<() => void>;
}

/** Makes so many places. */
export function makePlaces(count: () => number): Places {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const giveBack = (): void => {
    taken -= 1;
    waiting.shift()?.();
  };
  return {
    async take(signal) {
      signal?.throwIfAborted();
      if (taken >= count() || waiting.length > 0) {
        await new Promise<void>((resolve, reject) => {
          const go = (): void => {
            signal?.removeEventListener('abort', leave);
            resolve();
          };
          const leave = (): void => {
            waiting.splice(waiting.indexOf(go), 1);
            reject(signal?.reason as Error);
          };
          signal?.addEventListener('abort', leave, { once: true });
          waiting.push(go);
        });
      }
      taken += 1;
      let given = false;
      return () => {
        if (!given) giveBack();
        given = true;
      };
    },
  };
}
