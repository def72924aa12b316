import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawSparkline } from "../../src/core/sparkline.ts";

describe("the course of a number", () => {
  test.each<[name: string, values: number[], limit: number, drawn: string]>([
    ["rises to its limit", [0, 20, 40, 60, 80, 100], 100, "▁▂▃▅▆▇"],
    ["leaps", [40, 41, 40, 93], 90, "▁▁▁▇"],
    ["falls", [100, 50, 0], 90, "▇▅▁"],
    ["is steady, however high", [93, 93.1, 92.9], 90, "▇▇▇"],
    ["trembles below its limit", [80, 80.4, 79.8], 90, "▅▅▅"],
    ["is nothing at all", [0, 0, 0], 0, "▁▁▁"],
    ["is below nothing", [-5, -4, -3], -3, "▁▅▇"],
    ["is steady where its limit is far above", [1, 1, 1], 100, "▁▁▁"],
    ["holds what is no number", [0, Number.NaN, 50, Number.POSITIVE_INFINITY, 100], 100, "▁▅▇"],
    ["is too short to be one", [10, 90], 90, ""],
    ["is not known", [], 90, ""],
  ])("%s", (_name, values, limit, drawn) => expect(drawSparkline(values, limit)).toBe(drawn));

  test("needs no limit", () => expect(drawSparkline([-40, -30, -20])).toBe("▁▅▇"));

  test("has a mark for each value, a greater one never lower", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 3, maxLength: 20 }),
        fc.double(),
        (values, limit) => {
          const numbers = values.filter((value) => Math.abs(value) < 1e300);
          const marks = [...drawSparkline(values, limit)];
          expect(marks).toHaveLength(numbers.length < 3 ? 0 : numbers.length);
          for (const [index, mark] of marks.entries()) {
            expect("▁▂▃▅▆▇").toContain(mark);
            for (const [other, otherMark] of marks.entries()) {
              if (numbers[index]! > numbers[other]!) expect(mark >= otherMark).toBe(true);
            }
          }
        },
      ),
    );
  });
});
