import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ContainersSettings } from "../../../src/config/settings.ts";
import type { Evaluation } from "../../../src/core/signal.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { isReadOnly } from "../../../src/sources/containers/engine/guarded-agent.ts";
import { type ContainersSurroundings, createContainersSource } from "../../../src/sources/containers/index.ts";
import { readSource } from "../../../src/sources/read-source.ts";
import { FAULTS, idOf, type StandInEngine, startDockerEngine } from "../../stand-ins/docker-engine.ts";

const WALL = Date.parse("2026-06-10T12:00:00Z");
let standIn: StandInEngine;

beforeEach(async () => {
  standIn = await startDockerEngine();
});
afterEach(() => standIn.close());

/** The source as the watchdog runs it: collect, evaluate, keep the memory. */
function run(change: Partial<ContainersSettings> = {}, own: ContainersSurroundings = {}) {
  const settings = {
    address: { socketPath: standIn.socketPath },
    timeoutMs: 10_000,
    intervalMs: 30_000,
    names: ["*"],
    engineDownTicks: 2,
    downTicks: 1,
    stopGraceMs: 0,
    restartsMax: 3,
    restartsWindowMs: 600_000,
    ...change,
  };
  let now = 0;
  const clock = {
    now: () => now,
    wallNow: () => WALL + now,
    after(delayMs: number, act: () => void) {
      const timer = setTimeout(act, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const readFile = (): string => "";
  const source = createContainersSource(settings, EN, { clock, readFile, hostname: "server", ...own });
  let memory = source.initial;
  return {
    source,
    async tick(): Promise<Evaluation<unknown>> {
      now += 30_000;
      standIn.clear();
      const result = source.evaluate(await readSource(source, clock, EN).reading, memory, now);
      memory = JSON.parse(JSON.stringify(result.memory));
      return result;
    },
    at: (agoMs: number): string => new Date(WALL + now + 30_000 - agoMs).toISOString(),
  };
}

function active({ signals }: Evaluation<unknown>): string[] {
  return signals.filter((signal) => signal.active).map(({ key }) => key);
}

describe("the containers source", () => {
  test("tells each of these faults, and nothing of those that are well", async () => {
    standIn.containers = [
      { id: idOf(1), name: "well" },
      { id: idOf(2), name: "healthy", status: "Up 2 days (healthy)" },
      { id: idOf(3), name: "crashed", state: "exited", status: "Exited (3) 1 hour ago", exitCode: 3 },
      { id: idOf(4), name: "unhealthy", status: "Up 2 days (unhealthy)", health: "unhealthy" },
      { id: idOf(5), name: "paused", state: "paused", status: "Up 2 days (Paused)" },
      { id: idOf(6), name: "restarting", state: "restarting", status: "Restarting (1) 5 seconds ago", exitCode: 1 },
      { id: idOf(7), name: "dead", state: "dead", status: "Dead" },
      { id: idOf(8), name: "unstartable", state: "created", status: "Created", exitCode: 127, error: "not found" },
      { id: idOf(9), name: "oom", state: "exited", status: "Exited (137) 1 hour ago", exitCode: 137, oomKilled: true },
      { id: idOf(10), name: "finished", state: "exited", status: "Exited (0) 1 hour ago" },
      { id: idOf(11), name: "created", state: "created", status: "Created" },
      { id: idOf(12), name: "quiet", state: "dead", status: "Dead", labels: { "watchdog.enable": "false" } },
      { id: idOf(13), name: "own", state: "paused", status: "Up 2 days (Paused)" },
    ];
    const { tick } = run({ names: ["*", "gone"] }, { hostname: idOf(13).slice(0, 12) });
    expect(active(await tick())).toEqual([
      "container:crashed",
      "container:unhealthy",
      "container:paused",
      "container:restarting",
      "container:dead",
      "container:unstartable",
      "container:oom",
      "container_oom:oom",
      "container:gone",
    ]);
  });

  test("finds the container that crashes every 12 s and looks well at each poll", async () => {
    const { tick, at } = run();
    const loops: string[][] = [];
    for (let restartCount = 0; restartCount < 8; restartCount += 2) {
      const startedAt = at(8_000);
      standIn.containers = [{ id: idOf(1), name: "api", status: "Up 8 seconds", restartCount, startedAt }];
      loops.push(active(await tick()));
    }
    expect(loops).toEqual([[], [], ["container_restarts:api"], ["container_restarts:api"]]);
  });

  test("holds everything while Docker does not answer, and tells that at the second time", async () => {
    standIn.containers = [{ id: idOf(1), name: "api", state: "dead", status: "Dead" }];
    const { tick } = run();
    expect(active(await tick())).toEqual(["container:api"]);
    standIn.fault = FAULTS.fails;
    expect(await tick()).toMatchObject({ signals: [], holds: expect.arrayContaining(["container", "docker_down"]) });
    const down = await tick();
    expect(active(down)).toEqual(["docker_down"]);
    expect(down.signals[0]?.details?.[0]).toBe(`Docker at ${standIn.socketPath}: answered 500: driver failed`);
    standIn.fault = undefined;
    expect(active(await tick())).toEqual(["container:api"]);
  });

  test("a socket that is missing is told with what mends it", async () => {
    const { tick } = run({ address: { socketPath: "/nowhere/docker.sock" }, engineDownTicks: 1 });
    const { signals } = await tick();
    expect(signals[0]?.details?.[0]).toMatch(/^there is no socket at \/nowhere\/docker.sock: mount it/);
  });

  test("nothing that inspect holds beyond what is used comes out of it", async () => {
    standIn.containers = [
      { id: idOf(1), name: "api", state: "exited", status: "Exited (1) 1 hour ago", error: "secret" },
    ];
    const { source, tick } = run();
    const reading = await source.collect(new AbortController().signal);
    expect(JSON.stringify([reading, await tick()])).not.toContain("secret");
  });

  test("what events tell is told by the next reading that succeeds, once", async () => {
    const { source, tick } = run();
    standIn.containers = [{ id: idOf(1), name: "api" }];
    await tick();
    let nudges = 0;
    const following = source.follow?.(() => {
      nudges += 1;
    });
    await vi.waitFor(() => expect(standIn.followers()).toBe(1));
    const at = WALL + 40_000;
    standIn.emit({ action: "oom", at });
    standIn.emit({ action: "die", at: at + 20, attributes: { exitCode: "137" } });
    await vi.waitFor(() => expect(nudges).toBe(1));
    standIn.fault = FAULTS.fails;
    expect((await tick()).signals).toEqual([]);
    standIn.fault = undefined;
    expect(active(await tick())).toEqual(["container:api", "container_oom:api"]);
    expect(active(await tick())).toEqual([]);
    following?.stop();
  });

  test("whatever happens, only what reads is ever asked", async () => {
    const asked: string[] = [];
    const { source, tick } = run();
    const following = source.follow?.(() => undefined);
    for (const fault of [
      undefined,
      ...Object.values(FAULTS).filter((one) => one !== FAULTS.hangs && one !== FAULTS.drips),
    ]) {
      standIn.containers = [{ id: idOf(1), name: "api", state: "exited", status: "Exited (1) 2 seconds ago" }];
      standIn.fault = fault;
      await tick();
      standIn.emitText("}{\n");
      standIn.cutEvents();
      asked.push(...standIn.requests);
    }
    following?.stop();
    expect(asked.length).toBeGreaterThan(10);
    for (const line of asked) expect(isReadOnly(...(line.split(" ") as [string, string]))).toBe(true);
  });

  test("closing it leaves no connection", async () => {
    const { source, tick } = run();
    await tick();
    await source.close?.();
    await vi.waitFor(() => expect(standIn.connections()).toBe(0));
  });
});
