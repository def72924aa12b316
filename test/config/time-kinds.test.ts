import { describe, expect, test } from "vitest";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import { quietHours, timeZone } from "../../src/config/time-kinds.ts";

describe("quiet hours", () => {
  test.each([
    { text: "22:00-07:00", is: { fromMinute: 1_320, toMinute: 420 } },
    { text: "9:05 - 17:30", is: { fromMinute: 545, toMinute: 1_050 } },
    { text: "00:00-23:59", is: { fromMinute: 0, toMinute: 1_439 } },
    { text: "22:00", is: undefined },
    { text: "22-7", is: undefined },
    { text: "24:00-07:00", is: undefined },
    { text: "22:60-07:00", is: undefined },
    { text: "22:00-22:00", is: undefined },
    { text: "22:00-07:00,12:00-13:00", is: undefined },
    { text: "10pm-7am", is: undefined },
  ])("$text", ({ text, is }) => {
    expect(quietHours.parse(text)).toEqual(is);
  });
});

describe("a time zone", () => {
  test.each([
    { text: "Europe/Berlin", is: "Europe/Berlin" },
    { text: "europe/berlin", is: "Europe/Berlin" },
    { text: "UTC", is: "UTC" },
    { text: "Europe/Berln", is: undefined },
    { text: "Berlin", is: undefined },
    { text: "Etc/Unknown", is: undefined },
  ])("$text", ({ text, is }) => {
    expect(timeZone.parse(text)).toBe(is);
  });
});

test("a bad value is a problem that names what is expected", () => {
  const env = { WATCHDOG_QUIET_HOURS: "at night", WATCHDOG_TZ: "Mars/Olympus" };
  expect(parseEnvironment(env, () => "").problems).toEqual([
    'WATCHDOG_QUIET_HOURS="at night": expected two different times of day like 22:00-07:00',
    'WATCHDOG_TZ="Mars/Olympus": expected a time zone like Europe/Berlin or UTC',
  ]);
});
