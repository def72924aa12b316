import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { debounce } from "../../src/core/debounce.ts";

/** Reads `F` (failed) and `.` (good) in turn; tells after which readings it is active. */
function play(readings: string, threshold: number): string {
  let count = 0;
  return [...readings]
    .map((reading) => {
      const { active, failuresInARow } = debounce(count, reading === "F", threshold);
      count = failuresInARow;
      return active ? "!" : ".";
    })
    .join("");
}

describe("debounce", () => {
  test.each<[name: string, threshold: number, readings: string, active: string]>([
    ["a threshold of 1 is no debouncing", 1, ".F.FF.", ".!.!!."],
    ["the third failure in a row is confirmed", 3, "FFFFF", "..!!!"],
    ["one good reading starts the count anew", 3, "FF.FF.FFF", "........!"],
    ["one good reading ends it", 2, "FFF.F", ".!!.."],
    ["nothing fails", 2, "....", "...."],
    ["a threshold of 0 is taken as 1", 0, "F.F", "!.!"],
  ])("%s", (_name, threshold, readings, active) => expect(play(readings, threshold)).toBe(active));

  test("a count stored under a higher threshold counts under a lower one", () => {
    expect(debounce(5, true, 2)).toEqual({ active: true, failuresInARow: 2 });
  });

  test("active exactly while the last `threshold` readings failed", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), fc.integer({ min: 1, max: 6 }), (failures, threshold) => {
        const readings = failures.map((failed) => (failed ? "F" : ".")).join("");
        [...play(readings, threshold)].forEach((active, index) => {
          const lastOnes = readings.slice(Math.max(0, index + 1 - threshold), index + 1);
          expect(active === "!").toBe(lastOnes === "F".repeat(threshold));
        });
      }),
    );
  });

  test("the count never passes the threshold, so that it need not be stored every tick", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), fc.integer({ min: 1, max: 1_000 }), (count, failed, threshold) => {
        expect(debounce(count, failed, threshold).failuresInARow).toBeLessThanOrEqual(threshold);
      }),
    );
  });
});
