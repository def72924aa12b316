import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestDue } from "../../src/core/digest-due.ts";
import { DAY_MS, MINUTE_MS } from "../../src/core/time.ts";

const BERLIN = "Europe/Berlin";
const at = (iso: string) => Date.parse(iso);
const minute = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

describe("08:00 in Berlin, in summer", () => {
  test.each<[name: string, iso: string, due: string | undefined]>([
    ["a minute before", "2026-06-10T05:59:59Z", undefined],
    ["on time", "2026-06-10T06:00:00Z", "2026-06-10 480"],
    ["late by hours is the same one", "2026-06-10T09:59:59Z", "2026-06-10 480"],
    ["too late is left out", "2026-06-10T10:00:00Z", undefined],
  ])("%s", (_name, iso, due) => expect(digestDue(at(iso), BERLIN, 480)).toBe(due));
});

describe("awkward times", () => {
  test.each<[name: string, iso: string, zone: string, time: string, due: string | undefined]>([
    ["late after midnight is yesterday's", "2026-06-10T00:10:00Z", "UTC", "23:30", "2026-06-09 1410"],
    ["midnight itself", "2026-06-10T00:00:00Z", "UTC", "00:00", "2026-06-10 0"],
    ["before a time that does not exist", "2026-03-29T00:59:00Z", BERLIN, "02:30", undefined],
    ["a time that does not exist is told after it", "2026-03-29T01:00:00Z", BERLIN, "02:30", "2026-03-29 150"],
    ["a time that comes twice: the first", "2026-10-25T00:30:00Z", BERLIN, "02:30", "2026-10-25 150"],
    ["a time that comes twice: the second is the same", "2026-10-25T01:30:00Z", BERLIN, "02:30", "2026-10-25 150"],
    ["late by more hours than went by is today's", "2026-03-29T01:25:00Z", BERLIN, "00:00", "2026-03-29 0"],
    ["late by fewer hours than went by is today's", "2026-10-25T02:30:00Z", BERLIN, "00:00", "2026-10-25 0"],
    ["late after midnight on the first of a month", "2026-03-01T00:10:00Z", "UTC", "23:30", "2026-02-28 1410"],
    ["a zone that is none is UTC", "2026-06-10T08:00:00Z", "Etc/Unknown", "08:00", "2026-06-10 480"],
  ])("%s", (_name, iso, zone, time, due) => expect(digestDue(at(iso), zone, minute(time))).toBe(due));
});

test("every day has exactly one, in whatever zone and at whatever time", () => {
  const zones = fc.constantFrom("UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
  const day = fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2026-12-01T00:00:00Z") });
  fc.assert(
    fc.property(zones, fc.integer({ min: 0, max: 1_439 }), day, (zone, atMinute, startMs) => {
      const told = new Set<string>();
      for (let ms = startMs; ms < startMs + 10 * DAY_MS; ms += 10 * MINUTE_MS) {
        const due = digestDue(ms, zone, atMinute);
        if (due !== undefined) told.add(due);
      }
      expect(told.size).toBeGreaterThanOrEqual(10);
      expect(told.size).toBeLessThanOrEqual(11);
    }),
    { numRuns: 20 },
  );
});

test("one that was told is not due again under another name before the next day", () => {
  const zones = fc.constantFrom("UTC", BERLIN, "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut");
  fc.assert(
    fc.property(zones, fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 0, max: 364 }), (zone, atMinute, day) => {
      const names: string[] = [];
      const startMs = at("2026-01-01T12:00:00Z") + day * DAY_MS;
      for (let ms = startMs; ms < startMs + 2 * DAY_MS; ms += 5 * MINUTE_MS) {
        const due = digestDue(ms, zone, atMinute);
        if (due !== undefined && names.at(-1) !== due) names.push(due);
      }
      // Seen in order and never again after another one.
      expect(names).toEqual([...new Set(names)].sort());
    }),
    { numRuns: 200 },
  );
});
