import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ContainersSettings } from "../../../../src/config/settings.ts";
import type { Evaluation } from "../../../../src/core/signal.ts";
import { EN } from "../../../../src/core/texts/index.ts";
import { createContainersSources } from "../../../../src/sources/containers/create-sources.ts";
import { readSource } from "../../../../src/sources/read-source.ts";
import type { AnySource, Scope } from "../../../../src/sources/source.ts";
import { FAULTS, HOST, idOf, only, type StandInEngine, startDockerEngine } from "../../../stand-ins/docker-engine.ts";

const MIB = 2 ** 20;
const FULL = {
  read: "2026-06-10T12:00:00Z",
  memory_stats: { usage: 99 * MIB, limit: 100 * MIB, stats: { inactive_file: MIB } },
  cpu_stats: { cpu_usage: { total_usage: 1e9 }, online_cpus: 4 },
};
const API = { id: idOf(1), name: "api", hostConfig: { Memory: 100 * MIB }, stats: FULL };

let engine: StandInEngine;
let sources: readonly AnySource[] = [];
beforeEach(async () => {
  engine = await startDockerEngine([API]);
});
afterEach(async () => {
  for (const source of sources) await source.close?.();
  await engine.close();
});

const clock = { now: () => state.now, wallNow: () => Date.now() };
const state = { now: 0 };

/** The sources as the watchdog has them, collected together once a tick. */
function watch(change: Partial<ContainersSettings>) {
  state.now = 0;
  sources = createContainersSources(
    {
      address: { socketPath: engine.socketPath },
      timeoutMs: 5_000,
      intervalMs: 30_000,
      names: ["*"],
      engineDownTicks: 2,
      downTicks: 1,
      stopGraceMs: 120_000,
      restartsMax: 3,
      restartsWindowMs: 600_000,
      ...change,
    },
    EN,
    { clock, readFile: () => "", hostname: "server" },
  );
  const memories = new Map(sources.map((source) => [source, source.initial]));
  return async (afterMs = 30_000): Promise<Record<string, Evaluation<unknown> & { error?: string }>> => {
    state.now += afterMs;
    const timers = { ...clock, after: (ms: number, run: () => void) => stop(setTimeout(run, ms)) };
    const readings = await Promise.all(sources.map((source) => readSource(source, timers, EN).reading));
    return Object.fromEntries(
      sources.map((source, index) => {
        const reading = readings[index] ?? { ok: false, error: "" };
        const evaluation = source.evaluate(reading, memories.get(source), state.now);
        memories.set(source, evaluation.memory);
        return [source.name, { ...evaluation, ...(!reading.ok && { error: reading.error }) }];
      }),
    );
  };
}

function stop(timer: NodeJS.Timeout): () => void {
  return () => clearTimeout(timer);
}

const isOurs = (request: string): boolean => /\/(stats|info|volumes)/.test(request);

describe("the limits of containers", () => {
  test("are not looked at unless they are asked for: no request, no source", async () => {
    const tick = watch({});
    expect(Object.keys(await tick())).toEqual(["containers"]);
    expect(engine.requests.filter(isOurs)).toEqual([]);
  });

  test("cost no list of their own, one question a container, and only so often", async () => {
    const tick = watch({ memPct: 90, intervalMs: 5_000 });
    for (let count = 0; count < 6; count++) await tick(5_000);
    const counts = Object.entries(
      Object.groupBy(engine.requests, (request) => request.replace(/^GET (\/v1\.\d+)?/, "")),
    )
      .map(([request, all]) => [request.replace(idOf(1), "<id>"), all?.length])
      .filter(([request]) => !String(request).includes("_ping"));
    expect(Object.fromEntries(counts)).toMatchObject({
      "/containers/json?all=true": 6,
      "/info": 1,
      // At 5 and at 20 seconds.
      "/containers/<id>/stats?stream=false&one-shot=true": 2,
    });
  });

  test("are told, and stay told between two samples", async () => {
    const tick = watch({ memPct: 90 });
    const key = { key: "container_mem:api", active: true, severity: "warning" };
    expect((await tick())["containers/limits"]?.signals).toMatchObject([
      { ...key, measure: { value: 98, limit: 90, unit: "percent" } },
    ]);
    engine.clear();
    expect((await tick(1_000))["containers/limits"]?.signals).toMatchObject([key]);
    expect(engine.requests.filter(isOurs)).toEqual([]);
  });

  test("are over when the container stops, and held while it cannot be measured", async () => {
    const tick = watch({ memPct: 90 });
    await tick();
    engine.fault = only(/\/stats/, FAULTS.fails);
    const failed = (await tick())["containers/limits"];
    expect(failed).toMatchObject({ signals: [], holds: ["container_mem"], error: expect.stringContaining("500") });
    engine.fault = undefined;
    engine.containers = [{ ...API, state: "exited", status: "Exited (0) 5 seconds ago" }];
    expect((await tick(60_000))["containers/limits"]).toMatchObject({ signals: [], holds: [] });
  });

  test("are not those of containers that are left out", async () => {
    engine.containers = [
      { ...API, name: "other" },
      { ...API, id: idOf(2), name: "api-silent", labels: { "watchdog.enable": "false" } },
    ];
    const tick = watch({ memPct: 90, cpuPct: 90, names: ["api*"] });
    expect((await tick())["containers/limits"]?.signals).toEqual([]);
    expect(engine.requests.filter(isOurs)).toEqual([]);
  });

  test("of its CPU need two samples of one's own", async () => {
    engine.containers = [{ ...API, hostConfig: { Memory: 0, NanoCpus: 5e8 } }];
    const tick = watch({ cpuPct: 90 });
    expect((await tick())["containers/limits"]).toMatchObject({ signals: [], holds: ["container_cpu:api"] });
    const cpu_stats = { cpu_usage: { total_usage: 1e9 + 3e9 }, online_cpus: HOST.NCPU };
    const memory_stats = { ...FULL.memory_stats, limit: HOST.MemTotal };
    engine.containers = [
      { ...API, hostConfig: { Memory: 0 }, stats: { read: "2026-06-10T12:00:30Z", cpu_stats, memory_stats } },
    ];
    expect((await tick())["containers/limits"]?.signals).toMatchObject([
      { key: "container_cpu:api", active: false, measure: { value: 20 } },
    ]);
  });

  test("the engine does not answer: both sources say so, and no tick waits for the limits", async () => {
    engine.fault = FAULTS.fails;
    const tick = watch({ memPct: 90 });
    const evaluations = await tick();
    expect(evaluations.containers?.error).toContain("500");
    expect(evaluations["containers/limits"]?.error).toBe(evaluations.containers?.error);
    expect(sources.map(({ background }) => background)).toEqual([undefined, true]);
  });

  test("are those of all containers, though others were read alone meanwhile", async () => {
    engine.containers = [API, { id: idOf(2), name: "db" }];
    const tick = watch({ memPct: 90 });
    await tick();
    const [containers, limits] = sources;
    const nudged = Promise.withResolvers<Scope>();
    const following = containers?.follow?.(nudged.resolve);
    await vi.waitFor(() => expect(engine.followers()).toBe(1));
    engine.containers = [API, { id: idOf(2), name: "db", state: "exited", exitCode: 1 }];
    engine.emit({ action: "die", id: idOf(2), name: "db", at: Date.now() });
    const scope = await nudged.promise;
    expect(await containers?.collect(new AbortController().signal, scope)).toMatchObject({ partial: true });
    following?.stop();
    state.now += 60_000;
    expect(await limits?.collect(new AbortController().signal)).toMatchObject({ containers: [{ name: "api" }] });
  });

  test("an engine that hangs is let go of at the deadline", async () => {
    engine.fault = only(/\/stats/, FAULTS.hangs);
    const tick = watch({ memPct: 90 });
    const [, limits] = sources;
    const deadline = new AbortController();
    const [containers] = sources;
    await containers?.collect(new AbortController().signal);
    const collecting = limits?.collect(deadline.signal);
    await vi.waitFor(() => expect(engine.requests.some((request) => request.includes("/stats"))).toBe(true));
    deadline.abort(new Error("no answer within 80 s"));
    await expect(collecting).rejects.toThrow("no answer within 80 s");
    engine.fault = undefined;
    expect((await tick(60_000))["containers/limits"]?.signals).toMatchObject([{ active: true }]);
  });
});

describe("orphaned volumes", () => {
  test("are asked for once an hour, and only if they are to be told", async () => {
    engine.danglingVolumes = ["data", "cache"];
    const tick = watch({ orphanedVolumesMax: 1 });
    expect((await tick())["containers/volumes"]?.signals).toMatchObject([{ key: "volumes_orphaned", active: true }]);
    engine.danglingVolumes = ["data"];
    expect((await tick(3_599_000))["containers/volumes"]?.signals).toMatchObject([{ active: true }]);
    expect((await tick(1_000))["containers/volumes"]?.signals).toMatchObject([{ active: false }]);
    const asked = engine.requests.filter((request) => request.includes("/volumes"));
    expect(asked.map((request) => decodeURIComponent(request.replace(/\/v1\.\d+/, "")))).toEqual([
      'GET /volumes?filters={"dangling":["true"]}',
      'GET /volumes?filters={"dangling":["true"]}',
    ]);
  });

  test.each([
    ["an error", FAULTS.fails],
    ["a page", FAULTS.isHtml],
    ["nothing", FAULTS.isEmpty],
  ])("stay as they are where Docker answers with %s", async (_name, fault) => {
    engine.fault = only(/\/volumes/, fault);
    const tick = watch({ orphanedVolumesMax: 0 });
    expect((await tick())["containers/volumes"]).toMatchObject({
      signals: [],
      holds: ["volumes_orphaned"],
      error: expect.any(String),
    });
  });
});
