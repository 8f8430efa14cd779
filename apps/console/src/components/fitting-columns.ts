import { useLayoutEffect, useState, type RefObject } from 'react';

interface Sized {
  readonly width?: string;
  readonly yields?: number;
}

/** What a column without a width of its own keeps at least. */
const freeWidth = '10.5rem';

/** The CSS width below which these columns would be cut. */
export const leastWidth = (columns: readonly Sized[]) => `calc(${columns.map(({ width }) => width ?? freeWidth).join(' + ')})`;

/** Those of the columns that stand beside each other in the box; what yields goes first, so that no list scrolls sideways. */
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
  return fitting(columns, widthPx);
}

function fitting<C extends Sized>(columns: readonly C[], widthPx: number): readonly C[] {
  if (widthPx === Infinity) return columns;
  const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const needsPx = columns.reduce((sum, { width }) => sum + Number.parseFloat(width ?? freeWidth) * remPx, 0);
  if (needsPx <= widthPx) return columns;
  const weakest = columns.reduce<C | undefined>(
    (weak, one) => (one.yields !== undefined && one.yields < (weak?.yields ?? Infinity) ? one : weak),
    undefined,
  );
  return weakest
    ? fitting(
        columns.filter((one) => one !== weakest),
        widthPx,
      )
    : columns;
}
