import { expect, test } from "vitest";
import { digestDue } from "../../src/core/digest-due.ts";
import { isQuiet } from "../../src/core/quiet-hours.ts";
import { formatTime } from "../../src/core/text.ts";
import { EN } from "../../src/core/texts/index.ts";

const SYSTEM = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const AT = Date.parse("2026-06-10T22:30:00Z");
const LATE = { fromMinute: 22 * 60, toMinute: 23 * 60 };

test.each<[what: string, of: (zone: string | undefined) => unknown]>([
  ["a time in a message", (zone) => formatTime(AT, AT + 60_000, { offsetMs: 0, zone }, EN.units)],
  ["quiet hours", (zone) => isQuiet(LATE, AT, zone)],
  ["the digest that is due", (zone) => digestDue(AT, zone, 22 * 60)],
])("%s: without a time zone it is the system's", (_what, of) => expect(of(undefined)).toEqual(of(SYSTEM)));
