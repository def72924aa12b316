import { debounce } from "../../../core/debounce.ts";
import type { Instant } from "../../../core/time.ts";

/** A fault that is counted in ticks. Plain JSON data. */
export interface TickCount {
  readonly failuresInARow: number;
  /** When a reading last counted; `null`: none has. */
  readonly countedAt: Instant | null;
}

export const NO_TICKS: TickCount = { failuresInARow: 0, countedAt: null };

/**
 * Debounces in ticks where readings come also between them: one counts if at least half an interval has passed since the last
 * that did. So a fault that must last three ticks lasts more than one interval, however many events it makes, and
 * one that need not last is told at once.
 */
export function countTick(
  before: TickCount,
  failed: boolean,
  { now, intervalMs, threshold }: { readonly now: Instant; readonly intervalMs: number; readonly threshold: number },
): TickCount & { readonly active: boolean } {
  if (!failed) return { ...NO_TICKS, active: false };
  const { failuresInARow, countedAt } = before;
  if (failuresInARow > 0 && countedAt !== null && now - countedAt < intervalMs / 2) {
    return { failuresInARow, countedAt, active: failuresInARow >= threshold };
  }
  const next = debounce(failuresInARow, true, threshold);
  // A count that no longer matters does not change every tick.
  return { ...next, countedAt: next.failuresInARow === failuresInARow ? countedAt : now };
}
