/**
 * Minutes after midnight, by what a clock on a wall in `zone` shows.
 *
 * @param wallMs epoch milliseconds
 * @param zone an IANA time zone name; UTC where it is none, the system's where it is `undefined`
 */
export function minuteOfDay(wallMs: number, zone: string | undefined): number {
  const parts = partsOf(wallMs, zone);
  return Number(parts.get("hour")) * 60 + Number(parts.get("minute"));
}

/** The day by the same clock: "2026-06-10". */
export function dayOf(wallMs: number, zone: string | undefined): string {
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
