import { DAY_MS, HOUR_MS, MINUTE_MS } from "./time.ts";
import { dayOf, minuteOfDay, readWallClock } from "./wall-clock.ts";

/** A digest that could not be told in time (a machine asleep) is told up to so much later, then left out. */
const LATEST_MIN = (4 * HOUR_MS) / MINUTE_MS;
const DAY_MIN = (24 * HOUR_MS) / MINUTE_MS;

/**
 * Which daily digest is due, by what a clock on a wall in `zone` shows: once a day, also where clocks are put forward over
 * its time, or back so that it comes twice.
 *
 * @param wallMs epoch milliseconds
 * @param atMinute when it is told, in minutes after midnight
 * @returns the digest's own name, the same for as long as it is due: "2026-06-10 480"; `undefined`: none is
 */
export function digestDue(wallMs: number, zone: string | undefined, atMinute: number): string | undefined {
  const minute = minuteOfDay(readWallClock(wallMs, zone));
  if ((minute - atMinute + DAY_MIN) % DAY_MIN >= LATEST_MIN) return undefined;
  // Late after midnight it is yesterday's. How long ago it was due is no help: an hour may have been left out since.
  return `${dayOf(readWallClock(minute < atMinute ? wallMs - DAY_MS / 2 : wallMs, zone))} ${atMinute}`;
}
