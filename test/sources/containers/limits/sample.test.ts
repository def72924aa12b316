import { describe, expect, test } from "vitest";
import { known } from "../../../../src/core/reading.ts";
import { createSampler, SAMPLED_AT_ONCE, type Sample } from "../../../../src/sources/containers/limits/sample.ts";
import type { ObservedContainer, Snapshot } from "../../../../src/sources/containers/snapshot.ts";
import { idOf } from "../../../stand-ins/docker-engine.ts";
import { observed, snapshot } from "../observed.ts";

const GIB = 2 ** 30;
const HOST_BYTES = 8 * GIB;
const NEVER = new AbortController().signal;

function usage(limitBytes = GIB): object {
  return {
    read: "2026-06-10T12:00:00Z",
    memory_stats: { usage: 0.5 * GIB, limit: limitBytes },
    cpu_stats: { cpu_usage: { total_usage: 1e9 }, online_cpus: 4 },
  };
}

/** An engine in the hand of the test, and a clock that stands until it is moved. */
class Engine {
  now = 0;
  watchCpu = false;
  containers: readonly ObservedContainer[] = [observed()];
  change: Partial<Snapshot> = {};
  hostConfig: Record<string, unknown> | undefined = { Memory: GIB };
  stats: (id: string) => Promise<unknown> = async () => usage();
  info: unknown = { MemTotal: HOST_BYTES };
  readonly asked: string[] = [];
  #sample: ((deadline: AbortSignal) => Promise<Sample>) | undefined;

  sample(deadline = NEVER): Promise<Sample> {
    this.#sample ??= createSampler({
      engine: {
        inspect: async () => {
          this.asked.push("inspect");
          return this.hostConfig && { HostConfig: this.hostConfig };
        },
        stats: (id) => {
          this.asked.push("stats");
          return this.stats(id);
        },
        info: async () => {
          this.asked.push("info");
          if (this.info instanceof Error) throw this.info;
          return this.info;
        },
      },
      snapshot: async () => {
        const reading = snapshot(this.containers, this.change);
        if (!reading.ok) throw new Error(reading.error);
        return reading.value;
      },
      watchCpu: this.watchCpu,
      budgetMs: 60_000,
      now: () => this.now,
    });
    return this.#sample(deadline);
  }
}

function many(count: number): ObservedContainer[] {
  return Array.from({ length: count }, (_, index) => observed({ id: idOf(index), name: `c${index}` }));
}

describe("what is asked", () => {
  test("of a container: its limits once, what it uses each time; of the host: its memory once", async () => {
    const engine = new Engine();
    const { containers } = await engine.sample();
    expect(containers).toEqual([
      {
        id: idOf(1),
        name: "api",
        options: {},
        use: known({
          memory: { usedBytes: 0.5 * GIB, limitBytes: GIB },
          cpu: { takenAt: Date.parse("2026-06-10T12:00:00Z"), usedNs: 1e9 },
          hostCpus: 4,
          isMemoryUnlimited: false,
          cpus: 4,
        }),
      },
    ]);
    await engine.sample();
    expect(engine.asked).toEqual(["info", "inspect", "stats", "stats"]);
  });

  test("limits again after ten minutes, for they may be changed", async () => {
    const engine = new Engine();
    await engine.sample();
    engine.now = 600_000;
    await engine.sample();
    expect(engine.asked).toEqual(["info", "inspect", "stats", "info", "inspect", "stats"]);
  });

  test.each(["exited", "restarting", "created", "dead"] as const)("nothing of one that is %s", async (state) => {
    const engine = new Engine();
    engine.containers = [observed({ state })];
    expect(await engine.sample()).toEqual({ containers: [], incomplete: false, unsure: [] });
    expect(engine.asked).toEqual([]);
  });

  test("what a paused one uses, it still uses", async () => {
    const engine = new Engine();
    engine.containers = [observed({ state: "paused" })];
    expect((await engine.sample()).containers).toHaveLength(1);
  });

  test(`of ${SAMPLED_AT_ONCE} at once, and no more`, async () => {
    const engine = new Engine();
    engine.containers = many(20);
    let underWay = 0;
    let most = 0;
    engine.stats = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return usage();
    };
    expect((await engine.sample()).containers).toHaveLength(20);
    expect(most).toBe(SAMPLED_AT_ONCE);
  });
});

describe("a container without a limit of its own", () => {
  test.each([
    ["inspect says so", { Memory: 0 }, usage(HOST_BYTES), ["info", "inspect"]],
    ["its limit is more than its host has", { Memory: 2 * HOST_BYTES }, usage(HOST_BYTES), ["info", "inspect"]],
    ["only its use tells", {}, usage(HOST_BYTES), ["info", "inspect", "stats"]],
  ])("%s: where only memory is watched, it is left out", async (_name, hostConfig, stats, asked) => {
    const engine = new Engine();
    engine.hostConfig = hostConfig;
    engine.stats = async () => stats;
    expect((await engine.sample()).containers).toEqual([]);
    expect(engine.asked).toEqual(asked);
  });

  test("where its CPU is watched, it is sampled, and is unlimited", async () => {
    const engine = new Engine();
    engine.watchCpu = true;
    engine.hostConfig = { Memory: 0, NanoCpus: 5e8 };
    engine.stats = async () => usage(HOST_BYTES);
    const [found] = (await engine.sample()).containers;
    expect(found?.use).toMatchObject({ value: { isMemoryUnlimited: true, cpus: 0.5 } });
  });

  test("where its memory is not measured, that is not the same as no limit", async () => {
    const engine = new Engine();
    engine.stats = async () => ({ ...usage(), memory_stats: {} });
    expect((await engine.sample()).containers[0]?.use).toMatchObject({
      value: { memory: undefined, isMemoryUnlimited: false },
    });
  });

  test.each([
    ["does not say", undefined],
    ["does not let us ask", new Error("answered 403")],
  ])("where the engine %s what its host has, each limit counts", async (_name, info) => {
    const engine = new Engine();
    engine.info = info;
    engine.hostConfig = {};
    engine.stats = async () => usage(HOST_BYTES);
    expect((await engine.sample()).containers[0]?.use).toMatchObject({ value: { isMemoryUnlimited: false } });
  });
});

describe("what goes wrong", () => {
  test("for one container is that one's", async () => {
    const engine = new Engine();
    engine.containers = many(3);
    engine.stats = async (id) => {
      if (id === idOf(1)) throw new Error("answered 500");
      return usage();
    };
    const { containers } = await engine.sample();
    expect(containers.map(({ use }) => (use.ok ? "ok" : use.error))).toEqual(["ok", "answered 500", "ok"]);
  });

  test("for all of them is the engine's", async () => {
    const engine = new Engine();
    engine.containers = many(3);
    engine.stats = async () => Promise.reject(new Error("answered 500"));
    await expect(engine.sample()).rejects.toThrow("answered 500");
  });

  test.each([
    ["gone when it is inspected", undefined, usage()],
    ["gone when it is measured", { Memory: GIB }, undefined],
    ["ended when it is measured", { Memory: GIB }, { read: "0001-01-01T00:00:00Z", memory_stats: {} }],
  ])("one that is %s is unsure", async (_name, hostConfig, stats) => {
    const engine = new Engine();
    engine.hostConfig = hostConfig;
    engine.stats = async () => stats;
    expect(await engine.sample()).toEqual({ containers: [], incomplete: false, unsure: ["api"] });
  });

  test("what the list left open stays open", async () => {
    const engine = new Engine();
    engine.change = { incomplete: true, unsure: ["db"] };
    expect(await engine.sample()).toMatchObject({ incomplete: true, unsure: ["db"] });
  });

  test("an engine that is too slow: those that were not reached come first the next time", async () => {
    const engine = new Engine();
    engine.containers = many(10);
    const reached: string[] = [];
    engine.stats = async (id) => {
      reached.push(id);
      engine.now += 15_000;
      return usage();
    };
    const { containers } = await engine.sample();
    expect(containers.filter(({ use }) => !use.ok)).toHaveLength(6);
    expect(containers.find(({ use }) => !use.ok)?.use).toEqual({
      ok: false,
      error: "not sampled: Docker answers too slowly",
    });
    await engine.sample();
    expect(new Set(reached.slice(0, 8)).size).toBe(8);
  });

  test("ones that fail do not cost the others their turn", async () => {
    const engine = new Engine();
    engine.containers = many(8);
    engine.stats = async (id) => {
      engine.now += 15_000;
      if (many(4).some((one) => one.id === id)) throw new Error("no complete answer within 7 s");
      return usage();
    };
    const well = async (): Promise<string[]> =>
      (await engine.sample()).containers.filter(({ use }) => use.ok).map(({ name }) => name);
    await expect(engine.sample()).rejects.toThrow("no complete answer");
    expect(await well()).toEqual(["c4", "c5", "c6", "c7"]);
  });

  test("after the deadline it begins nothing more", async () => {
    const engine = new Engine();
    await expect(engine.sample(AbortSignal.abort())).rejects.toThrow("not sampled");
    expect(engine.asked).not.toContain("stats");
  });
});
