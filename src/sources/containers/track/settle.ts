import type { ObservedContainer, WallTimeMs } from "../snapshot.ts";
import { UNKNOWN, type Verdict } from "./judge.ts";
import type { Track } from "./track.ts";

/** A run that lasts this long resets Docker's delay before a restart: only then is a restarting container up again. */
const SETTLED_MS = 10_000;

/** A verdict that holds for longer than the moment of the reading: what runs between two crashes is not up. */
export function settle(
  verdict: Verdict,
  { state, leastAgeMs, exitCode, details }: ObservedContainer,
  same: Track | undefined,
  takenAt: WallTimeMs,
  intervalMs: number,
): Verdict {
  // One that crashes at once is sampled as running between two restarts, which is not yet the end of the fault.
  const settledMs = Math.min(SETTLED_MS, 2 * intervalMs);
  const isYoung = state === "running" && leastAgeMs !== undefined && leastAgeMs < settledMs;
  if (verdict.is === "up" && isYoung && same?.unsettled === true) return UNKNOWN;
  // One that did its work and is started for more is no fault; one that is not started then is.
  if (state !== "restarting" || exitCode !== 0 || !details?.ok) return verdict;
  const { startedAt = 0, finishedAt = 0 } = details.value;
  return finishedAt - startedAt >= SETTLED_MS && takenAt - finishedAt < SETTLED_MS ? UNKNOWN : verdict;
}
