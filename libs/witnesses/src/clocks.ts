/** How long what a witness said of its clock counts. */
const freshMs = 60_000;

/** How far our clock is from those of the witnesses. */
export class WitnessClocks {
  private readonly off = new Map<string, { readonly ms: number; readonly heardAtMs: number }>();

  hear(witness: string, clockOffMs: number | undefined): void {
    if (clockOffMs !== undefined) this.off.set(witness, { ms: clockOffMs, heardAtMs: performance.now() });
  }

  /** Our clock was set meanwhile: what was compared with it says nothing any more. */
  forget(): void {
    this.off.clear();
  }

  /** The median of the witnesses heard of late, theirs less ours; undefined when none was. One clock that is wrong moves it not at all among three. */
  medianMs(): number | undefined {
    return medianOf(
      [...this.off.values()].filter(({ heardAtMs }) => performance.now() - heardAtMs < freshMs).map(({ ms }) => ms),
    );
  }
}

/** The middle one; of an even number, the one of the two in the middle that is nearer to 0. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) return undefined;
  return Math.abs(low) <= Math.abs(high) ? low : high;
}
