import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Measure } from "../../src/core/signal.ts";
import {
  cleanText,
  formatDay,
  formatDuration,
  formatMeasure,
  formatNumber,
  formatTime,
  hashtagOf,
} from "../../src/core/text.ts";
import { EN } from "../../src/core/texts/index.ts";
import { foreignText } from "./foreign-text.ts";

describe("cleanText: foreign text becomes harmless and stays readable", () => {
  test.each<[name: string, raw: string, clean: string]>([
    ["plain text", "connection refused", "connection refused"],
    ["other scripts", "контейнер 容器 🚀", "контейнер 容器 🚀"],
    ["an accent that stands alone", "cafe\u0301", "cafe\u0301"],
    ["marks piled upon a letter", `e${"\u0301".repeat(50)}!`, `e${"\u0301".repeat(4)}!`],
    ["two lines", "one\r\ntwo\n\nthree", "one two three"],
    ["other line ends", "a\u2028b\u2029c\u0085d", "a b c d"],
    ["spaces around and between", "  a \t  b\u00a0 ", "a b"],
    ["a null and an escape sequence", "a\0b\u001b[31mred", "a b [31mred"],
    ["text that runs backwards", "abc\u202egnp.exe\u202c", "abc gnp.exe"],
    ["isolates and marks of direction", "\u2066a\u2069\u200f\u061cb", "a b"],
    ["what cannot be seen", "a\u200b\u2060\ufeffb\u00adc", "a b c"],
    ["half a surrogate pair", "a\ud83dz", "a\ufffdz"],
    ["our icons", "🔴 all is 🟢, or 🔁", "• all is •, or •"],
    ["an icon with a variation selector", "🔴\ufe0f", "•\ufe0f"],
    ["a hashtag", "see #container_api", "see ＃container_api"],
    ["a number as a hashtag", "job #12", "job ＃12"],
    ["a hashtag that begins with a dot", "#·abc", "＃·abc"],
    ["a hashtag that only markup would part", "#`abc`", "＃`abc`"],
    ["a number sign alone", "# of jobs", "＃ of jobs"],
    ["markup is left to the renderer", "<b>&amp;</b>", "<b>&amp;</b>"],
    ["nothing", "", ""],
    ["nothing that can be seen", " \n\u200b\0 ", ""],
  ])("%s", (_name, raw, clean) => expect(cleanText(raw)).toBe(clean));

  test.each<[name: string, raw: string, maxChars: number, clean: string]>([
    ["as long as may be", "abcde", 5, "abcde"],
    ["too long", "abcdef", 5, "abcd…"],
    ["characters outside the BMP count once", "😀😀😀", 3, "😀😀😀"],
    ["and are never halved", "😀😀😀😀", 3, "😀😀…"],
    ["what was cut off unseen is not concealed", `a${" ".repeat(100)}b`, 5, "a…"],
  ])("at most so long: %s", (_name, raw, maxChars, clean) => expect(cleanText(raw, maxChars)).toBe(clean));

  test("10 kB become 300 characters", () => {
    const clean = cleanText("x😀".repeat(5_000));
    expect([...clean]).toHaveLength(300);
    expect(clean.endsWith("…")).toBe(true);
  });

  test("whatever comes in", () => {
    fc.assert(
      fc.property(foreignText, fc.integer({ min: 1, max: 400 }), (raw, maxChars) => {
        const clean = cleanText(raw, maxChars);
        expect([...clean].length).toBeLessThanOrEqual(maxChars);
        expect(clean.isWellFormed()).toBe(true);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}🔴🔁🟢#]/u);
        expect(clean).toBe(clean.trim());
        expect(cleanText(clean, maxChars)).toBe(clean);
      }),
      { numRuns: 500 },
    );
  });
});

test.each<[key: string, hashtag: string]>([
  ["orch_down", "#orch_down"],
  ["container:api", "#container_api"],
  ["host_disk:/var/lib", "#host_disk__var_lib"],
  ["dep:my-db.local", "#dep_my_db_local"],
  ["stage_stuck:é😀", "#stage_stuck___"],
])("hashtagOf %s", (key, hashtag) => expect(hashtagOf(key)).toBe(hashtag));

test.each<[durationMs: number, text: string]>([
  [0, "0 s"],
  [0.4, "0 s"],
  [-5_000, "0 s"],
  [Number.NaN, "0 s"],
  [250, "250 ms"],
  [999.9, "999 ms"],
  [1_000, "1 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [125_000, "2 min 5 s"],
  [3_599_999, "59 min 59 s"],
  [3_600_000, "1 h"],
  [3_659_000, "1 h"],
  [5_400_000, "1 h 30 min"],
  [86_399_999, "23 h 59 min"],
  [86_400_000, "1 d"],
  [273_600_000, "3 d 4 h"],
  [400 * 86_400_000, "400 d"],
])("formatDuration %d", (durationMs, text) => expect(formatDuration(durationMs, EN.units)).toBe(text));

test.each<[value: number, text: string]>([
  [0, "0"],
  [93.14, "93.1"],
  [90, "90"],
  [-0.04, "0"],
  [999.94, "999.9"],
  [1_000, "1,000"],
  [1_234_567.8, "1,234,568"],
])("formatNumber %d", (value, text) => expect(formatNumber(value, EN.units)).toBe(text));

test.each<[measure: Measure, text: string]>([
  [{ value: 93.14, limit: 90, unit: "percent" }, "93.1 % (limit 90 %)"],
  [{ value: 5_400, limit: 3_600, unit: "seconds" }, "1 h 30 min (limit 1 h)"],
  [{ value: 0.3, limit: 0.25, unit: "seconds" }, "300 ms (limit 250 ms)"],
  [{ value: 140.2, limit: 100, unit: "usd" }, "$140.20 (limit $100.00)"],
  [{ value: 1_204, limit: 50, unit: "count" }, "1,204 (limit 50)"],
])("formatMeasure %j", (measure, text) => expect(formatMeasure(measure, EN.units)).toBe(text));

test.each([
  ["by the wall", Date.parse("2026-06-09T22:30:00Z"), "Europe/Berlin", "10 Jun"],
  ["in a zone that is none", Date.parse("2026-06-09T22:30:00Z"), "Etc/Unknown", "9 Jun"],
  ["what is no time", Number.NaN, "UTC", "?"],
])("formatDay: %s", (_name, at, zone, day) => expect(formatDay(at, { offsetMs: 0, zone }, EN.units)).toBe(day));

describe("formatTime: the wall clock, with the day where it is another", () => {
  const berlin = { offsetMs: 0, zone: "Europe/Berlin" };
  const utc = { offsetMs: 0, zone: "UTC" };
  const at = Date.parse;

  test.each<[name: string, at: string, now: string, wall: typeof utc, text: string]>([
    ["today", "2026-06-10T09:36:02Z", "2026-06-10T12:00:00Z", utc, "09:36:02"],
    ["midnight", "2026-06-10T00:00:00Z", "2026-06-10T12:00:00Z", utc, "00:00:00"],
    ["yesterday", "2026-06-09T23:59:59Z", "2026-06-10T00:00:00Z", utc, "9 Jun 23:59:59"],
    ["in another zone", "2026-06-10T09:36:02Z", "2026-06-10T12:00:00Z", berlin, "11:36:02"],
    ["another day only in that zone", "2026-06-09T21:30:00Z", "2026-06-09T22:30:00Z", berlin, "9 Jun 23:30:00"],
    ["today only in that zone", "2026-06-09T22:30:00Z", "2026-06-10T21:30:00Z", berlin, "00:30:00"],
    ["before summer time began", "2026-03-29T00:30:00Z", "2026-03-29T10:00:00Z", berlin, "01:30:00"],
    ["after it began", "2026-03-29T01:30:00Z", "2026-03-29T10:00:00Z", berlin, "03:30:00"],
    ["a year ago to the day", "2025-06-10T09:00:00Z", "2026-06-10T09:00:00Z", utc, "10 Jun 09:00:00"],
    [
      "where the wall clock is an hour ahead",
      "2026-06-10T23:30:00Z",
      "2026-06-10T23:40:00Z",
      { offsetMs: 3_600_000, zone: "UTC" },
      "00:30:00",
    ],
    [
      "a zone that nobody knows is taken as UTC",
      "2026-06-10T09:36:02Z",
      "2026-06-10T12:00:00Z",
      { offsetMs: 0, zone: "Etc/Unknown" },
      "09:36:02",
    ],
  ])("%s", (_name, time, now, wall, text) => expect(formatTime(at(time), at(now), wall, EN.units)).toBe(text));

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -9e15])("%d is no time", (time) => {
    expect(formatTime(time, 0, utc, EN.units)).toBe("?");
  });
});
