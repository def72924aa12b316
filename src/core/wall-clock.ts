/** What a clock and a calendar on a wall show. */
export interface WallClock {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/**
 * What they show in `zone`.
 *
 * @param wallMs epoch milliseconds of what a date can be
 * @param zone an IANA time zone name; UTC where it is none, the system's where it is `undefined`
 */
export function readWallClock(wallMs: number, zone: string | undefined): WallClock {
  // Intl costs 8 MB, and few people name a zone.
  if (zone === undefined) return readSystemClock(wallMs);
  const parts = new Map(
    formatOf(zone)
      .formatToParts(wallMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN;
  return {
    ...{ year: part("year"), month: part("month"), day: part("day") },
    ...{ hour: part("hour"), minute: part("minute"), second: part("second") },
  };
}

function readSystemClock(wallMs: number): WallClock {
  // biome-ignore lint/style/noRestrictedGlobals: it is given the time
  const date = new Date(wallMs);
  return {
    ...{ year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() },
    ...{ hour: date.getHours(), minute: date.getMinutes(), second: date.getSeconds() },
  };
}

/** Minutes after midnight. */
export function minuteOfDay({ hour, minute }: WallClock): number {
  return hour * 60 + minute;
}

/** "2026-06-10" */
export function dayOf({ year, month, day }: WallClock): string {
  return [year, padTwo(month), padTwo(day)].join("-");
}

/** "09:36:02" */
export function timeOf({ hour, minute, second }: WallClock): string {
  return [hour, minute, second].map(padTwo).join(":");
}

function padTwo(value: number): string {
  return String(value).padStart(2, "0");
}

/** Making a format costs a hundred times what using it does. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const made = FORMATS.get(zone) ?? makeFormat(zone);
  FORMATS.set(zone, made);
  return made;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" } as const;
  const shown = { ...fields, second: "2-digit", hourCycle: "h23", calendar: "gregory" } as const;
  try {
    return new Intl.DateTimeFormat("en", { timeZone, ...shown });
  } catch {
    return new Intl.DateTimeFormat("en", { timeZone: "UTC", ...shown });
  }
}
