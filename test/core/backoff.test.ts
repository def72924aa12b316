import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextPauseMs } from "../../src/core/backoff.ts";

const PASSING = { permanent: false };
const PERMANENT = { permanent: true };
const HOUR = 3_600_000;

describe("without a demand: exponential, with equal jitter", () => {
  test.each<[name: string, failure: typeof PASSING, ceilingsMs: number[]]>([
    ["a passing failure", PASSING, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ["a permanent one", PERMANENT, [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000]],
  ])("%s", (_name, failure, ceilingsMs) => {
    const pauses = (random: number) => ceilingsMs.map((_, index) => nextPauseMs(index + 1, failure, random));
    expect(pauses(1 - Number.EPSILON).map(Math.round)).toEqual(ceilingsMs);
    expect(pauses(0)).toEqual(ceilingsMs.map((ceilingMs) => ceilingMs / 2));
  });

  test("after thousands of failures it is still within its bounds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, permanent, random) => {
          const pauseMs = nextPauseMs(failures, { permanent }, random);
          expect(pauseMs).toBeGreaterThanOrEqual(permanent ? 2_500 : 500);
          expect(pauseMs).toBeLessThanOrEqual(permanent ? 300_000 : 30_000);
        },
      ),
    );
  });
});

describe("a pause that the other side demands", () => {
  test.each<[name: string, retryAfterMs: number, pauseMs: number]>([
    ["is kept", 7_000, 7_000],
    ["of nothing is a second", 0, 1_000],
    ["of almost nothing is a second", 3, 1_000],
    ["of 1e10 s is an hour", 1e13, HOUR],
    ["of an hour is an hour", HOUR, HOUR],
    ["that is negative is none", -5_000, 500],
    ["that is no number is none", Number.NaN, 500],
    ["that is infinite is none", Number.POSITIVE_INFINITY, 500],
  ])("%s", (_name, retryAfterMs, pauseMs) => expect(nextPauseMs(1, { ...PASSING, retryAfterMs }, 0)).toBe(pauseMs));

  test("is never undercut, and hardly exceeded", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: HOUR }),
        fc.boolean(),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (retryAfterMs, permanent, random) => {
          const pauseMs = nextPauseMs(3, { permanent, retryAfterMs }, random);
          expect(pauseMs).toBeGreaterThanOrEqual(retryAfterMs);
          expect(pauseMs).toBeLessThan(retryAfterMs + 251);
        },
      ),
    );
  });
});
