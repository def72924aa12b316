import { expect, test } from "vitest";
import { type AlertChanges, type AlertState, joinChanges } from "../../src/core/alerts.ts";

const state = (key: string, lastAlertAt: number): AlertState => {
  return { key, source: "zoo", severity: "critical", since: 1, what: `${key} is ill`, lastAlertAt };
};
const sets = (...states: AlertState[]): AlertChanges => ({ set: states, forget: [], notices: [] });
const forgets = (...keys: string[]): AlertChanges => ({ set: [], forget: keys, notices: [] });

test.each([
  ["nothing", [], sets()],
  ["two keys", [sets(state("a", 1)), forgets("b")], { ...sets(state("a", 1)), forget: ["b"] }],
  ["alert, then recovery", [sets(state("a", 1)), forgets("a")], forgets("a")],
  ["recovery, then alert again", [forgets("a"), sets(state("a", 2))], sets(state("a", 2))],
  ["alert, then alert again", [sets(state("a", 1)), sets(state("a", 2))], sets(state("a", 2))],
])("%s: of one key, the last word counts", (_name, changes, expected) => {
  expect(joinChanges(changes)).toEqual(expected);
});

test("every notice is told, in the order of deciding", () => {
  const notice = (action: "alert" | "recovery") =>
    ({ key: "a", action, nature: "level", severity: "critical", what: "a", since: 1, at: 1 }) as const;
  const changes = [
    { ...forgets("a"), notices: [notice("recovery")] },
    { ...sets(state("a", 2)), notices: [notice("alert")] },
  ];
  expect(joinChanges(changes).notices).toEqual([notice("recovery"), notice("alert")]);
});
