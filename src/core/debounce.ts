/**
 * Debouncing in ticks: a fault is active once it was read `threshold` times in a row; one good reading ends it.
 * A failed reading is not given to it, so the count holds.
 *
 * @param failuresInARow how often in a row the fault was read before this reading; at least 0
 * @param failed whether this reading shows the fault
 * @param threshold how often in a row makes it active; at least 1
 */
export function debounce(
  failuresInARow: number,
  failed: boolean,
  threshold: number,
): { readonly active: boolean; readonly failuresInARow: number } {
  if (!failed) return { active: false, failuresInARow: 0 };
  // Capped at the threshold: a count that no longer matters must not change (and be stored) every tick.
  const next = Math.min(failuresInARow + 1, Math.max(1, threshold));
  return { active: next >= threshold, failuresInARow: next };
}
