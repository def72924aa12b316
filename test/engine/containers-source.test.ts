import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Signal } from "../../src/core/signal.ts";
import { EN } from "../../src/core/texts/index.ts";
import { createEngine } from "../../src/sources/containers/engine/engine.ts";
import { createContainersSource, pingEngine } from "../../src/sources/containers/index.ts";
import { findOwnContainer } from "../../src/sources/containers/own-container.ts";
import type { Snapshot } from "../../src/sources/containers/snapshot.ts";
import { docker, ENGINE_SOCKET } from "./support/engine.ts";
import { importBusybox } from "./support/stand-in-images.ts";

const PREFIX = `watchdog-source-${process.pid}`;
const IMAGE = `${PREFIX}:1`;
const SOCKET = ENGINE_SOCKET ?? "";

/** A container of this run's own, by its last name. */
function run(name: string, ...words: readonly string[]): Promise<string> {
  return docker("run", "--detach", "--name", `${PREFIX}-${name}`, ...words);
}

/** The source on the real engine, read again and again until something is so. */
function watch(...names: readonly string[]) {
  const source = createContainersSource(
    {
      address: { socketPath: SOCKET },
      timeoutMs: 10_000,
      intervalMs: 500,
      names: names.map((name) => `${PREFIX}-${name}`),
      engineDownTicks: 2,
      downTicks: 1,
      stopGraceMs: 0,
      restartsMax: 3,
      restartsWindowMs: 600_000,
    },
    EN,
  );
  let memory = source.initial;
  async function tick(isSeen: (snapshot: Snapshot) => boolean = () => true): Promise<readonly Signal[]> {
    const value = await source.collect(new AbortController().signal);
    if (!isSeen(value)) return [];
    const evaluation = source.evaluate({ ok: true, value }, memory, Math.round(performance.now()));
    memory = evaluation.memory;
    return evaluation.signals;
  }
  return {
    /** Resolves to the signal once it is there and as `active` as expected. */
    async until(key: string, active: boolean, isSeen?: (snapshot: Snapshot) => boolean): Promise<Signal> {
      for (let tries = 0; tries < 100; tries++) {
        const found = (await tick(isSeen)).find((signal) => signal.key === key.replace(":", `:${PREFIX}-`));
        if (found?.active === active) return found;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      throw new Error(`${key} did not become ${active ? "active" : "inactive"}`);
    },
    tick,
  };
}

describe.skipIf(ENGINE_SOCKET === undefined)("the containers source on a real engine", () => {
  beforeAll(() => importBusybox(IMAGE));
  afterAll(async () => {
    const left = await docker("ps", "--all", "--quiet", "--filter", `name=^/${PREFIX}-`);
    if (left !== "") await docker("rm", "--force", ...left.split("\n"));
    await docker("rmi", "--force", IMAGE);
  });

  test("one that is well, stopped and started again", async () => {
    await run("stop", IMAGE, "sleep", "1000");
    const { until } = watch("stop");
    expect(await until("container:stop", false)).toMatchObject({ what: `container ${PREFIX}-stop is running` });
    await docker("stop", "--time", "0", `${PREFIX}-stop`);
    expect(await until("container:stop", true)).toMatchObject({
      what: `container ${PREFIX}-stop has exited (code 137: killed)`,
      details: [
        expect.stringMatching(/^before that it ran for/),
        "restart policy no: it stays down until somebody starts it",
        `image ${IMAGE}`,
      ],
      next: `\`docker logs --tail 100 ${PREFIX}-stop\``,
    });
    await docker("start", `${PREFIX}-stop`);
    await until("container:stop", false);
  });

  test("one that crashes", async () => {
    await run("crash", "--env", "TOKEN=secret", IMAGE, "sh", "-c", "exit 3");
    const signal = await watch("crash").until("container:crash", true);
    expect(signal.what).toBe(`container ${PREFIX}-crash has exited (code 3)`);
  });

  test("one that finishes", async () => {
    await run("finish", IMAGE, "true");
    await docker("wait", `${PREFIX}-finish`);
    const signal = await watch("finish").until("container:finish", false);
    expect(signal.what).toBe(`container ${PREFIX}-finish has finished (code 0)`);
  });

  test("one whose command is missing", async () => {
    await expect(run("nope", IMAGE, "nope")).rejects.toThrow("executable file not found");
    const signal = await watch("nope").until("container:nope", true);
    expect(signal.what).toBe(`container ${PREFIX}-nope could not be started: its command was not found`);
  });

  test("one that was never started is neither up nor down", async () => {
    await docker("create", "--name", `${PREFIX}-created`, IMAGE, "true");
    expect((await watch("created").tick()).map(({ key }) => key)).toEqual(["docker_down"]);
  });

  test("one that is paused and goes on", async () => {
    await run("pause", IMAGE, "sleep", "1000");
    await docker("pause", `${PREFIX}-pause`);
    const { until } = watch("pause");
    expect(await until("container:pause", true)).toMatchObject({ next: `\`docker unpause ${PREFIX}-pause\`` });
    await docker("unpause", `${PREFIX}-pause`);
    await until("container:pause", false);
  });

  test("one whose health fails and comes back", async () => {
    const health = ["--health-cmd", "cat /tmp/well", "--health-interval", "1s", "--health-retries", "1"];
    await run("health", ...health, IMAGE, "sleep", "1000");
    const { until } = watch("health");
    expect(await until("container:health", true)).toMatchObject({ what: `container ${PREFIX}-health is unhealthy` });
    await docker("exec", `${PREFIX}-health`, "touch", "/tmp/well");
    expect(await until("container:health", false)).toMatchObject({
      what: `container ${PREFIX}-health is healthy`,
    });
  });

  test("one that crashes every second and is restarted: found, though it is only ever seen running", async () => {
    await run("loop", "--restart", "always", IMAGE, "sh", "-c", "sleep 1; exit 7");
    const isRunning = ({ containers }: Snapshot) => containers[0]?.state === "running";
    const signal = await watch("loop").until("container_restarts:loop", true, isRunning);
    expect(signal.what).toMatch(/restarts again and again: [3-9] times within 10 min$/);
  });

  test("one that is restarting is down, with the code that it ended with", async () => {
    await run("restarting", "--restart", "always", IMAGE, "sh", "-c", "exit 7");
    const signal = await watch("restarting").until("container:restarting", true);
    expect(signal.what).toBe(`container ${PREFIX}-restarting is restarting (code 7)`);
  });

  test("one that takes too much memory", async () => {
    const { tick, until } = watch("memory");
    await tick();
    await run("memory", "--memory", "8m", IMAGE, "busybox", "tail", "/dev/zero");
    await until("container_oom:memory", true);
    const told = await tick();
    expect(told.map(({ key }) => key)).toEqual(["docker_down", `container:${PREFIX}-memory`]);
    expect(told[1]?.what).toBe(`container ${PREFIX}-memory has exited (code 137: out of memory)`);
  });

  test("one that must exist is missing, comes, and goes again", async () => {
    const { until } = watch("required");
    await until("container:required", true);
    await run("required", IMAGE, "sleep", "1000");
    await until("container:required", false);
    await docker("rm", "--force", `${PREFIX}-required`);
    expect(await until("container:required", true)).toMatchObject({
      what: `container ${PREFIX}-required does not exist`,
    });
  });

  test("one that is gone when it is inspected is undefined", async () => {
    const engine = createEngine({ address: { socketPath: SOCKET }, timeoutMs: 10_000 });
    expect(await engine.inspect("f".repeat(64))).toBeUndefined();
    engine.disconnect();
  });

  test("a container finds its own id in its own files", async () => {
    const files = ["/proc/self/cgroup", "/proc/self/mountinfo"];
    const id = await run("own", "--hostname", "db", IMAGE, "sleep", "1000");
    const texts = new Map<string, string>();
    for (const file of files) texts.set(file, await docker("exec", `${PREFIX}-own`, "cat", file));
    for (const only of files) {
      const readFile = (path: string): string => (path === only ? (texts.get(path) ?? "") : "");
      expect([id, undefined]).toContain(findOwnContainer(readFile, "db"));
    }
    expect(findOwnContainer((path) => texts.get(path) ?? "", "db")).toBe(id);
  });

  test("the engine tells its versions", async () => {
    const { engineVersion, apiVersion } = await pingEngine({ address: { socketPath: SOCKET }, timeoutMs: 10_000 });
    expect(engineVersion).toBe(await docker("version", "--format", "{{.Server.Version}}"));
    expect(apiVersion).toBe(await docker("version", "--format", "{{.Server.APIVersion}}"));
  });
});
