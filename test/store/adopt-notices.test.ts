import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";

function open(): Store {
  return new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
}

function notice(key: string): Notice {
  return { key, action: "alert", nature: "level", severity: "critical", what: `${key} is wrong`, since: 1, at: 2 };
}

function owe(store: Store, key: string, ...channels: string[]): void {
  store.commit({ set: [], forget: [], memories: new Map(), notices: [notice(key)], channels });
}

const keysOf = (store: Store, channel: string) => store.owed(channel, 100).map(({ key }) => key);

function accept(store: Store, channel: string): void {
  store.settle(store.owed(channel, 100).map(({ id }) => id));
}

test("each notice can be owed to channels of its own", () => {
  const store = open();
  const [a, b] = [notice("a"), notice("b")];
  const channels = (given: Notice) => (given === a ? ["chat"] : ["chat", "hook"]);
  store.commit({ set: [], forget: [], memories: new Map(), notices: [a, b], channels });
  expect([keysOf(store, "chat"), keysOf(store, "hook")]).toEqual([["a", "b"], ["b"]]);
});

describe("a channel that is configured away", () => {
  test("what it alone was owed, the heir takes over", () => {
    const store = open();
    owe(store, "a", "hook");
    expect(store.adoptNotices(["chat"], "chat")).toBe(1);
    expect(keysOf(store, "chat")).toEqual(["a"]);
  });

  test("what another one is owed as well is not owed twice", () => {
    const store = open();
    owe(store, "a", "chat", "hook");
    expect(store.adoptNotices(["chat"], "chat")).toBe(0);
    expect(keysOf(store, "chat")).toEqual(["a"]);
  });

  test("what another one has accepted is not told again", () => {
    const store = open();
    owe(store, "a", "chat", "hook");
    accept(store, "chat");
    expect(store.adoptNotices(["chat"], "chat")).toBe(0);
    expect(keysOf(store, "chat")).toEqual([]);
  });

  test("of two that are gone, the heir is told once", () => {
    const store = open();
    owe(store, "a", "hook", "mail");
    expect(store.adoptNotices(["chat"], "chat")).toBe(1);
    expect(keysOf(store, "chat")).toEqual(["a"]);
  });

  test("one that comes back is not taken for one that was told", () => {
    const store = open();
    owe(store, "a", "chat", "hook");
    store.adoptNotices(["hook"], "hook");
    expect(store.adoptNotices(["chat"], "chat")).toBe(1);
    expect(keysOf(store, "chat")).toEqual(["a"]);
  });
});

test("however channels come and go, what nobody accepted is owed to one that is there", () => {
  const channel = fc.constantFrom("chat", "hook", "mail");
  const some = fc.uniqueArray(channel, { minLength: 1 });
  const step = fc.oneof(
    fc.record({ is: fc.constant("owe" as const), to: some }),
    fc.record({ is: fc.constant("configure" as const), to: some }),
    fc.record({ is: fc.constant("accept" as const), by: channel }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const store = open();
      let configured: readonly string[] = ["chat", "hook", "mail"];
      const waiting = new Set<string>();
      for (const [index, each] of steps.entries()) {
        if (each.is === "owe") {
          const to = each.to.filter((name) => configured.includes(name));
          if (to.length > 0) waiting.add(`k${index}`);
          owe(store, `k${index}`, ...to);
        } else if (each.is === "accept") {
          if (!configured.includes(each.by)) continue;
          for (const key of keysOf(store, each.by)) waiting.delete(key);
          accept(store, each.by);
        } else {
          configured = each.to;
          store.adoptNotices(configured, configured[0] ?? "");
        }
        const owed = new Set(configured.flatMap((name) => keysOf(store, name)));
        expect([...waiting].filter((key) => !owed.has(key))).toEqual([]);
        for (const name of configured) expect(new Set(keysOf(store, name)).size).toBe(keysOf(store, name).length);
      }
    }),
    { numRuns: 60 },
  );
});
