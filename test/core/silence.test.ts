import { describe, expect, test } from "vitest";
import { type AlertState, advanceAlerts } from "../../src/core/alerts.ts";
import type { Signal } from "../../src/core/signal.ts";
import { isSilenced, parseDuration } from "../../src/core/silence.ts";

describe("a silence covers", () => {
  test.each([
    ["its very key", "dep:db", "dep:db", true],
    ["no other key", "dep:db", "dep:db2", false],
    ["what its glob matches", "container:web*", "container:web-1", true],
    ["everything", "*", "orch_down", true],
    ["no mere part of a key", "dep", "dep:db", false],
  ])("%s", (_name, keyGlob, key, expected) => {
    expect(isSilenced(key, [{ keyGlob, until: 100, why: "" }], 50)).toBe(expected);
  });

  test("nothing from its end on", () => {
    expect(isSilenced("a", [{ keyGlob: "*", until: 100, why: "" }], 99)).toBe(true);
    expect(isSilenced("a", [{ keyGlob: "*", until: 100, why: "" }], 100)).toBe(false);
  });
});

describe("a duration as people type it", () => {
  test.each([
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["30min", 1_800_000],
    ["45", 2_700_000],
    ["2h", 7_200_000],
    ["1.5h", 5_400_000],
    ["1h30m", 5_400_000],
    ["1 h 30 m", 5_400_000],
    ["3D", 259_200_000],
  ])("%s", (text, expectedMs) => {
    expect(parseDuration(text)).toBe(expectedMs);
  });

  test.each([
    "",
    "0",
    "0h",
    "h",
    "soon",
    "-5m",
    "5y",
    "1h and 5m",
    "1e3",
    "400d",
    "toString",
    "5constructor",
    "1.2.3h",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("a silenced signal", () => {
  const silences = [{ keyGlob: "dep:*", until: 100, why: "maintenance" }];
  const down: Signal = { key: "dep:db", severity: "critical", nature: "level", active: true, what: "db is down" };
  const told: AlertState = {
    key: "dep:db",
    source: "s",
    severity: "critical",
    since: 1,
    lastAlertAt: 1,
    what: "db is down",
  };
  const advance = (signals: Signal[], states: AlertState[], now: number, cooldownMs = 10) =>
    advanceAlerts(
      "s",
      { signals, holds: [], memory: 0 },
      new Map(states.map((s) => [s.key, s])),
      now,
      cooldownMs,
      silences,
    );

  test("is not alerted, and not remembered as told", () => {
    expect(advance([down], [], 50)).toEqual({ set: [], forget: [], notices: [] });
  });

  test("is alerted when the silence has ended and it is still wrong", () => {
    expect(advance([down], [], 100).notices).toMatchObject([{ key: "dep:db", action: "alert" }]);
  });

  test("is not told again while silenced, but afterwards", () => {
    expect(advance([down], [told], 50).notices).toEqual([]);
    expect(advance([down], [told], 100).notices).toMatchObject([{ action: "realert", since: 1 }]);
  });

  test("is resolved all the same where it was told", () => {
    expect(advance([{ ...down, active: false, what: "db answers" }], [told], 50).notices).toMatchObject([
      { action: "recovery", what: "db answers" },
    ]);
    expect(advance([], [told], 50).notices).toMatchObject([{ action: "recovery" }]);
  });

  test("is not told as an edge either", () => {
    expect(advance([{ ...down, nature: "edge" }], [], 50).notices).toEqual([]);
  });
});
