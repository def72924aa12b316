import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decision, decide } from "../../src/core/decide.ts";

const HOUR = 3_600_000;
const alertedAt = (lastAlertAt: number) => ({ lastAlertAt });

describe("decide: the contract's table", () => {
  test.each<[name: string, active: boolean, lastAlertAt: number | null, now: number, cooldownMs: number, Decision]>([
    ["active, not alerting", true, null, 0, HOUR, "alert"],
    ["active, alerted a moment ago", true, 0, 1, HOUR, "none"],
    ["active, a millisecond before the cooldown ends", true, 0, HOUR - 1, HOUR, "none"],
    ["active, when the cooldown ends", true, 0, HOUR, HOUR, "realert"],
    ["active, long after it", true, 0, 100 * HOUR, HOUR, "realert"],
    ["active, alerting, a cooldown of 0 means never", true, 0, 100 * HOUR, 0, "none"],
    ["active, not alerting, a cooldown of 0", true, null, 0, 0, "alert"],
    ["not active, alerting", false, 0, 1, HOUR, "recovery"],
    ["not active, alerting, long after the cooldown", false, 0, 9 * HOUR, HOUR, "recovery"],
    ["not active, alerting, a cooldown of 0", false, 0, 1, 0, "recovery"],
    ["not active, not alerting", false, null, 1, HOUR, "none"],
    ["active, alerted later than now", true, HOUR, 0, HOUR, "none"],
    ["active, a negative cooldown means never", true, 0, HOUR, -1, "none"],
    ["active, an infinite cooldown means never", true, 0, HOUR, Number.POSITIVE_INFINITY, "none"],
    ["active, a cooldown that is no number means never", true, 0, HOUR, Number.NaN, "none"],
    ["active, alerted at no time", true, Number.NaN, HOUR, HOUR, "none"],
  ])("%s", (_name, active, lastAlertAt, now, cooldownMs, expected) => {
    expect(decide(active, lastAlertAt === null ? undefined : alertedAt(lastAlertAt), now, cooldownMs)).toBe(expected);
  });
});

const anyNumber = fc.double();

test("decide is total: for any numbers it answers, and only as the state allows", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.option(anyNumber), anyNumber, anyNumber, (active, lastAlertAt, now, cooldownMs) => {
      const decision = decide(active, lastAlertAt === null ? undefined : alertedAt(lastAlertAt), now, cooldownMs);
      if (lastAlertAt === null) expect(decision).toBe(active ? "alert" : "none");
      else if (active) expect(["realert", "none"]).toContain(decision);
      else expect(decision).toBe("recovery");
    }),
  );
});
