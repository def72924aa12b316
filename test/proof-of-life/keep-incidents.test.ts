import fc from "fast-check";
import { expect, test } from "vitest";
import { countIncidents, MOST_INCIDENTS, noteIncidents } from "../../src/core/incidents.ts";
import type { Action, Notice } from "../../src/core/notice.ts";
import { keepIncidents } from "../../src/proof-of-life/keep-incidents.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";

const HOUR = 3_600_000;
const notice = (action: Action, key: string, at: number): Notice => {
  return { key, action, nature: "level", severity: "critical", what: key, since: at, at };
};

function openStore() {
  return new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
}

const changes = (...notices: Notice[]) => ({ set: [], forget: [], memories: new Map(), notices, channels: ["chat"] });

test("what is alerted is kept with the commit; what goes on or ends is no new incident", () => {
  const store = openStore();
  const kept = keepIncidents(store);
  kept.commit(changes(notice("alert", "a", 1), notice("recovery", "b", 1)));
  kept.commit(changes(notice("realert", "a", 2)));
  expect(kept.incidents()).toEqual([["a", 1]]);
  expect(store.owed("chat", 10)).toHaveLength(3);
});

test("it survives a restart, and damage", () => {
  const store = openStore();
  keepIncidents(store).commit(changes(notice("alert", "a", 1)));
  expect(keepIncidents(store).incidents()).toEqual([["a", 1]]);
  store.remember("incidents", [["b", 2], "x", null, ["c"], { d: 1 }]);
  expect(keepIncidents(store).incidents()).toEqual([["b", 2]]);
  store.remember("incidents", { not: "a list" });
  expect(keepIncidents(store).incidents()).toEqual([]);
});

test("what is not alerted is passed on unchanged", () => {
  const store = openStore();
  keepIncidents(store).commit({ ...changes(), memories: new Map([["x", 1]]) });
  expect(store.memory("x")).toBe(1);
  expect(store.memory("incidents")).toBeUndefined();
});

test("it is bounded in number and in time, and keeps the newest", () => {
  const hours = fc
    .array(fc.integer({ min: 0, max: 200 }), { maxLength: 400 })
    .map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(hours, (at) => {
      let history: ReturnType<typeof noteIncidents> = [];
      for (const hour of at) history = noteIncidents(history, [notice("alert", `k${hour}`, hour * HOUR)], hour * HOUR);
      const last = at.at(-1) ?? 0;
      const expected = at.filter((hour) => last - hour <= 48).slice(-MOST_INCIDENTS);
      expect(history.map(([, when]) => when / HOUR)).toEqual(expected);
    }),
  );
});

test("they are counted by key, the most frequent first", () => {
  const history = [
    ["a", 1],
    ["b", 5],
    ["c", 6],
    ["b", 7],
  ] as const;
  expect(countIncidents(history, 5)).toEqual([
    ["b", 2],
    ["c", 1],
  ]);
});
