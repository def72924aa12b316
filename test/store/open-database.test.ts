import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase, StateDirInUse } from "../../src/store/open-database.ts";
import { emptyDirectory, openStore } from "./state-directory.ts";

const SOURCES = new URL("../../src/store/", import.meta.url);

/** Another process that opens `directory`, does `work` with its store, says so and goes on with `more` until it is killed. */
async function startHolder(directory: string, work = "", more = ""): Promise<ChildProcess> {
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL("open-database.ts", SOURCES))};
    import { Store } from ${JSON.stringify(new URL("store.ts", SOURCES))};
    const store = new Store(openDatabase(${JSON.stringify(directory)}, console.error).database, console.error);
    ${work}
    setInterval(() => {}, 1_000);
    console.log("ready");
    ${more}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout!, "data");
  return child;
}

async function killHard(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A database that is big enough to be damaged in the middle. */
function fillState(directory: string): void {
  const { store, close } = openStore(directory);
  for (let index = 0; index < 50; index += 1) store.remember(`source/${index}`, "x".repeat(1_000));
  close();
}

const asideIn = (directory: string) => readdirSync(directory).filter((name) => name.includes("unreadable"));

describe("a directory that serves", () => {
  test("is made where it is missing", () => {
    const directory = join(emptyDirectory(), "a", "b");
    const { store, warnings, close } = openStore(directory);
    store.remember("x", 1);
    close();
    expect(warnings).toEqual([]);
    expect(openStore(directory).store.memory("x")).toBe(1);
  });

  test("survives a write that its process did not live to see", async () => {
    const directory = emptyDirectory();
    const loop = `
      for (let tick = 1; ; tick += 1) {
        if (tick % 10 === 0) console.log(tick);
        const state = { key: "k" + tick, source: "s", severity: "critical", since: 1, lastAlertAt: tick, what: "w" };
        const notice = { key: state.key, action: "alert", nature: "level", severity: "critical", what: "w", since: 1, at: tick };
        store.commit({ set: [state], forget: [], memories: new Map([["tick", tick]]), notices: [notice], channels: ["a", "b"] });
      }`;
    const child = await startHolder(directory, "", loop);
    await once(child.stdout!, "data");
    await killHard(child);
    const { store, warnings } = openStore(directory);
    const ticks = store.alerts().length;
    expect(warnings).toEqual([]);
    expect(ticks).toBeGreaterThan(0);
    expect({ a: store.backlog("a").count, b: store.backlog("b").count, memory: store.memory("tick") }).toEqual({
      a: ticks,
      b: ticks,
      memory: ticks,
    });
  });
});

describe("a directory that cannot be used: state in memory, and one warning", () => {
  test.each<[name: string, make: (directory: string) => string]>([
    ["it is a file", (directory) => join(directory, "file")],
    ["it lies below a file", (directory) => join(directory, "file", "state")],
  ])("%s", (_name, make) => {
    const directory = emptyDirectory();
    writeFileSync(join(directory, "file"), "");
    const stateDir = make(directory);
    const { store, warnings, troubles } = openStore(stateDir);
    store.remember("x", 1);
    expect(store.memory("x")).toBe(1);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      new RegExp(`^WATCHDOG_STATE_DIR=${stateDir} cannot be used \\(.+\\): state is kept in memory only$`),
    );
    expect(troubles).toEqual([]);
  });

  test("nobody may write to it", () => {
    const directory = emptyDirectory();
    chmodSync(directory, 0o555);
    onTestFinished(() => chmodSync(directory, 0o755));
    // The superuser may write anywhere: be somebody else meanwhile.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      const { store, warnings } = openStore(directory);
      store.remember("x", 1);
      expect(store.memory("x")).toBe(1);
      expect(warnings).toEqual([expect.stringMatching(/cannot be used \(.+\): state is kept in memory only$/)]);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  test("what lies where the file belongs is no file", () => {
    const directory = emptyDirectory();
    mkdirSync(join(directory, "watchdog.db"));
    const { store, warnings } = openStore(directory);
    store.remember("x", 1);
    expect(store.memory("x")).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(/watchdog\.db cannot be used \(.+\): state is kept in memory only$/),
    ]);
  });
});

describe("a state file that cannot be read is set aside, with its content, and another begun", () => {
  function expectSetAside(directory: string, content: Buffer, why: RegExp): void {
    const { store, warnings, close } = openStore(directory);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(why);
    const [aside, ...others] = asideIn(directory).filter((name) => !/-(wal|shm)$/.test(name));
    expect(others).toEqual([]);
    expect(warnings[0]).toContain(aside);
    expect(readFileSync(join(directory, aside!)).equals(content)).toBe(true);
    store.remember("x", 1);
    close();
    const again = openStore(directory);
    expect(again.store.memory("x")).toBe(1);
    expect(again.warnings).toEqual([]);
  }

  test("no database at all", () => {
    const directory = emptyDirectory();
    const content = Buffer.from("this is no database, but it might matter to somebody".repeat(100));
    writeFileSync(join(directory, "watchdog.db"), content);
    expectSetAside(directory, content, /cannot be read \(file is not a database\): set aside as/);
  });

  test("damaged in the middle", () => {
    const directory = emptyDirectory();
    fillState(directory);
    const path = join(directory, "watchdog.db");
    const content = readFileSync(path);
    content.fill(0xa5, 8_192, content.length - 4_096);
    writeFileSync(path, content);
    expectSetAside(directory, content, /cannot be read \(.+\): set aside as/);
  });

  test("cut off", () => {
    const directory = emptyDirectory();
    fillState(directory);
    const path = join(directory, "watchdog.db");
    const content = readFileSync(path).subarray(0, 10_000);
    writeFileSync(path, content);
    expectSetAside(directory, content, /cannot be read \(.+\): set aside as/);
  });

  test("written by a newer version", () => {
    const directory = emptyDirectory();
    fillState(directory);
    const path = join(directory, "watchdog.db");
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 1000");
    database.close();
    expectSetAside(
      directory,
      readFileSync(path),
      /it was written by a newer version: schema 1000, this one knows \d+\): set aside/,
    );
  });

  test("also what only its journal holds is kept", async () => {
    const directory = emptyDirectory();
    fillState(directory);
    await killHard(await startHolder(directory, 'store.remember("source/x", "only in the journal");'));
    const path = join(directory, "watchdog.db");
    const content = readFileSync(path);
    expect(content.includes("only in the journal")).toBe(false);
    writeFileSync(path, content.fill(0xa5, 8_192, content.length - 4_096));
    expect(openStore(directory).warnings).toHaveLength(1);
    const kept = asideIn(directory).map((name) => readFileSync(join(directory, name)));
    expect(kept.some((bytes) => bytes.includes("only in the journal"))).toBe(true);
  });

  test("an empty file is a new one", () => {
    const directory = emptyDirectory();
    writeFileSync(join(directory, "watchdog.db"), "");
    expect(openStore(directory).warnings).toEqual([]);
    expect(asideIn(directory)).toEqual([]);
  });
});

describe("one watchdog on one directory", () => {
  const open = (directory: string) => openDatabase(directory, () => expect.unreachable("no warning"));

  test("a second one is refused, and told what to do", () => {
    const directory = emptyDirectory();
    openStore(directory);
    expect(() => open(directory)).toThrow(StateDirInUse);
    expect(() => open(directory)).toThrow(
      `another watchdog runs on WATCHDOG_STATE_DIR=${directory}: stop it, or give this one a directory of its own`,
    );
  });

  test("until the first has gone", () => {
    const directory = emptyDirectory();
    openStore(directory).close();
    expect(openStore(directory).warnings).toEqual([]);
  });

  test("or was killed", async () => {
    const directory = emptyDirectory();
    const holder = await startHolder(directory);
    expect(() => open(directory)).toThrow(StateDirInUse);
    await killHard(holder);
    expect(openStore(directory).warnings).toEqual([]);
  });

  test("others may read the state meanwhile", () => {
    const directory = emptyDirectory();
    openStore(directory).store.remember("x", 1);
    const reader = new DatabaseSync(join(directory, "watchdog.db"), { readOnly: true });
    onTestFinished(() => reader.close());
    expect(reader.prepare("SELECT value FROM memory").all()).toEqual([{ value: "1" }]);
  });
});
