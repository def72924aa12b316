import type { Invariant } from "./invariant.ts";

/** A minute is how often it stores that it lives; what is shorter than three of them, or five intervals, is no absence. */
export const absenceIsToldOnce: Invariant = ({ scenario: { intervalMs }, events }) => {
  const worthAWordMs = Math.max(5 * intervalMs, 180_000);
  let aliveAt: number | undefined;
  /** How long it was away when it started, until that was told or its first tick shows that it was not. */
  let awayMs = 0;
  let isUp = false;
  for (const event of events) {
    if (event.kind === "died") isUp = false;
    if (event.kind === "started") {
      isUp = true;
      awayMs = event.instant - (aliveAt ?? event.instant);
    }
    const isTold = event.kind === "committed" && event.notices.some(({ notice }) => notice.key === "watchdog_away");
    if (isTold && awayMs <= worthAWordMs)
      return { message: `it was away for ${awayMs} ms only, but that was told`, event };
    if (event.kind === "tick" && awayMs > worthAWordMs) {
      return { message: `it was away for ${awayMs} ms, but that was not told`, event };
    }
    if (isTold || event.kind === "tick") awayMs = 0;
    // Whatever it remembers is stored together with the time; but for the timeline, which comes first.
    if (isUp && event.kind === "committed" && event.tables.includes("memory")) aliveAt = event.instant;
  }
  return undefined;
};
