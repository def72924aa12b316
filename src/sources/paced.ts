import { MINUTE_MS } from "../core/time.ts";

/** What failed is tried again no later than this. */
const RETRY_MS = MINUTE_MS;

/**
 * Collects at a pace of its own, however often it is asked: between two collections the last outcome stands, a failure
 * too. Whoever evaluates must take the same value twice for one.
 *
 * @param everyMs the least time from the end of one collection to the beginning of the next, in milliseconds
 */
export function paced<T>(
  everyMs: number,
  now: () => number,
  collect: (deadline: AbortSignal) => Promise<T>,
): (deadline: AbortSignal) => Promise<T> {
  let last: { readonly outcome: Promise<T>; readonly dueAt: number } | undefined;
  return async (deadline) => {
    if (last !== undefined && now() < last.dueAt) return last.outcome;
    const outcome = collect(deadline);
    const [{ status }] = await Promise.allSettled([outcome]);
    const pauseMs = status === "fulfilled" ? everyMs : Math.min(everyMs, RETRY_MS);
    last = { outcome, dueAt: now() + pauseMs };
    return outcome;
  };
}
