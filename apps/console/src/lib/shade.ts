import { useSyncExternalStore } from 'react';
import { onShade, shadeNow, type Shade } from './shade-now';

export { chooseShade, type Shade } from './shade-now';

/** Light or dark, in a component: renders again when it changes. */
export function useShade(): Shade {
  return useSyncExternalStore(onShade, shadeNow, shadeNow);
}
