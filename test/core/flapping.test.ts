import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlertState, advanceAlerts } from "../../src/core/alerts.ts";
import { dampFlapping, type FlapRecords } from "../../src/core/flapping.ts";
import type { Notice } from "../../src/core/notice.ts";
import type { Evaluation } from "../../src/core/signal.ts";

/** Plays readings of one key: `!` it is active, `.` it is not, `?` nothing is known. Returns what is told, in order. */
function play(readings: string, cooldownMs = 0): Notice[] {
  const states = new Map<string, AlertState>();
  let records: FlapRecords = {};
  const notices: Notice[] = [];
  for (const [now, reading] of [...readings].entries()) {
    const damped = dampFlapping(evaluationOf(reading), records, states);
    records = JSON.parse(JSON.stringify(damped.records));
    const changes = advanceAlerts("s", damped.evaluation, states, now, cooldownMs);
    for (const state of changes.set) states.set(state.key, state);
    for (const key of changes.forget) states.delete(key);
    notices.push(...changes.notices);
  }
  return notices;
}

function evaluationOf(reading: string): Evaluation<null> {
  if (reading === "?") return { signals: [], holds: ["dep"], memory: null };
  const isActive = reading === "!";
  const what = isActive ? "db is down" : "db is up";
  return {
    signals: [{ key: "dep:db", severity: "critical", nature: "level", active: isActive, what }],
    holds: [],
    memory: null,
  };
}

const actions = (notices: readonly Notice[]) => notices.map((notice) => notice.action);

const THREE_TIMES = ["alert", "recovery", "alert", "recovery", "alert", "recovery"];

describe("flapping", () => {
  test("a fault that comes and goes once is told as ever", () => {
    expect(actions(play("....!!!!....!!!...."))).toEqual(["alert", "recovery", "alert", "recovery"]);
  });

  test("the fourth alert in a short time is told as flapping, and then nothing until it has calmed", () => {
    const notices = play(`${"!.".repeat(30)}${".".repeat(30)}`);
    expect(actions(notices)).toEqual([...THREE_TIMES, "alert", "recovery"]);
    expect(notices.map((notice) => notice.what)).toEqual([
      "db is down",
      "db is up",
      "db is down",
      "db is up",
      "db is down",
      "db is up",
      "db is down; it keeps changing (flapping)",
      "db is up; it has calmed",
    ]);
  });

  test("one that calms while it is wrong is told again at once, whatever the cooldown", () => {
    const notices = play(`${"!.".repeat(10)}${"!".repeat(40)}`);
    expect(actions(notices)).toEqual([...THREE_TIMES, "alert", "realert"]);
    expect(notices.at(-1)?.what).toBe("db is down; it has calmed");
  });

  test("forty changes are few messages", () => {
    expect(play("!.".repeat(20)).length).toBeLessThanOrEqual(7);
  });

  test("while flapping it is still told again after the cooldown", () => {
    expect(actions(play("!.".repeat(15), 10)).filter((action) => action === "realert")).toHaveLength(2);
  });

  test("what is unknown neither calms nor excites", () => {
    expect(actions(play("!.!.!.!.????????????????????????????????"))).toEqual([...THREE_TIMES, "alert"]);
    expect(actions(play("!?.?!?.?!?.?!?.?!"))).toEqual(actions(play("!.!.!.!.!")));
  });

  test("a signal that rests leaves no record behind", () => {
    const rest = dampFlapping(evaluationOf("."), {}, new Map());
    expect(rest.records).toEqual({});
    expect(rest.evaluation).toEqual(evaluationOf("."));
  });

  test("whatever happens, alerts and recoveries alternate, and in the end people know the truth", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("!", ".", "?"), { maxLength: 80 }),
        fc.constantFrom("!", "."),
        (past, end) => {
          const told = actions(play(`${past.join("")}${end.repeat(45)}`)).filter((action) => action !== "realert");
          expect(told).toEqual(told.map((_, index) => (index % 2 === 0 ? "alert" : "recovery")));
          expect(told.at(-1) === "alert").toBe(end === "!");
        },
      ),
    );
  });
});
