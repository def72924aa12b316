import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hysteresis } from "../../src/core/hysteresis.ts";

function play(values: readonly number[], raiseAt = 90, clearBelow = 85): boolean[] {
  let active = false;
  return values.map((value) => {
    active = hysteresis(active, value, raiseAt, clearBelow);
    return active;
  });
}

describe("hysteresis: raised at 90, cleared below 85", () => {
  test.each<[name: string, values: number[], active: boolean[]]>([
    ["below", [0, 84, 89.9], [false, false, false]],
    ["at the threshold", [90], [true]],
    ["trembling at the threshold", [90, 89.9, 90.1, 86, 90], [true, true, true, true, true]],
    ["at the lower bound it stays", [95, 85], [true, true]],
    ["below the lower bound it clears", [95, 84.99], [true, false]],
    ["between the two it stays what it was", [88, 92, 88, 80, 88], [false, true, true, false, false]],
    ["infinitely much", [Number.POSITIVE_INFINITY], [true]],
  ])("%s", (_name, values, active) => expect(play(values)).toEqual(active));

  test("between two changes the value has crossed the whole band", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (values) => {
        play(values).forEach((active, index, states) => {
          const changed = active !== (states[index - 1] ?? false);
          if (changed) expect(active ? values[index]! >= 90 : values[index]! < 85).toBe(true);
        });
      }),
    );
  });

  test("without a band it is a plain threshold", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.double({ noNaN: true }), fc.double({ noNaN: true }), (wasActive, value, limit) => {
        expect(hysteresis(wasActive, value, limit, limit)).toBe(value >= limit);
      }),
    );
  });
});
