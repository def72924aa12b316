import { describe, expect, test } from "vitest";
import type { Head } from "../../src/core/head.ts";
import type { Notice } from "../../src/core/notice.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import { emptyDirectory, openStore } from "./state-directory.ts";

const head = (ref: string, more: Partial<Head> = {}): Head => ({
  ref,
  message: {
    heading: "2 wrong",
    blocks: [{ icon: "🔴", key: "db", lines: [[{ bold: "db is down" }], ["→ ", { code: "ping db" }]], noticeIds: [1] }],
    rings: true,
  },
  composedAt: 1_000,
  parts: [{ key: "db", since: 900, toldAgain: 0 }],
  outdated: false,
  fixed: false,
  ...more,
});

const notice: Notice = {
  key: "db",
  action: "alert",
  nature: "level",
  severity: "critical",
  what: "db is down",
  since: 900,
  at: 1_000,
};

const refs = (heads: readonly Head[]) => heads.map(({ ref }) => ref);

describe("the messages that raised incidents", () => {
  test("come back as they were, after a restart too, and only to their channel", () => {
    const directory = emptyDirectory();
    const full = head("m1", { editedAt: 2_000, parts: [{ key: "db", since: 900, toldAgain: 3, overAt: 1_500 }] });
    const { store, close } = openStore(directory);
    store.changeHeads("chat", { set: [full, head("m2")], forget: [] });
    store.changeHeads("other", { set: [head("m1")], forget: [] });
    close();
    const again = openStore(directory).store;
    expect(again.heads("chat")).toEqual([full, head("m2")]);
    expect(again.heads("other")).toEqual([head("m1")]);
    expect(again.heads("none")).toEqual([]);
  });

  test("are replaced and forgotten", () => {
    const { store } = openStore(undefined);
    store.changeHeads("chat", { set: [head("m1"), head("m2")], forget: [] });
    store.changeHeads("chat", { set: [head("m2", { fixed: true })], forget: ["m1", "m9"] });
    expect(store.heads("chat")).toEqual([head("m2", { fixed: true })]);
  });

  test("become true together with what was told, or not at all", () => {
    const { database } = openDatabase(undefined, () => {});
    const troubles: string[] = [];
    const store = new Store(database, (trouble) => troubles.push(trouble));
    store.commit({ set: [], forget: [], memories: new Map(), notices: [notice], channels: ["chat"] });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const broken = { set: [{ ...head("m1"), message: circle } as unknown as Head], forget: [] };
    expect(() => store.settle([1], "chat", broken)).toThrow();
    expect(store.owed("chat", 10)).toHaveLength(1);
    store.settle([1], "chat", { set: [head("m1")], forget: [] });
    expect(store.owed("chat", 10)).toEqual([]);
    expect(refs(store.heads("chat"))).toEqual(["m1"]);
  });

  test("go with their channel when that is configured away", () => {
    const { store } = openStore(undefined);
    store.changeHeads("chat", { set: [head("m1")], forget: [] });
    store.changeHeads("gone", { set: [head("m2")], forget: [] });
    store.adoptNotices(["chat"], "chat");
    expect(refs(store.heads("chat"))).toEqual(["m1"]);
    expect(store.heads("gone")).toEqual([]);
  });

  test.each([
    ["no JSON", "{"],
    ["nothing", "null"],
    ["no parts", JSON.stringify(head("m1", { parts: [] }))],
    ["a part without its beginning", JSON.stringify({ ...head("m1"), parts: [{ key: "db", toldAgain: 0 }] })],
    ["no message", JSON.stringify({ ...head("m1"), message: undefined })],
    ["a message without blocks", JSON.stringify({ ...head("m1"), message: { blocks: [], rings: true } })],
    ["a line that is none", JSON.stringify(head("m1")).replace('["→ ",', "[7,")],
  ])("that are damaged are left out and dropped, and that is said: %s", (_name, json) => {
    const { database } = openDatabase(undefined, () => {});
    const troubles: string[] = [];
    const store = new Store(database, (trouble) => troubles.push(trouble));
    store.changeHeads("chat", { set: [head("m2")], forget: [] });
    database.prepare("INSERT INTO head (channel, ref, head) VALUES ('chat', 'm1', ?)").run(json);
    expect(refs(store.heads("chat"))).toEqual(["m2"]);
    expect(troubles).toEqual(["the stored message m1 cannot be read back and is left out"]);
    expect(refs(store.heads("chat"))).toEqual(["m2"]);
    expect(troubles).toHaveLength(1);
  });
});
