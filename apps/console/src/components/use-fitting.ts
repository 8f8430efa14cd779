import { useLayoutEffect, useState, type RefObject } from 'react';
import { fitting, type Sized } from '../lib/fitting-columns';

/** Those of the columns that stand beside each other in the box. */
export function useFitting<C extends Sized>(box: RefObject<HTMLElement | null>, columns: readonly C[]): readonly C[] {
  const [widthPx, setWidthPx] = useState(Infinity);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setWidthPx(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return widthPx === Infinity ? columns : fitting(columns, widthPx);
}
