import { afterEach, describe, expect, test } from "vitest";
import { digestDue } from "../../src/core/digest-due.ts";
import { isQuiet } from "../../src/core/quiet-hours.ts";
import { formatTime } from "../../src/core/text.ts";
import { EN } from "../../src/core/texts/index.ts";

const WINTER = Date.parse("2026-01-10T22:30:00Z");
const SUMMER = Date.parse("2026-06-10T22:30:00Z");
/** Half an hour before clocks are put forward in Europe, and half an hour after. */
const CHANGE = Date.parse("2026-03-29T01:00:00Z");
const MOMENTS = [WINTER, SUMMER, CHANGE - 1_800_000, CHANGE + 1_800_000];
const LATE = { fromMinute: 22 * 60, toMinute: 23 * 60 };

const { TZ } = process.env;
afterEach(() => {
  // An empty one is another zone than none.
  if (TZ === undefined) delete process.env.TZ;
  else process.env.TZ = TZ;
});

describe.each(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])("where the system is in %s", (system) => {
  test.each<[what: string, of: (at: number, zone: string | undefined) => unknown]>([
    ["a time in a message", (at, zone) => formatTime(at, at + 60_000, { offsetMs: 0, zone }, EN.units)],
    ["a time of yesterday", (at, zone) => formatTime(at - 80_000_000, at, { offsetMs: 0, zone }, EN.units)],
    ["quiet hours", (at, zone) => isQuiet(LATE, at, zone)],
    ["the digest that is due", (at, zone) => digestDue(at, zone, 22 * 60)],
  ])("%s: without a time zone it is the system's", (_what, of) => {
    process.env.TZ = system;
    expect(MOMENTS.map((at) => of(at, undefined))).toEqual(MOMENTS.map((at) => of(at, system)));
  });
});

test("a system in no zone that anybody knows is in UTC", () => {
  for (const unknown of ["", "Nowhere/Land"]) {
    process.env.TZ = unknown;
    expect(formatTime(SUMMER, SUMMER, { offsetMs: 0, zone: undefined }, EN.units)).toBe("22:30:00");
  }
});
