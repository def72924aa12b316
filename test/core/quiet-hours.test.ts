import { describe, expect, test } from "vitest";
import type { Block } from "../../src/core/message.ts";
import type { OwedNotice } from "../../src/core/notice.ts";
import { isQuiet, ringsIn } from "../../src/core/quiet-hours.ts";

const NIGHT = { fromMinute: 22 * 60, toMinute: 7 * 60 };
const LUNCH = { fromMinute: 12 * 60 + 15, toMinute: 13 * 60 };

describe("it is quiet", () => {
  test.each([
    { name: "before it begins", hours: LUNCH, at: "2026-11-21T12:14:59Z", zone: "UTC", quiet: false },
    { name: "from the first minute on", hours: LUNCH, at: "2026-11-21T12:15:00Z", zone: "UTC", quiet: true },
    { name: "until the minute before its end", hours: LUNCH, at: "2026-11-21T12:59:59Z", zone: "UTC", quiet: true },
    { name: "not at its end", hours: LUNCH, at: "2026-11-21T13:00:00Z", zone: "UTC", quiet: false },
    { name: "before midnight", hours: NIGHT, at: "2026-11-21T23:59:59Z", zone: "UTC", quiet: true },
    { name: "at midnight", hours: NIGHT, at: "2026-11-22T00:00:00Z", zone: "UTC", quiet: true },
    { name: "after midnight", hours: NIGHT, at: "2026-11-22T06:59:59Z", zone: "UTC", quiet: true },
    { name: "not in the morning", hours: NIGHT, at: "2026-11-22T07:00:00Z", zone: "UTC", quiet: false },
    { name: "not by day", hours: NIGHT, at: "2026-11-22T12:00:00Z", zone: "UTC", quiet: false },
    { name: "by the clock of the zone", hours: NIGHT, at: "2026-11-21T21:30:00Z", zone: "Europe/Berlin", quiet: true },
    { name: "in a zone of quarters", hours: LUNCH, at: "2026-11-21T06:30:00Z", zone: "Asia/Kathmandu", quiet: true },
    // Berlin: 2026-03-29, 02:00 is 03:00; 2026-10-25, 03:00 is 02:00.
    { name: "in winter until 7", hours: NIGHT, at: "2026-03-28T05:59:00Z", zone: "Europe/Berlin", quiet: true },
    { name: "in summer until 7", hours: NIGHT, at: "2026-03-29T05:00:00Z", zone: "Europe/Berlin", quiet: false },
    {
      name: "never in an hour that is left out",
      hours: { fromMinute: 150, toMinute: 170 },
      at: "2026-03-29T01:35:00Z",
      zone: "Europe/Berlin",
      quiet: false,
    },
    {
      name: "the first time in an hour that comes twice",
      hours: { fromMinute: 150, toMinute: 170 },
      at: "2026-10-25T00:35:00Z",
      zone: "Europe/Berlin",
      quiet: true,
    },
    {
      name: "and the second time",
      hours: { fromMinute: 150, toMinute: 170 },
      at: "2026-10-25T01:35:00Z",
      zone: "Europe/Berlin",
      quiet: true,
    },
    {
      name: "in UTC where the zone is none",
      hours: NIGHT,
      at: "2026-11-21T23:00:00Z",
      zone: "Etc/Unknown",
      quiet: true,
    },
    {
      name: "never where nobody asked for it",
      hours: undefined,
      at: "2026-11-21T23:00:00Z",
      zone: "UTC",
      quiet: false,
    },
  ])("$name", ({ hours, at, zone, quiet }) => {
    expect(isQuiet(hours, Date.parse(at), zone)).toBe(quiet);
  });

  test("for as many minutes as the span has, on every day without a change of clocks", () => {
    const minutes = Array.from({ length: 24 * 60 }, (_, minute) => Date.UTC(2026, 5, 1, 0, minute));
    expect(minutes.filter((at) => isQuiet(NIGHT, at, "America/St_Johns"))).toHaveLength(9 * 60);
  });
});

describe("a message in quiet hours", () => {
  type Given = {
    icon?: Block["icon"];
    severity?: OwedNotice["severity"];
    rings?: boolean;
    folded?: true;
  };
  test.each<Given & { name: string; is: "rings" | "is silent" }>([
    { name: "a critical alert", is: "rings" },
    { name: "a critical re-alert", icon: "🔁", is: "rings" },
    { name: "something critical that came and went", icon: "🔴🟢", is: "rings" },
    { name: "something critical that follows from a warning", icon: "↳", folded: true, is: "rings" },
    { name: "a warning that follows", icon: "↳", severity: "warning", folded: true, rings: false, is: "is silent" },
    { name: "a warning", severity: "warning", is: "is silent" },
    { name: "a warning again", severity: "warning", icon: "🔁", is: "is silent" },
    { name: "a recovery", icon: "🟢", rings: false, is: "is silent" },
  ])("$name $is", ({ icon = "🔴", severity = "critical", rings = true, folded, is }) => {
    const line = { key: "a", line: ["a"], noticeIds: [1] };
    const block = { icon, key: "a", lines: [["a"]], noticeIds: folded ? [] : [1] };
    const full = { ...block, ...(folded && { folded: [line] }) };
    const notices = [{ id: 1, severity } as OwedNotice];
    expect(ringsIn({ blocks: [full as Block], rings }, notices, true)).toBe(is === "rings");
    expect(ringsIn({ blocks: [full as Block], rings }, notices, false)).toBe(rings);
  });

  test("a warning rings with something critical beside it, not with its recovery", () => {
    const block = (icon: Block["icon"], id: number) =>
      ({ icon, key: `${id}`, lines: [["a"]], noticeIds: [id] }) as Block;
    const notices = [
      { id: 1, severity: "warning" },
      { id: 2, severity: "critical" },
    ] as OwedNotice[];
    expect(ringsIn({ blocks: [block("🔴", 1), block("🔴", 2)], rings: true }, notices, true)).toBe(true);
    expect(ringsIn({ blocks: [block("🔴", 1), block("🟢", 2)], rings: true }, notices, true)).toBe(false);
  });
});
