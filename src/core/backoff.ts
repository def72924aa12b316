import { MINUTE_MS, SECOND_MS } from "./time.ts";

const PASSING = { firstMs: SECOND_MS, longestMs: 30 * SECOND_MS };
/** Where people must mend something first, asking often only makes noise. */
const PERMANENT = { firstMs: 5 * SECOND_MS, longestMs: 5 * MINUTE_MS };
/** A `retry_after` may be absurd (1e10 has been seen); an hour is the longest that is believed. */
const LONGEST_DEMANDED_PAUSE_MS = 60 * MINUTE_MS;

/**
 * The pause before the next attempt: exponential from 1 s to 30 s (5 s to 5 min for a permanent failure) with "equal jitter"
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that it is never less than half.
 *
 * @param failuresInARow how many attempts have failed since the last success; at least 1
 * @param failure whether trying again soon can help, and the pause that the other side demands, if it does
 * @param random uniform in [0, 1)
 * @returns milliseconds
 */
export function nextPauseMs(
  failuresInARow: number,
  failure: { readonly permanent: boolean; readonly retryAfterMs?: number },
  random: number,
): number {
  const demandedMs = failure.retryAfterMs;
  if (demandedMs !== undefined && Number.isFinite(demandedMs) && demandedMs >= 0) {
    // A little more than demanded: asking a moment early earns the next 429.
    return Math.min(Math.max(demandedMs, SECOND_MS), LONGEST_DEMANDED_PAUSE_MS) + random * 250;
  }
  const { firstMs, longestMs } = failure.permanent ? PERMANENT : PASSING;
  const ceilingMs = Math.min(firstMs * 2 ** Math.min(failuresInARow - 1, 30), longestMs);
  return ceilingMs / 2 + (random * ceilingMs) / 2;
}
