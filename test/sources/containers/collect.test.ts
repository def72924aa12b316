import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createCollector } from "../../../src/sources/containers/collect.ts";
import { createEngine, type Engine } from "../../../src/sources/containers/engine/engine.ts";
import { EventRecord } from "../../../src/sources/containers/events/event-facts.ts";
import type { ObservedContainer, Snapshot } from "../../../src/sources/containers/snapshot.ts";
import type { Scope } from "../../../src/sources/source.ts";
import { FAULTS, idOf, only, type StandInEngine, startDockerEngine } from "../../stand-ins/docker-engine.ts";

const LIST = "GET /containers/json?all=true";
const inspectionOf = (number: number): string => `GET /containers/${idOf(number)}/json`;
const API = { id: idOf(1), name: "api" };
const DB = { id: idOf(2), name: "db" };

/** Longer than any answer takes on a busy machine, and as short as a test should wait. */
const PATIENT_MS = 10_000;
const HASTY_MS = 100;

let standIn: StandInEngine;
let engine: Engine;
let now: number;
let record: EventRecord;
let tick: (afterMs?: number, scope?: Scope) => Promise<Snapshot>;

beforeEach(async () => {
  standIn = await startDockerEngine();
  now = 0;
  record = new EventRecord();
  begin(PATIENT_MS);
});
afterEach(async () => {
  engine.disconnect();
  await standIn.close();
});

/** Begins with a source that has read nothing yet. */
function begin(timeoutMs: number): void {
  engine = createEngine({ address: standIn, timeoutMs });
  const collect = collector();
  tick = (afterMs = 30_000, scope = "all") => {
    now += afterMs;
    standIn.clear();
    return collect(new AbortController().signal, scope);
  };
}

function collector(change: { names?: string[]; ownId?: string } = {}) {
  return createCollector({
    engine,
    address: standIn,
    names: change.names ?? ["*"],
    ownId: change.ownId,
    intervalMs: 30_000,
    inspectBudgetMs: 150,
    clock: { now: () => now, wallNow: () => 1_000_000 + now },
    record,
    expectEvent: () => undefined,
  });
}

/** What was asked but for the version, which is settled once. */
function questions(): string[] {
  return standIn.requests.filter((line) => line !== "GET /_ping");
}

function named(snapshot: Snapshot, name: string): ObservedContainer | undefined {
  return snapshot.containers.find((container) => container.name === name);
}

describe("how much it asks", () => {
  test.each([1, 10, 1_000])(
    "%i containers that are plainly well cost one request a tick, from the first on",
    async (n) => {
      standIn.containers = Array.from({ length: n }, (_, index) => ({ id: idOf(index), name: `api-${index}` }));
      for (let ticks = 0; ticks < 3; ticks++) {
        expect((await tick()).containers).toHaveLength(n);
        expect(questions()).toEqual([LIST]);
      }
    },
  );

  test.each([
    ["exited", { state: "exited", status: "Exited (1) 3 hours ago" }],
    ["unhealthy", { status: "Up 3 hours (unhealthy)" }],
    ["paused", { state: "paused", status: "Up 3 hours (Paused)" }],
    ["restarting", { state: "restarting", status: "Restarting (1) 50 seconds ago" }],
    ["dead", { state: "dead", status: "Dead" }],
  ])("one that is %s is inspected once, and again when that changes", async (_name, change) => {
    standIn.containers = [API, { ...DB, ...change }];
    await tick();
    expect(questions()).toEqual([LIST, inspectionOf(2)]);
    const { containers } = await tick();
    expect(questions()).toEqual([LIST]);
    expect(containers.find(({ name }) => name === "db")?.details).toMatchObject({ ok: true });
    standIn.containers = [API, { ...DB, state: "exited", status: "Exited (9) 2 hours ago" }];
    await tick();
    expect(questions()).toEqual([LIST, inspectionOf(2)]);
  });

  test("one that may have started since the last tick is inspected, even if it looks as well as before", async () => {
    standIn.containers = [{ ...API, status: "Up 8 seconds" }];
    await tick();
    expect(questions()).toEqual([LIST, inspectionOf(1)]);
    await tick();
    expect(questions()).toEqual([LIST, inspectionOf(1)]);
    standIn.containers = [{ ...API, status: "Up 38 seconds" }];
    await tick();
    expect(questions()).toEqual([LIST]);
    await tick(3_600_000);
    expect(questions()).toEqual([LIST, inspectionOf(1)]);
  });

  test("after readings that failed it looks back as far as the last good one", async () => {
    standIn.containers = [{ ...API, status: "Up About a minute" }];
    await tick();
    expect(questions()).toEqual([LIST]);
    standIn.fault = FAULTS.fails;
    await expect(tick(50_000)).rejects.toThrow("answered 500");
    standIn.fault = undefined;
    await tick(50_000);
    expect(questions()).toEqual([LIST, inspectionOf(1)]);
  });

  test("one that was created is inspected each time: a start that fails does not show in the list", async () => {
    standIn.containers = [{ ...API, state: "created", status: "Created" }];
    await tick();
    await tick();
    expect(questions()).toEqual([LIST, inspectionOf(1)]);
  });

  test("one that says nothing of its age is inspected each time", async () => {
    standIn.containers = [{ ...API, status: "" }];
    await tick();
    await tick();
    expect(questions()).toEqual([LIST, inspectionOf(1)]);
  });

  test("what is not watched is never inspected", async () => {
    const down = { state: "exited", status: "Exited (1) 1 second ago" };
    standIn.containers = [
      { ...API, ...down, labels: { "watchdog.enable": "false" } },
      { ...DB, ...down },
      { id: idOf(3), name: "own", ...down },
    ];
    const collect = collector({ names: ["a*", "own"], ownId: idOf(3).slice(0, 12) });
    const found = await collect(new AbortController().signal);
    expect(found).toMatchObject({ containers: [], leftOut: ["api", "own"] });
    expect(questions()).toEqual([LIST]);
  });

  test("a thousand that are down at once are inspected over a few connections", async () => {
    standIn.containers = Array.from({ length: 1_000 }, (_, index) => ({
      id: idOf(index),
      name: `api-${index}`,
      state: "exited",
      status: "Exited (1) 2 seconds ago",
    }));
    let most = 0;
    standIn.fault = () => {
      most = Math.max(most, standIn.connections());
      return false;
    };
    expect((await tick()).containers.every(({ details }) => details?.ok)).toBe(true);
    expect(questions()).toHaveLength(1_001);
    expect(most).toBeLessThanOrEqual(8);
  });

  test("one connection is kept between two ticks", async () => {
    standIn.containers = [{ ...API, status: "Up 1 second" }];
    await tick();
    await vi.waitFor(() => expect(standIn.connections()).toBe(1));
    await tick();
    expect(standIn.opened()).toBe(1);
  });
});

describe("news alone", () => {
  const EXITED = { state: "exited", exitCode: 7 } as const;
  const die = ({ id, name }: { id: string; name: string }) =>
    record.record({ action: "die", id, name, at: 1_000_000 + now, exitCode: 7, enabled: true, signal: undefined });
  const start = ({ id, name }: { id: string; name: string }) =>
    record.record({
      action: "start",
      id,
      name,
      at: 1_000_000 + now,
      exitCode: undefined,
      enabled: true,
      signal: undefined,
    });

  test("of an end ask about that container and say nothing of others", async () => {
    standIn.containers = [API, DB];
    await tick();
    standIn.containers = [{ ...API, ...EXITED }, DB];
    die(API);
    const found = await tick(1_000, "news");
    expect(questions()).toEqual([inspectionOf(1)]);
    expect(found).toMatchObject({ partial: true, events: { news: [{ id: API.id, end: { exitCode: 7 } }] } });
    expect(found.containers).toEqual([
      expect.objectContaining({ name: "api", state: "exited", exitCode: 7, leastAgeMs: 0 }),
    ]);
  });

  test("leave it to the next tick to look at everything, at the ended one too", async () => {
    standIn.containers = [API, DB];
    await tick();
    standIn.containers = [{ ...API, ...EXITED, status: "Exited (7) 30 seconds ago" }, DB];
    die(API);
    await tick(1_000, "news");
    const found = await tick(29_000);
    expect(found.partial).toBeUndefined();
    expect(named(found, "api")).toMatchObject({ state: "exited", exitCode: 7 });
    expect(named(found, "db")).toMatchObject({ state: "running" });
  });

  test("a list that is behind does not bring back to life what was found ended", async () => {
    standIn.containers = [API];
    await tick();
    die(API);
    const behind = standIn.containers;
    standIn.fault = only(/[0-9a-f]{64}/, () => {
      standIn.containers = [{ ...API, ...EXITED }];
      return false;
    });
    await tick(1_000, "news");
    standIn.containers = behind;
    expect(named(await tick(), "api")).toMatchObject({ state: "exited" });
    expect(questions()).toEqual([LIST, inspectionOf(1)]);
  });

  test.each<[string, () => void]>([
    ["nothing", () => undefined],
    ["a container that no list has shown", () => die({ id: idOf(3), name: "new" })],
    ["an end and, of another, a start", () => [die(API), start(DB)]],
    [
      "one that runs again",
      () => {
        die(API);
        standIn.containers = [API, DB];
      },
    ],
    [
      "one that is gone",
      () => {
        die(API);
        standIn.containers = [DB];
      },
    ],
  ])("of %s look at everything", async (_name, happen) => {
    standIn.containers = [API, DB];
    await tick();
    standIn.containers = [{ ...API, ...EXITED }, DB];
    happen();
    expect((await tick(1_000, "news")).partial).toBeUndefined();
    expect(questions()).toContain(LIST);
  });

  test("before anything was listed, and after a collection that failed, look at everything", async () => {
    standIn.containers = [{ ...API, ...EXITED }];
    die(API);
    expect((await tick(0, "news")).partial).toBeUndefined();
    standIn.fault = FAULTS.truncates;
    await expect(tick()).rejects.toThrow();
    standIn.fault = () => false;
    die(API);
    expect((await tick(0, "news")).partial).toBeUndefined();
  });

  test("and all that is asked after them share the time for inspections", async () => {
    standIn.containers = [API, DB];
    await tick();
    standIn.fault = only(/[0-9a-f]{64}/, () => {
      now += 200;
      return false;
    });
    die(API);
    const found = named(await tick(1_000, "news"), "api");
    expect(found?.details).toEqual({ ok: false, error: "not inspected: Docker answers too slowly" });
    expect(questions()).toEqual([inspectionOf(1), LIST]);
  });

  test("what was found ended is unknown, not running, while the list is behind and it cannot be inspected", async () => {
    standIn.containers = [API, DB];
    await tick();
    standIn.containers = [{ ...API, ...EXITED }, DB];
    die(API);
    await tick(1_000, "news");
    standIn.containers = [API, DB];
    standIn.fault = only(/[0-9a-f]{64}/, FAULTS.truncates);
    expect(await tick()).toMatchObject({ unsure: ["api"], containers: [{ name: "db" }] });
    standIn.fault = undefined;
    standIn.containers = [{ ...API, ...EXITED, status: "Exited (7) 1 minute ago" }, DB];
    expect(named(await tick(), "api")).toMatchObject({ state: "exited", details: { ok: true } });
  });

  test("of one that hangs cost one time-out, and the list tells of its end", async () => {
    standIn.containers = [API, DB];
    await tick();
    engine.disconnect();
    begin(HASTY_MS);
    await tick();
    standIn.containers = [{ ...API, ...EXITED }, DB];
    standIn.fault = only(/[0-9a-f]{64}/, FAULTS.hangs);
    die(API);
    expect(named(await tick(1_000, "news"), "api")).toMatchObject({ state: "exited", details: { ok: false } });
    expect(questions()).toEqual([inspectionOf(1), LIST]);
  });
});

describe("what it finds", () => {
  test("what was inspected just now is newer than the list", async () => {
    standIn.containers = [{ ...API, status: "Up 1 second" }];
    standIn.fault = only(/inspect|[0-9a-f]{64}/, () => {
      standIn.containers = [{ ...API, state: "exited", exitCode: 7 }];
      return false;
    });
    expect(named(await tick(), "api")).toMatchObject({ state: "exited", exitCode: 7, leastAgeMs: 0 });
  });

  test("what was inspected before is older than the list", async () => {
    standIn.containers = [{ ...API, status: "Up 8 seconds (unhealthy)", health: "unhealthy", restartCount: 2 }];
    await tick();
    standIn.containers = [{ ...API, status: "Up 45 seconds (healthy)" }];
    await tick();
    standIn.containers = [{ ...API, status: "Up 2 minutes (healthy)" }];
    expect(named(await tick(), "api")).toMatchObject({ health: "healthy", details: { ok: true } });
    expect(questions()).toEqual([LIST]);
  });

  test("the time is Docker's", async () => {
    expect((await tick()).takenAt).toBe(1_030_000);
  });

  test("one that goes between list and inspection is neither there nor missing", async () => {
    standIn.containers = [API, { ...DB, status: "Up 1 second" }];
    standIn.fault = only(/[0-9a-f]{64}/, () => {
      standIn.containers = [API];
      return false;
    });
    const found = await tick();
    expect(found.containers.map(({ name }) => name)).toEqual(["api"]);
    expect(found.unsure).toEqual(["db"]);
  });

  test("an entry that cannot be told apart makes the list incomplete", async () => {
    standIn.fault = only(/containers\/json/, (_request, response) => {
      response.end('[{"Id":7}]');
      return true;
    });
    expect(await tick()).toMatchObject({ containers: [], incomplete: true });
  });
});

describe("an inspection that fails costs its container alone", () => {
  const down = { state: "exited", status: "Exited (1) 3 hours ago", exitCode: 1 };

  test.each([
    ["fails", /answered 500: driver failed/],
    ["truncates", /broke off/],
    ["isHtml", /inspect does not have the expected shape/],
    ["isEmpty", /inspect does not have the expected shape/],
  ] as const)("when the engine %s", async (fault, message) => {
    standIn.containers = [
      { ...API, ...down },
      { ...DB, ...down },
    ];
    standIn.fault = only(new RegExp(idOf(1)), FAULTS[fault]);
    const found = await tick();
    expect(named(found, "api")).toMatchObject({ state: "exited", exitCode: 1, details: { ok: false } });
    expect(named(found, "api")?.details).toMatchObject({ error: expect.stringMatching(message) });
    expect(named(found, "db")?.details?.ok).toBe(true);
    standIn.fault = undefined;
    expect(named(await tick(), "api")?.details?.ok).toBe(true);
    expect(questions()).toEqual([LIST, inspectionOf(1)]);
  });

  test("when the engine hangs", async () => {
    begin(HASTY_MS);
    standIn.containers = [{ ...API, ...down }];
    standIn.fault = only(new RegExp(idOf(1)), FAULTS.hangs);
    expect(named(await tick(), "api")?.details).toMatchObject({
      error: expect.stringContaining("no complete answer within 0.1 s"),
    });
  });

  test("when many hang, the rest have their turn first the next time", async () => {
    begin(500);
    standIn.containers = Array.from({ length: 20 }, (_, index) => ({ id: idOf(index), name: `c${index}`, ...down }));
    const hanging = new RegExp(Array.from({ length: 16 }, (_, index) => idOf(index)).join("|"));
    standIn.fault = (request, response) => {
      const matches = only(hanging, FAULTS.hangs)(request, response);
      if (matches) now += 100;
      return matches;
    };
    const first = await tick();
    expect(first.containers.filter(({ details }) => details?.ok)).toHaveLength(0);
    expect(first.containers.at(-1)?.details).toMatchObject({ error: "not inspected: Docker answers too slowly" });
    standIn.containers = [...standIn.containers, { ...DB, id: idOf(99), ...down }];
    expect(named(await tick(), "db")?.details?.ok).toBe(true);
  });
});

describe("a list that fails costs the collection", () => {
  test.each([
    ["truncates", "broke off"],
    ["fails", "answered 500"],
    ["forbids", "does a socket proxy between forbid it?"],
    ["isHtml", "is not Docker: set WATCHDOG_DOCKER_SOCK"],
    ["isEmpty", "is not Docker: set WATCHDOG_DOCKER_SOCK"],
  ] as const)("when the engine %s", async (fault, message) => {
    standIn.fault = FAULTS[fault];
    await expect(tick()).rejects.toThrow(message);
    standIn.fault = undefined;
    expect((await tick()).containers).toEqual([]);
  });

  test.each(["hangs", "drips"] as const)("when the engine %s", async (fault) => {
    begin(HASTY_MS);
    standIn.fault = FAULTS[fault];
    await expect(tick()).rejects.toThrow("no complete answer within 0.1 s");
  });

  test("when it is given up, its I/O ends", async () => {
    standIn.fault = only(/containers/, FAULTS.hangs);
    const deadline = new AbortController();
    const collected = collector()(deadline.signal);
    await vi.waitFor(() => expect(questions()).toHaveLength(1));
    deadline.abort(new Error("given up"));
    await expect(collected).rejects.toThrow("connection reset");
    await vi.waitFor(() => expect(standIn.connections()).toBe(0));
  });

  test("when it is given up while it inspects, no more is asked", async () => {
    standIn.containers = Array.from({ length: 50 }, (_, index) => ({
      id: idOf(index),
      name: `c${index}`,
      state: "dead",
    }));
    standIn.fault = only(/[0-9a-f]{64}/, FAULTS.hangs);
    const deadline = new AbortController();
    const collected = collector()(deadline.signal);
    await vi.waitFor(() => expect(questions()).toHaveLength(9));
    deadline.abort(new Error("given up"));
    await expect(collected).rejects.toThrow("given up");
    expect(questions()).toHaveLength(9);
  });

  test("when it was given up before it began, nothing is asked", async () => {
    await expect(collector()(AbortSignal.abort(new Error("given up")))).rejects.toThrow("given up");
    expect(questions()).toEqual([]);
  });
});
