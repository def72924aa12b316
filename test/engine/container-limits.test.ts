import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ContainersSettings } from "../../src/config/settings.ts";
import type { Signal } from "../../src/core/signal.ts";
import { EN } from "../../src/core/texts/index.ts";
import { createContainersSources } from "../../src/sources/containers/create-sources.ts";
import { createEngine } from "../../src/sources/containers/engine/engine.ts";
import { SAMPLE_EVERY_MS } from "../../src/sources/containers/limits/index.ts";
import { parseUsage } from "../../src/sources/containers/limits/parse-usage.ts";
import type { AnySource } from "../../src/sources/source.ts";
import { docker, ENGINE_SOCKET } from "./support/engine.ts";
import { importBusybox } from "./support/stand-in-images.ts";

const PREFIX = `watchdog-limits-${process.pid}`;
const IMAGE = `${PREFIX}:1`;
const SETTINGS = {
  address: { socketPath: ENGINE_SOCKET ?? "" },
  timeoutMs: 10_000,
  intervalMs: 30_000,
  engineDownTicks: 2,
  downTicks: 1,
  stopGraceMs: 0,
  restartsMax: 3,
  restartsWindowMs: 600_000,
};

function run(name: string, ...words: readonly string[]): Promise<string> {
  return docker("run", "--detach", "--name", `${PREFIX}-${name}`, ...words);
}

const opened: AnySource[] = [];

/** The sources on the real engine, read again and again; for them each reading comes when the next sample is due. */
function watch(name: string, change: Partial<ContainersSettings>) {
  let now = 0;
  const clock = { now: () => now, wallNow: () => Date.now() };
  const sources = createContainersSources({ ...SETTINGS, names: [`${PREFIX}-${name}`], ...change }, EN, { clock });
  opened.push(...sources);
  const memories = new Map(sources.map((source) => [source.name, source.initial]));
  async function tick(): Promise<readonly Signal[]> {
    now += SAMPLE_EVERY_MS;
    const values = await Promise.all(sources.map((source) => source.collect(new AbortController().signal)));
    return sources.flatMap((source, index) => {
      const reading = { ok: true as const, value: values[index] };
      const { signals, memory } = source.evaluate(reading, memories.get(source.name), now);
      memories.set(source.name, memory);
      return signals;
    });
  }
  return {
    tick,
    async until(key: string, active: boolean): Promise<Signal> {
      for (let tries = 0; tries < 100; tries++) {
        const found = (await tick()).find((signal) => signal.key === key);
        if (found?.active === active) return found;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      throw new Error(`${key} did not become ${active ? "active" : "inactive"}`);
    },
  };
}

describe.skipIf(ENGINE_SOCKET === undefined)("the limits of containers on a real engine", () => {
  beforeAll(() => importBusybox(IMAGE));
  afterAll(async () => {
    for (const source of opened) await source.close?.();
    const left = await docker("ps", "--all", "--quiet", "--filter", `name=^/${PREFIX}-`);
    if (left !== "") await docker("rm", "--force", "--volumes", ...left.split("\n"));
    await docker("rmi", "--force", IMAGE);
  });

  test("one that fills its memory, and frees it again", async () => {
    // What lies in /dev/shm counts as the container's memory. Some is left for whoever removes it.
    const fill = "dd if=/dev/zero of=/dev/shm/x bs=1M count=108; sleep 1000";
    await run("memory", "--memory", "128m", "--shm-size", "128m", IMAGE, "sh", "-c", `busybox ${fill}`);
    const { tick, until } = watch("memory", { memPct: 80 });
    const key = `container_mem:${PREFIX}-memory`;
    const told = await until(key, true);
    expect(told).toMatchObject({
      severity: "warning",
      what: `container ${PREFIX}-memory has almost used up its memory`,
      details: [expect.stringMatching(/^1\d\d(\.\d)? MiB of 128 MiB, without caches; beyond that it is killed$/)],
    });
    await docker("exec", `${PREFIX}-memory`, "rm", "/dev/shm/x");
    expect((await until(key, false)).measure?.value).toBeLessThan(30);
    await docker("stop", "--time", "0", `${PREFIX}-memory`);
    expect((await tick()).map((signal) => signal.key)).not.toContain(key);
  });

  test("what is read again and again from files is no memory that runs short", async () => {
    const read = "dd if=/dev/zero of=/x bs=1M count=60; while true; do busybox cat /x >/dev/null; sleep 1; done";
    await run("cache", "--memory", "32m", IMAGE, "busybox", "sh", "-c", `busybox ${read}`);
    const engine = createEngine(SETTINGS);
    const id = await docker("inspect", "--format", "{{.Id}}", `${PREFIX}-cache`);
    // As `docker stats` shows it: "1.5MiB / 32MiB".
    await expect
      .poll(
        async () => {
          const shown = await docker("stats", "--no-stream", "--format", "{{.MemUsage}}", id);
          const shownBytes = Number.parseFloat(shown) * (shown.includes("KiB /") ? 2 ** 10 : 2 ** 20);
          const usage = parseUsage(await engine.stats(id));
          return Math.abs((usage?.memory?.usedBytes ?? Number.NaN) - shownBytes) / 2 ** 20;
        },
        { timeout: 30_000 },
      )
      .toBeLessThan(3);
    engine.disconnect();
  });

  test("one without a limit is not judged, and where only memory is watched not even sampled", async () => {
    await run("free", IMAGE, "sleep", "1000");
    const { tick } = watch("free", { memPct: 1 });
    expect((await tick()).map(({ key }) => key)).toEqual(["docker_down", `container:${PREFIX}-free`]);
  });

  test("one that uses its CPU up, of its own quota", async () => {
    await run("cpu", "--cpus", "0.1", IMAGE, "sh", "-c", "while :; do :; done");
    const told = await watch("cpu", { cpuPct: 70 }).until(`container_cpu:${PREFIX}-cpu`, true);
    expect(told.details).toEqual(["of 0.1 CPUs that it may use"]);
    expect(told.measure?.value).toBeGreaterThan(70);
    // Some more than its quota may fall between two samples that lie this close.
    expect(told.measure?.value).toBeLessThan(200);
  });

  test("volumes that no container uses, and one that comes into use", async () => {
    const volumes = [`${PREFIX}-a`, `${PREFIX}-b`];
    for (const volume of volumes) await docker("volume", "create", volume);
    try {
      const engine = createEngine(SETTINGS);
      const names = async (): Promise<string> => JSON.stringify(await engine.danglingVolumes());
      for (const volume of volumes) expect(await names()).toContain(volume);
      const { tick } = watch("volume", { orphanedVolumesMax: 1 });
      expect((await tick()).find(({ key }) => key === "volumes_orphaned")).toMatchObject({ active: true });
      await run("volume", "--volume", `${PREFIX}-a:/data`, IMAGE, "true");
      await docker("wait", `${PREFIX}-volume`);
      // It has ended, and uses the volume all the same.
      expect(await names()).not.toContain(`${PREFIX}-a`);
      expect(await names()).toContain(`${PREFIX}-b`);
      engine.disconnect();
    } finally {
      await docker("rm", "--force", `${PREFIX}-volume`).catch(() => undefined);
      await docker("volume", "rm", ...volumes);
    }
  });
});
