import { describe, expect, test } from "vitest";
import { type Histories, NO_HISTORIES, noteReadings, showHistories } from "../../src/core/histories.ts";
import type { Evaluation, Measure, Signal } from "../../src/core/signal.ts";
import { active, edge, inactive } from "../stand-ins/scripted-source.ts";

const measured = (value: number, unit: Measure["unit"] = "percent"): Pick<Signal, "measure"> => ({
  measure: { value, limit: 90, unit },
});

function evaluation(signals: readonly Signal[], holds: readonly string[] = []): Evaluation<null> {
  return { signals, holds, memory: null };
}

/** What is known of "a" after these readings; `undefined` is a failed one. */
function historyOf(...readings: (Signal[] | undefined)[]): readonly number[] | undefined {
  let histories: Histories = NO_HISTORIES;
  for (const signals of readings) histories = noteReadings(histories, evaluation(signals ?? [], signals ? [] : ["a"]));
  return histories.get("a");
}

describe("of what is measured the last values are kept", () => {
  test.each<[name: string, readings: (Signal[] | undefined)[], known: number[] | undefined]>([
    ["whether it is well or not", [[inactive("a", measured(80))], [active("a", measured(91))]], [80, 91]],
    ["over a failed reading", [[inactive("a", measured(80))], undefined, [active("a", measured(91))]], [80, 91]],
    ["until it is gone", [[inactive("a", measured(80))], []], undefined],
    ["no ages: they grow by themselves", [[active("a", measured(80, "seconds"))]], undefined],
    ["nothing that is no number", [[active("a", measured(Number.NaN))]], undefined],
    ["nothing that happens once", [[edge("a", measured(3, "count"))]], undefined],
    ["nothing of what is not measured", [[active("a")]], undefined],
    ["the first of two of one key", [[active("a", measured(1)), active("a", measured(2))]], [1]],
  ])("%s", (_name, readings, known) => expect(historyOf(...readings)).toEqual(known));

  test("over readings of others alone", () => {
    const before = noteReadings(NO_HISTORIES, evaluation([active("a", measured(91))]));
    const after = noteReadings(before, { ...evaluation([active("b", measured(92))]), partial: true });
    expect([after.get("a"), after.get("b")]).toEqual([[91], [92]]);
  });

  test("twelve of them", () => {
    const readings = Array.from({ length: 30 }, (_, index) => [active("a", measured(index))]);
    expect(historyOf(...readings)).toEqual([18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  });

  test("of no more than 200 keys, those that came first", () => {
    const many = (from: number) =>
      Array.from({ length: 100_000 }, (_, index) => active(`cost_run:${from + index}`, measured(1, "usd")));
    const first = noteReadings(NO_HISTORIES, evaluation(many(0)));
    expect(first.size).toBe(200);
    // Half of them have ended: others take their place with the reading after next.
    const second = noteReadings(first, evaluation(many(100)));
    expect([second.size, second.get("cost_run:100")]).toEqual([100, [1, 1]]);
    expect(noteReadings(second, evaluation(many(100))).size).toBe(200);
  });
});

describe("what is wrong comes with the values that led to it", () => {
  const histories = new Map([["a", [80, 91]]]);

  test("what is well does not", () => {
    const [wrong, well] = [active("a", measured(91)), inactive("a", measured(80))];
    expect(showHistories(evaluation([wrong]), histories).signals[0]?.measure).toEqual({
      value: 91,
      limit: 90,
      unit: "percent",
      history: [80, 91],
    });
    expect(showHistories(evaluation([well]), histories).signals).toEqual([well]);
  });

  test("where there are none, the evaluation stays the same", () => {
    const given = evaluation([active("b", measured(91))]);
    expect(showHistories(given, histories)).toBe(given);
    expect(showHistories(given, NO_HISTORIES)).toBe(given);
  });
});
