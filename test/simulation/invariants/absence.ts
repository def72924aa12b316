import { type Invariant, TOLERANCE_MS } from "./invariant.ts";

/** That it lives is stored once a minute, so its absence is known to that; see `watchdog_away`. */
export const absenceIsToldOnce: Invariant = ({ scenario: { intervalMs }, events }) => {
  const worthAWordMs = Math.max(5 * intervalMs, 180_000);
  const vagueMs = 60_000 + intervalMs + TOLERANCE_MS;
  let aliveAt: number | undefined;
  /** How long it was away when it started, until its first tick has shown whether it said so. */
  let awayMs: number | undefined;
  let isUp = false;
  for (const event of events) {
    if (event.kind === "died") isUp = false;
    if (event.kind === "started") {
      isUp = true;
      awayMs = event.instant - (aliveAt ?? event.instant);
    }
    const isTold = event.kind === "committed" && event.notices.some(({ notice }) => notice.key === "watchdog_away");
    if (isTold && (awayMs === undefined || awayMs + vagueMs < worthAWordMs)) {
      return { message: `it was away for ${awayMs ?? 0} ms only, but that was told`, event };
    }
    if (isTold) awayMs = undefined;
    if (event.kind === "tick") {
      if (awayMs !== undefined && awayMs > worthAWordMs) {
        return { message: `it was away for ${awayMs} ms, but that was not told`, event };
      }
      awayMs = undefined;
    }
    const isStored = event.kind === "committed" && event.tables.includes("memory");
    if (isUp && (isStored || event.kind === "evaluated")) aliveAt = event.instant;
  }
  return undefined;
};
