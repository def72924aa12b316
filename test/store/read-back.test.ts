import { describe, expect, test } from "vitest";
import { readAlertState, readNotice, readTimeline } from "../../src/store/read-back.ts";
import { openStore } from "./state-directory.ts";

const STATE = { key: "a", source: "s", severity: "warning", since: 1, lastAlertAt: 2, what: "w" };
const NOTICE = { key: "a", action: "alert", nature: "edge", severity: "critical", what: "w", since: 1, at: 2 };

const NEVER: [name: string, json: unknown][] = [
  ["no JSON", "{"],
  ["nothing", ""],
  ["null", "null"],
  ["a number", "7"],
  ["a list", "[]"],
  ["an empty object", "{}"],
];

describe("an alert state", () => {
  test("a good one", () => expect(readAlertState(JSON.stringify(STATE))).toEqual(STATE));
  test("fields of a later version do no harm", () =>
    expect(readAlertState(JSON.stringify({ ...STATE, more: 1 }))).toMatchObject(STATE));
  test.each(NEVER)("%s is none", (_name, json) => expect(readAlertState(json)).toBeUndefined());
  test.each<[string, object]>([
    ["without a key", { key: undefined }],
    ["of another severity", { severity: "fatal" }],
    ["that began at no time", { since: null }],
    ["that was told at no number", { lastAlertAt: "2" }],
    ["without a text", { what: 5 }],
  ])("one %s is none", (_name, change) =>
    expect(readAlertState(JSON.stringify({ ...STATE, ...change }))).toBeUndefined(),
  );
});

describe("a notice", () => {
  test.each<[string, object]>([
    ["a bare one", {}],
    ["with all it can have", { details: ["a"], next: "n", measure: { value: 1, limit: 2, unit: "usd" } }],
    ["one that follows from something", { cause: { key: "db", what: "db is bad", severity: "critical" } }],
  ])("%s", (_name, more) => expect(readNotice(JSON.stringify({ ...NOTICE, ...more }))).toEqual({ ...NOTICE, ...more }));
  test.each(NEVER)("%s is none", (_name, json) => expect(readNotice(json)).toBeUndefined());
  test.each<[string, object]>([
    ["that does nothing", { action: "none" }],
    ["of no nature", { nature: undefined }],
    ["decided at no time", { at: null }],
    ["with a detail that is no text", { details: ["a", 7] }],
    ["with details that are no list", { details: "a" }],
    ["with a measure without a number", { measure: { value: null, limit: 1, unit: "usd" } }],
    ["that follows from nothing in particular", { cause: { key: "db", what: "db is bad" } }],
    ["with a measure of another unit", { measure: { value: 1, limit: 1, unit: "eur" } }],
  ])("one %s is none", (_name, change) => expect(readNotice(JSON.stringify({ ...NOTICE, ...change }))).toBeUndefined());
});

test.each<[value: unknown, readable: boolean]>([
  [{ bootId: "x", originMs: 5 }, true],
  [{ bootId: "x", originMs: null }, false],
  [{ originMs: 5 }, false],
  [null, false],
  ["x", false],
])("a timeline %j: %j", (value, readable) => expect(readTimeline(value)).toEqual(readable ? value : undefined));

describe("bad rows in a database", () => {
  const GARBAGE = ["{", "null", "7", "{}", '{"at":"x"}', "\u0000"];

  test("bad alerts are left out, and said", () => {
    const { store, database, troubles } = openStore(undefined);
    const insert = database.prepare("INSERT INTO alert (key, state) VALUES (?, ?)");
    for (const [index, json] of [...GARBAGE, JSON.stringify(STATE)].entries()) insert.run(`k${index}`, json);
    expect(store.alerts()).toEqual([STATE]);
    expect(troubles).toHaveLength(GARBAGE.length);
    expect(troubles[0]).toBe("the stored alert k0 cannot be read back and is left out");
    expect(store.latestInstant()).toBe(2);
  });

  test("a bad notice is dropped, said once, and keeps no other from being told", () => {
    const { store, database, troubles } = openStore(undefined);
    const insert = database.prepare("INSERT INTO notice (channel, notice) VALUES ('chat', ?)");
    for (const json of [...GARBAGE, JSON.stringify(NOTICE)]) insert.run(json);
    expect(store.backlog("chat").count).toBe(GARBAGE.length + 1);
    expect(store.latestInstant()).toBe(2);
    expect(store.owed("chat", 100)).toMatchObject([NOTICE]);
    expect(store.owed("chat", 100)).toHaveLength(1);
    expect(store.backlog("chat")).toEqual({ count: 1, oldestAt: 2 });
    expect(troubles).toHaveLength(GARBAGE.length);
    expect(troubles[0]).toBe("a notice owed to chat cannot be read back and is dropped: {");
  });

  test("a bad memory is none, and said", () => {
    const { store, database, troubles } = openStore(undefined);
    database.exec("INSERT INTO memory VALUES ('source/x', '{'), ('timeline', '{\"bootId\":7}')");
    expect(store.memory("source/x")).toBeUndefined();
    expect(store.timeline()).toBeUndefined();
    expect(troubles).toEqual(["the stored memory of source/x cannot be read back and is left out"]);
  });
});
