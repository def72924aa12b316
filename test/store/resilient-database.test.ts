import type { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import { emptyDirectory, openStore } from "./state-directory.ts";

const NOTICE: Notice = {
  key: "a",
  action: "alert",
  nature: "level",
  severity: "critical",
  what: "a is bad",
  since: 1,
  at: 2,
};
const STATE = { key: "a", source: "s", severity: "critical", since: 1, lastAlertAt: 2, what: "a is bad" } as const;
const TICK = {
  set: [STATE],
  forget: [],
  memories: new Map([["source/s", { n: 1 }]]),
  notices: [NOTICE],
  channels: ["chat"],
};
const NEXT = { ...TICK, set: [{ ...STATE, key: "b" }], notices: [{ ...NOTICE, key: "b" }], memories: new Map() };

/** A store on a disk that serves well for one tick, with an attempt that got no answer. */
function openWithState() {
  const directory = emptyDirectory();
  const opened = openStore(directory);
  opened.store.commit(TICK);
  opened.store.beginAttempt([1]);
  opened.store.failAttempt([1], "maybe");
  opened.store.addSilence({ keyGlob: "z", until: 100, why: "" }, 0);
  return { directory, ...opened };
}

describe("a database that refuses writes: everything goes on in memory, and is said once", () => {
  test.each<[name: string, breakIt: (database: DatabaseSync) => void, why: string]>([
    [
      "a full disk",
      (database) =>
        database.exec(
          "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA max_page_count = 1; CREATE TEMP TRIGGER grow AFTER INSERT ON notice BEGIN INSERT OR REPLACE INTO memory VALUES ('filler', hex(zeroblob(100000))); END",
        ),
      "database or disk is full",
    ],
    [
      "a read-only file system",
      (database) => database.exec("PRAGMA query_only = 1"),
      "attempt to write a readonly database",
    ],
    [
      "an error in the middle of a tick",
      (database) =>
        database.exec(
          "CREATE TEMP TRIGGER refuse BEFORE INSERT ON notice BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END",
        ),
      "disk I/O error",
    ],
  ])("%s", (_name, breakIt, why) => {
    const { store, database, troubles, directory, close } = openWithState();
    breakIt(database);
    store.commit(NEXT);
    expect(troubles).toEqual([`state cannot be written (${why}); going on in memory only`]);
    expect(store.alerts().map(({ key }) => key)).toEqual(["a", "b"]);
    expect(store.memory("source/s")).toEqual({ n: 1 });
    expect(store.silences(0)).toHaveLength(1);
    expect(store.owed("chat", 10).map(({ key, id, maybeTold }) => ({ key, id, maybeTold }))).toEqual([
      { key: "a", id: 1, maybeTold: true },
      { key: "b", id: 2, maybeTold: false },
    ]);
    store.settle([1]);
    store.commit({ ...NEXT, set: [], notices: [{ ...NOTICE, key: "c" }], forget: ["a"] });
    expect(store.owed("chat", 10).map(({ id }) => id)).toEqual([2, 3]);
    expect(troubles).toHaveLength(1);
    close();
    // On disk stands the last whole tick.
    const later = openStore(directory);
    expect(later.store.alerts().map(({ key }) => key)).toEqual(["a"]);
    expect(later.store.owed("chat", 10)).toHaveLength(1);
  });
});

describe("a database that cannot be read: what can still be had goes on in memory", () => {
  test("one table is lost", () => {
    const { store, database, troubles } = openWithState();
    database.exec("DROP TABLE alert");
    expect(store.alerts()).toEqual([]);
    expect(troubles).toEqual(["state cannot be read (no such table: alert); going on in memory only"]);
    expect(store.memory("source/s")).toEqual({ n: 1 });
    expect(store.backlog("chat").count).toBe(1);
    store.commit(NEXT);
    expect(store.alerts().map(({ key }) => key)).toEqual(["b"]);
    expect(troubles).toHaveLength(1);
  });

  test("all is lost", () => {
    const { store, database, troubles } = openWithState();
    database.close();
    expect(store.owed("chat", 10)).toEqual([]);
    store.commit(NEXT);
    expect(store.owed("chat", 10)).toHaveLength(1);
    expect(troubles).toEqual(["state cannot be read (database is not open); going on in memory only"]);
  });
});
