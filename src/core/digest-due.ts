import { DAY_MS, HOUR_MS, MINUTE_MS } from "./time.ts";

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
  const minute = minuteOfDay(wallMs, zone);
  if ((minute - atMinute + DAY_MIN) % DAY_MIN >= LATEST_MIN) return undefined;
  // Late after midnight it is yesterday's. How long ago it was due is no help: an hour may have been left out since.
  return `${dayOf(minute < atMinute ? wallMs - DAY_MS / 2 : wallMs, zone)} ${atMinute}`;
}

function minuteOfDay(wallMs: number, zone: string | undefined): number {
  const parts = partsOf(wallMs, zone);
  return Number(parts.get("hour")) * 60 + Number(parts.get("minute"));
}

function dayOf(wallMs: number, zone: string | undefined): string {
  const parts = partsOf(wallMs, zone);
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

function partsOf(wallMs: number, zone: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    formatOf(zone)
      .formatToParts(wallMs)
      .map(({ type, value }) => [type, value]),
  );
}

/** Making a format costs a hundred times what using it does. */
const FORMATS = new Map<string | undefined, Intl.DateTimeFormat>();

function formatOf(zone: string | undefined): Intl.DateTimeFormat {
  const made = FORMATS.get(zone) ?? makeFormat(zone);
  FORMATS.set(zone, made);
  return made;
}

function makeFormat(timeZone: string | undefined): Intl.DateTimeFormat {
  const fields = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat("en", { timeZone, ...fields, hourCycle: "h23", calendar: "gregory" });
  } catch {
    // An empty TZ makes the zone "Etc/Unknown", which Intl reports but does not take.
    return makeFormat("UTC");
  }
}
