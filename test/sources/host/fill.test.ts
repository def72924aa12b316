import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../src/core/reading.ts";
import { cleanText } from "../../../src/core/text.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../src/core/time.ts";
import { evaluateFill, type FillMemory, joinEvaluations } from "../../../src/sources/host/fill.ts";
import { type Filling, formatAbout, nextFor, wordFill, wordPace } from "../../../src/sources/host/word-fill.ts";

const GIB = 2 ** 30;

/** Reads once a minute what is free after so many minutes; the last evaluation. */
function watch(
  freeGib: (min: number) => number | undefined,
  forMin: number,
  horizonMs = DAY_MS,
  filling: Filling = { path: "/" },
) {
  let memory: FillMemory = {};
  let evaluation = evaluateFill("host_disk_fill:/", filling, { horizonMs, texts: EN }, unknown("none yet"), memory, 0);
  for (let min = 0; min <= forMin; min++) {
    const free = freeGib(min);
    const reading = free === undefined ? unknown("no") : known({ availableBytes: free * GIB });
    evaluation = evaluateFill("host_disk_fill:/", filling, { horizonMs, texts: EN }, reading, memory, min * MINUTE_MS);
    // As it is after a restart.
    memory = JSON.parse(JSON.stringify(evaluation.memory)) as FillMemory;
  }
  return evaluation;
}

test("a disk that will be full within the horizon is a warning that says when, how fast and what to look at", () => {
  expect(watch((min) => 20 - (1.2 * min) / 60, 5 * 60).signals).toEqual([
    {
      key: "host_disk_fill:/",
      severity: "warning",
      nature: "level",
      active: true,
      what: "disk / will be full in about 12 h",
      details: ["fills 1.2 GiB/h (over the last 12 h), 14 GiB free"].map(() =>
        expect.stringMatching(/^fills 1\.2 GiB\/h .* free [▁▂▃▅▆▇]{12}$/u),
      ),
      next: "see what grows: `docker system df` and `find / -xdev -type f -size +100M -mmin -60`",
    },
  ]);
});

test("with a horizon of 0 nobody is warned, but the forecast can be looked at", () => {
  const [signal] = watch((min) => 20 - (2 * min) / 60, 2 * 60, 0).signals;
  expect(signal).toMatchObject({ active: false, what: "disk / will be full in about 8 h" });
  expect(signal?.details).toEqual([
    expect.stringMatching(/^fills 2 GiB\/h \(over the last 2 h\), 16 GiB free [▁▂▃▅▆▇]{12}$/u),
  ]);
  expect(signal).not.toHaveProperty("next");
});

test("without a steady pace there is no forecast", () => {
  expect(watch(() => 20, 60).signals).toEqual([
    {
      key: "host_disk_fill:/",
      severity: "warning",
      nature: "level",
      active: false,
      what: "disk / does not fill up steadily",
    },
  ]);
});

test("a failed reading holds it and forgets nothing", () => {
  const leak = (min: number) => 20 - (2 * min) / 60;
  const held = watch((min) => (min > 120 ? undefined : leak(min)), 125);
  expect(held).toMatchObject({ signals: [], holds: ["host_disk_fill:/"] });
  expect(held.memory).toEqual(watch(leak, 120).memory);
});

test("memory is worded as memory", () => {
  const [signal] = watch((min) => 20 - (2 * min) / 60, 2 * 60, DAY_MS, "memory").signals;
  expect(signal?.what).toBe("host memory will be used up in about 8 h");
  expect(signal?.next).toContain("docker stats");
});

describe("words", () => {
  test.each([
    [12 * DAY_MS + 5 * HOUR_MS, "12 d"],
    [30 * HOUR_MS, "30 h"],
    [40 * HOUR_MS, "2 d"],
    [5.4 * HOUR_MS, "5 h"],
    [80 * MINUTE_MS, "80 min"],
    [100 * MINUTE_MS, "2 h"],
    [14 * MINUTE_MS, "14 min"],
    [20 * SECOND_MS, "a minute"],
    [0, "a minute"],
  ])("about %d ms is %s", (ms, text) => expect(formatAbout(ms, EN)).toBe(text));

  test("what is full is not said to become full", () => {
    expect(wordFill({ path: "/" }, true, undefined, EN)).toBe("disk / has filled up");
  });

  test.each([
    [1.5 * GIB, 14 * GIB, "fills 1.5 GiB/h (over the last 2 h), 14 GiB free"],
    [300 * 2 ** 20, 5 * 2 ** 20, "fills 300 MiB/h (over the last 2 h), 5 MiB free"],
    [10 * 2 ** 10, 0, "fills 10 KiB/h (over the last 2 h), 0 KiB free"],
  ])("amounts: %d", (perHour, free, text) => {
    expect(wordPace({ perHour, spanMs: 2 * HOUR_MS, fullInMs: 0 }, free, EN)).toBe(text);
  });

  test("a hostile path stays on its line and inside its quotes", () => {
    const path = "/a'; rm -rf ~ #🔴\n\u202e";
    expect(wordFill({ path }, true, undefined, EN)).toBe(`disk ${cleanText(path)} has filled up`);
    expect(nextFor({ path }, EN)).toContain("find '/a'\\''; rm -rf ~ ＃•'");
  });
});

test("two evaluations of one reading are one", () => {
  const one = { signals: [], holds: ["host_disk:/"], memory: { active: true } };
  const other = { signals: [], holds: ["host_disk_fill:/"], memory: { trend: { spans: [], warned: null } } };
  expect(joinEvaluations(one, other)).toEqual({
    signals: [],
    holds: ["host_disk:/", "host_disk_fill:/"],
    memory: { active: true, trend: { spans: [], warned: null } },
  });
});
