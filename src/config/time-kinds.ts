import type { QuietHours } from "../core/quiet-hours.ts";
import { HOUR_MS } from "../core/time.ts";
import type { Kind } from "./kinds.ts";

/** An IANA time zone name, in its usual spelling. */
export const timeZone: Kind<string> = {
  expected: "a time zone like Europe/Berlin or UTC",
  parse(text) {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
    } catch {
      return undefined;
    }
  },
};

/** `22:00-07:00`: from the first, before the second. */
export const quietHours: Kind<QuietHours> = {
  expected: "two different times of day like 22:00-07:00",
  parse(text) {
    const [, fromHour, fromMin, toHour, toMin] = /^(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)$/.exec(text) ?? [];
    const fromMinute = minuteOf(fromHour, fromMin);
    const toMinute = minuteOf(toHour, toMin);
    if (fromMinute === undefined || toMinute === undefined || fromMinute === toMinute) return undefined;
    return { fromMinute, toMinute };
  },
};

/** A time of day as minutes after midnight. */
export const timeOfDay: Kind<number> = {
  expected: "a time of day like 08:00",
  parse(text) {
    const [, hour, minute] = /^(\d\d?):(\d\d)$/.exec(text) ?? [];
    return minuteOf(hour, minute);
  },
};

/** Hours in the environment, milliseconds as a value. */
export function hoursMs(minH: number, maxH: number): Kind<number> {
  return {
    expected: `hours, a number from ${minH} to ${maxH}`,
    parse(text) {
      const hours = /^(\d+(\.\d+)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
      return hours >= minH && hours <= maxH ? Math.round(hours * HOUR_MS) : undefined;
    },
  };
}

function minuteOf(hour: string | undefined, minute: string | undefined): number | undefined {
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) return undefined;
  return Number(hour) * 60 + Number(minute);
}
