import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertState } from "../../src/core/alerts.ts";
import type { Notice } from "../../src/core/notice.ts";
import type { TickChanges } from "../../src/store/store.ts";
import { emptyDirectory, openStore } from "./state-directory.ts";

const alert = (key: string, more: Partial<AlertState> = {}): AlertState => ({
  key,
  source: "test",
  severity: "critical",
  since: 1_000,
  lastAlertAt: 2_000,
  what: `${key} is bad`,
  ...more,
});

const notice = (key: string, at = 2_000): Notice => ({
  key,
  action: "alert",
  nature: "level",
  severity: "critical",
  what: `${key} is bad`,
  measure: { value: 2, limit: 1, unit: "count" },
  details: ["a detail"],
  next: "do this",
  since: 1_000,
  at,
});

const changes = (more: Partial<TickChanges> = {}): TickChanges => ({
  set: [],
  forget: [],
  memories: new Map(),
  notices: [],
  channels: ["chat"],
  ...more,
});

const keysOf = (list: readonly { key: string }[]) => list.map(({ key }) => key);

/** Stands for the database in a state directory, or for the one in memory. */
const BOTH: [name: string, stateDir: () => string | undefined][] = [
  ["in a state directory", emptyDirectory],
  ["in memory", () => undefined],
];

describe.each(BOTH)("%s", (_name, stateDir) => {
  const open = () => openStore(stateDir());

  test("nothing is known at first", () => {
    const { store, warnings, troubles } = open();
    expect(store.alerts()).toEqual([]);
    expect(store.memory("source/x")).toBeUndefined();
    expect(store.timeline()).toBeUndefined();
    expect(store.latestInstant()).toBe(0);
    expect(store.owed("chat", 10)).toEqual([]);
    expect(store.backlog("chat")).toEqual({ count: 0, oldestAt: undefined });
    expect([...warnings, ...troubles]).toEqual([]);
  });

  test("a tick: alerts to keep and to forget, memories, notices", () => {
    const { store } = open();
    store.commit(changes({ set: [alert("a"), alert("b")], memories: new Map([["source/x", { n: 1 }]]) }));
    store.commit(
      changes({ set: [alert("c"), alert("a", { lastAlertAt: 9 })], forget: ["b", "unknown"], notices: [notice("c")] }),
    );
    expect(store.alerts()).toEqual([alert("a", { lastAlertAt: 9 }), alert("c")]);
    expect(store.memory("source/x")).toEqual({ n: 1 });
    expect(store.owed("chat", 10)).toEqual([{ ...notice("c"), id: 1, maybeTold: false }]);
  });

  test("notices are owed to every channel, in the order of deciding, until that channel settles them", () => {
    const { store } = open();
    store.commit(changes({ notices: [notice("a", 5_000), notice("b", 6_000)], channels: ["chat", "mail"] }));
    store.commit(changes({ notices: [notice("c", 7_000)], channels: ["chat", "mail"] }));
    expect(keysOf(store.owed("chat", 10))).toEqual(["a", "b", "c"]);
    expect(keysOf(store.owed("chat", 2))).toEqual(["a", "b"]);
    store.settle(store.owed("chat", 1).map(({ id }) => id));
    expect(keysOf(store.owed("chat", 10))).toEqual(["b", "c"]);
    expect(store.backlog("chat")).toEqual({ count: 2, oldestAt: 6_000 });
    expect(store.backlog("mail")).toEqual({ count: 3, oldestAt: 5_000 });
    expect(store.backlog("nobody")).toEqual({ count: 0, oldestAt: undefined });
  });

  test("an id is never used again", () => {
    const { store } = open();
    store.commit(changes({ notices: [notice("a")] }));
    store.settle([1]);
    store.commit(changes({ notices: [notice("b")] }));
    expect(store.owed("chat", 10).map(({ id }) => id)).toEqual([2]);
  });

  test("what is remembered", () => {
    const { store } = open();
    store.remember("channel/chat", { chatId: "-100" });
    store.remember("channel/chat", { chatId: "-200" });
    store.rememberTimeline({ bootId: "x", originMs: 5 });
    expect(store.memory("channel/chat")).toEqual({ chatId: "-200" });
    expect(store.timeline()).toEqual({ bootId: "x", originMs: 5 });
  });

  test("the latest Instant is that of an alert or a notice", () => {
    const { store } = open();
    store.commit(changes({ set: [alert("a", { lastAlertAt: 70 })], notices: [notice("a", 60)] }));
    expect(store.latestInstant()).toBe(70);
    store.commit(changes({ notices: [notice("b", 80)] }));
    expect(store.latestInstant()).toBe(80);
  });

  test("what a former channel was owed goes to its heir, behind nothing that the heir was owed before", () => {
    const { store } = open();
    store.commit(changes({ notices: [notice("a")], channels: ["console"] }));
    store.commit(changes({ notices: [notice("b")], channels: ["chat"] }));
    expect(store.adoptNotices(["chat", "mail"], "chat")).toBe(1);
    expect(store.adoptNotices(["chat", "mail"], "chat")).toBe(0);
    expect(keysOf(store.owed("chat", 10))).toEqual(["a", "b"]);
    expect(store.owed("console", 10)).toEqual([]);
  });

  test("silences until they end", () => {
    const { store } = open();
    store.addSilence({ keyGlob: "dep:*", until: 100, why: "moving" }, 0);
    store.addSilence({ keyGlob: "a", until: 50, why: "" }, 0);
    expect(keysOf(store.silences(49).map(({ keyGlob }) => ({ key: keyGlob })))).toEqual(["a", "dep:*"]);
    expect(store.silences(50)).toEqual([{ keyGlob: "dep:*", until: 100, why: "moving" }]);
    store.addSilence({ keyGlob: "dep:*", until: 200, why: "again" }, 60);
    expect(store.silences(150)).toEqual([{ keyGlob: "dep:*", until: 200, why: "again" }]);
    expect([store.endSilence("dep:*"), store.endSilence("dep:*")]).toEqual([true, false]);
    expect(store.silences(0)).toEqual([]);
  });

  test("a memory that is not plain data keeps nothing else from being stored", () => {
    const { store, troubles } = open();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const memories = new Map<string, unknown>([
      ["source/a", circle],
      ["source/b", 1n],
      ["source/c", undefined],
      ["source/d", 4],
    ]);
    store.commit(changes({ set: [alert("a")], memories, notices: [notice("a")] }));
    expect(keysOf(store.alerts())).toEqual(["a"]);
    expect(store.backlog("chat").count).toBe(1);
    expect(store.memory("source/d")).toBe(4);
    expect(troubles).toEqual(
      ["a", "b", "c"].map((name) => `the memory of source/${name} is not plain data and cannot be stored`),
    );
  });

  test("whatever keys and texts hold comes back", () => {
    const { store } = open();
    const text = fc.string({ unit: "binary" }).map((raw) => raw.toWellFormed());
    fc.assert(
      fc.property(text, text, (key, what) => {
        store.commit(changes({ set: [alert(key, { what })], notices: [{ ...notice(key), what }] }));
        expect(store.alerts()).toEqual([alert(key, { what })]);
        const [owed] = store.owed("chat", 1);
        expect(owed).toMatchObject({ key, what });
        store.settle([owed!.id]);
        store.commit(changes({ forget: [key] }));
        expect(store.alerts()).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });
});

describe("whether a notice may have been told already: after each attempt, and after a crash in one", () => {
  type Step = "begin" | "refused" | "unanswered" | "crash";

  test.each<[steps: Step[], maybeTold: boolean]>([
    [[], false],
    [["begin", "refused"], false],
    [["begin", "unanswered"], true],
    [["begin", "unanswered", "begin", "refused"], true],
    [["begin", "refused", "begin", "refused"], false],
    [["crash"], false],
    [["begin", "crash"], true],
    [["begin", "refused", "crash"], false],
    [["begin", "unanswered", "crash"], true],
    [["begin", "crash", "begin", "refused"], true],
    [["begin", "crash", "begin", "unanswered", "begin", "refused", "crash"], true],
  ])("%j: %j", (steps, maybeTold) => {
    const directory = emptyDirectory();
    let opened = openStore(directory);
    opened.store.commit(changes({ notices: [notice("a"), notice("untouched")] }));
    for (const step of steps) {
      if (step === "begin") opened.store.beginAttempt([1]);
      else if (step === "refused") opened.store.failAttempt([1], "no");
      else if (step === "unanswered") opened.store.failAttempt([1], "maybe");
      else {
        opened.close();
        opened = openStore(directory);
      }
    }
    expect(opened.store.owed("chat", 10).map((one) => one.maybeTold)).toEqual([maybeTold, false]);
  });
});

test("a file that is opened again holds everything", () => {
  const directory = emptyDirectory();
  const first = openStore(directory);
  first.store.commit(
    changes({ set: [alert("a")], notices: [notice("a"), notice("b")], memories: new Map([["source/x", [1]]]) }),
  );
  first.store.settle([1]);
  first.store.addSilence({ keyGlob: "z", until: 9, why: "w" }, 0);
  first.close();
  const { store, warnings, troubles } = openStore(directory);
  expect(store.alerts()).toEqual([alert("a")]);
  expect(store.owed("chat", 10)).toEqual([{ ...notice("b"), id: 2, maybeTold: false }]);
  expect(store.memory("source/x")).toEqual([1]);
  expect(store.silences(0)).toHaveLength(1);
  expect([...warnings, ...troubles]).toEqual([]);
});
