import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlertState, advanceAlerts } from "../../src/core/alerts.ts";
import { dampFlapping, type FlapRecords } from "../../src/core/flapping.ts";
import type { Notice } from "../../src/core/notice.ts";
import type { Signal } from "../../src/core/signal.ts";
import { EN } from "../../src/core/texts/index.ts";
import { active, edge, inactive } from "../stand-ins/scripted-source.ts";

const KEY = "dep:db";

/** Reads `!` (bad), `.` (good), `?` (unknown), `-` (not asked) and ` ` (gone) in turn; plays it through damping and deciding. */
function play(readings: string, cooldownMs = 0) {
  const alerting = new Map<string, AlertState>();
  let records: FlapRecords = {};
  const notices: (Notice & { readonly reading: number })[] = [];
  const damped: string[] = [];
  for (const [index, letter] of [...readings].entries()) {
    const signals: Signal[] = letter === "!" ? [active(KEY)] : letter === "." ? [inactive(KEY)] : [];
    const part = letter === "-" ? ({ partial: true } as const) : {};
    const evaluation = { signals, holds: letter === "?" ? [KEY] : [], ...part, memory: null };
    const result = dampFlapping(evaluation, JSON.parse(JSON.stringify(records)), alerting, EN.messages);
    records = result.records;
    const [signal] = result.evaluation.signals;
    damped.push(signal === undefined ? letter : signal.active ? "!" : ".");
    const changes = advanceAlerts("test", result.evaluation, alerting, index, cooldownMs, EN.messages);
    for (const state of changes.set) alerting.set(state.key, state);
    for (const key of changes.forget) alerting.delete(key);
    notices.push(...changes.notices.map((notice) => ({ ...notice, reading: index })));
  }
  const told = notices.map(({ action, reading }) => `${action} at ${reading}`);
  return { damped: damped.join(""), told, notices, records, alerting };
}

describe("a signal that seldom changes is left alone", () => {
  test.each<[name: string, readings: string]>([
    ["good", "....................."],
    ["bad from the beginning", "!!!!!!!!!!"],
    ["once bad", "....!!!!....."],
    ["twice bad", "..!!...!!...."],
    ["unknown at times", "..!!??!!..??.."],
  ])("%s", (_name, readings) => expect(play(readings).damped).toBe(readings));

  test("an edge is never damped", () => {
    const evaluation = { signals: [edge("job_failed")], holds: [], memory: null };
    expect(dampFlapping(evaluation, {}, new Map(), EN.messages).evaluation).toBe(evaluation);
  });

  test("nothing is remembered of what does not change", () => {
    expect(play("..........").records).toEqual({});
    expect(play("!!!!!!!!!!!!!!!!!!!!!!!!!").records).toEqual({});
  });
});

describe("a signal that keeps changing", () => {
  test("is told one by one three times; the fourth time it stays active until it has calmed", () => {
    const { damped, told, notices } = play(`.!.!.!.!.!${".".repeat(30)}`);
    expect(damped.startsWith(".!.!.!.!!!!!!!!!!!!!")).toBe(true);
    expect(told.slice(0, 7)).toEqual([
      ...["alert at 1", "recovery at 2", "alert at 3", "recovery at 4", "alert at 5", "recovery at 6"],
      "alert at 7",
    ]);
    // Its last change was at 10: eighteen readings later less than a tenth of what is remembered are changes.
    expect(told.slice(7)).toEqual(["recovery at 28"]);
    expect(notices[6]).toMatchObject({
      what: "dep:db is bad; it keeps changing (flapping)",
      details: ["there is no message for each change; one comes when it stays well, or stays wrong"],
    });
    expect(notices[7]).toMatchObject({ action: "recovery", what: "dep:db is good; it has calmed" });
  });

  test("when it has calmed and stayed wrong, that is told at once", () => {
    const { told, notices } = play(`.!.!.!.!.${"!".repeat(30)}`, 1_000_000);
    expect(told).toHaveLength(8);
    expect(notices[7]).toMatchObject({ action: "realert", what: "dep:db is bad; it has calmed" });
  });

  test("for hours is a handful of tellings", () => {
    expect(play(".!".repeat(1_000)).told.length).toBeLessThan(10);
  });

  test("seldom enough is told each time", () => {
    const { damped, told } = play(`${".".repeat(9)}!`.repeat(10));
    expect(damped).not.toContain("!!");
    expect(told).toHaveLength(19);
  });

  test("what is unknown is no change, and what was told of it holds", () => {
    expect(play(".!.!.!.!??????????.").damped).toBe(".!.!.!.!??????????!");
    expect(play(".!.!.!.!----------.").damped).toBe(".!.!.!.!----------!");
  });

  test("a subject that is gone is over, and forgotten", () => {
    const { alerting, records, told } = play(".!.!.!.!.! ");
    expect([alerting.size, records]).toEqual([0, {}]);
    expect(told.at(-1)).toBe("recovery at 10");
  });
});

test("whatever is read: alert and recovery alternate, and one that is calm for 20 readings is told as it is", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("!", ".", "?", "-"), maxLength: 80 }),
      fc.constantFrom("!", "."),
      (readings, end) => {
        const { notices, alerting } = play(readings + end.repeat(25));
        const letters = notices.map(({ action }) => ({ alert: "A", realert: "r", recovery: "R" })[action]).join("");
        expect(letters).toMatch(/^(Ar*R)*(Ar*)?$/);
        expect(alerting.has(KEY)).toBe(end === "!");
      },
    ),
  );
});
