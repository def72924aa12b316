import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createSystemClock } from "../../src/clock.ts";
import type { ContainersSettings } from "../../src/config/settings.ts";
import type { Notice } from "../../src/core/notice.ts";
import { EN } from "../../src/core/texts/index.ts";
import { createContainersSource } from "../../src/sources/containers/index.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import { Watchdog } from "../../src/watchdog.ts";
import { docker, ENGINE_SOCKET } from "./support/engine.ts";
import { openSocketBetween } from "./support/socket-between.ts";
import { importBusybox } from "./support/stand-in-images.ts";

const PREFIX = `watchdog-events-${process.pid}`;
const IMAGE = `${PREFIX}:1`;
/** No tick comes within a test, unless it asks for them: what is told, an event told. */
const NEVER_MS = 3_600_000;
const SOON = { timeout: 30_000, interval: 20 };

const watchdogs: Watchdog[] = [];

function run(name: string, ...words: readonly string[]): Promise<string> {
  return docker("run", "--detach", "--name", `${PREFIX}-${name}`, ...words);
}

/** The watchdog on the real engine, with the containers as its only source. Its first tick is over. */
async function watch(name: string, change: Partial<ContainersSettings> = {}) {
  const intervalMs = change.intervalMs ?? NEVER_MS;
  const source = createContainersSource(
    {
      address: { socketPath: ENGINE_SOCKET ?? "" },
      timeoutMs: 10_000,
      intervalMs,
      names: [`${PREFIX}-${name}*`],
      engineDownTicks: 2,
      downTicks: 1,
      stopGraceMs: NEVER_MS,
      restartsMax: 3,
      restartsWindowMs: 600_000,
      ...change,
    },
    EN,
  );
  const store = new Store(openDatabase(undefined, () => undefined).database, () => undefined);
  const told: Notice[] = [];
  const silent = (): void => undefined;
  const watchdog = new Watchdog({
    texts: EN,
    sources: [source],
    store: {
      alerts: () => store.alerts(),
      memory: (owner) => store.memory(owner),
      silences: (now) => store.silences(now),
      commit(changes) {
        store.commit(changes);
        told.push(...changes.notices);
      },
    },
    channels: ["chat"],
    onOwed: silent,
    clock: createSystemClock().clock,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    intervalMs,
    cooldownMs: 0,
  });
  watchdogs.push(watchdog);
  watchdog.start();
  await vi.waitFor(() => expect(watchdog.sources()[0]?.ok).toBe(true), SOON);
  await new Promise((resolve) => setTimeout(resolve, 500)); // until it follows
  const own = (key: string): string => key.replace(":", `:${PREFIX}-`);
  return {
    told: (): string[] => told.map(({ action, key }) => `${action} ${key.replace(`${PREFIX}-`, "")}`),
    until: (action: string, key: string): Promise<Notice> =>
      vi.waitFor(() => {
        const found = told.find((notice) => notice.action === action && notice.key === own(key));
        if (found === undefined) throw new Error(`${action} ${key} was not told`);
        return found;
      }, SOON),
  };
}

/** Long enough for what an event would have told, had it been told. */
const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_500));

describe.skipIf(ENGINE_SOCKET === undefined)("events of a real engine", () => {
  beforeAll(() => importBusybox(IMAGE));
  afterEach(async () => {
    await Promise.all(watchdogs.splice(0).map((watchdog) => watchdog.stop()));
  });
  afterAll(async () => {
    const left = await docker("ps", "--all", "--quiet", "--filter", `name=^/${PREFIX}-`);
    if (left !== "") await docker("rm", "--force", ...left.split("\n"));
    await docker("rmi", "--force", IMAGE);
  });

  test("a crash is told without a tick, with its code, how long it ran and what happens next", async () => {
    await run("crash", IMAGE, "sh", "-c", "sleep 2; exit 139");
    const { until, told } = await watch("crash");
    const notice = await until("alert", "container:crash");
    expect(notice).toMatchObject({
      what: `container ${PREFIX}-crash has exited (code 139: segmentation fault)`,
      details: [
        expect.stringMatching(/^before that it ran for [1-9] s$/),
        "restart policy no: it stays down until somebody starts it",
        `image ${IMAGE}`,
      ],
    });
    expect(told()).toEqual(["alert container:crash"]);
  });

  test("a crash that the restart policy mends within a moment is told all the same", async () => {
    await run(
      "mended",
      "--restart",
      "always",
      IMAGE,
      "sh",
      "-c",
      "[ -e /tmp/twice ] || { touch /tmp/twice; sleep 2; exit 3; }; sleep 1000",
    );
    const { until } = await watch("mended");
    expect((await until("alert", "container:mended")).what).toMatch(/is restarting \(code 3\)|crashed \(code 3\)/);
  });

  test("docker stop is quiet within the grace, and told as a stop after it", async () => {
    await run("stop", IMAGE, "sleep", "1000");
    const { until, told } = await watch("stop", { stopGraceMs: 4_000, intervalMs: 1_000 });
    await docker("stop", "--time", "0", `${PREFIX}-stop`);
    await aMoment();
    expect(told()).toEqual([]);
    expect(await until("alert", "container:stop")).toMatchObject({
      what: expect.stringMatching(/was stopped [4-9] s ago and has not come back$/),
      next: `\`docker start ${PREFIX}-stop\``,
    });
    await docker("start", `${PREFIX}-stop`);
    await until("recovery", "container:stop");
  });

  test.each([
    ["kill", (name: string) => docker("kill", name)],
    ["restart", (name: string) => docker("restart", "--time", "0", name)],
    ["remove", (name: string) => docker("rm", "--force", name)],
  ])("docker %s is deliberate", async (name, act) => {
    await run(name, IMAGE, "sleep", "1000");
    const { told } = await watch(name);
    await act(`${PREFIX}-${name}`);
    await aMoment();
    expect(told()).toEqual([]);
  });

  test("a signal that asks for something else than an end makes no crash a stop", async () => {
    await run("reload", IMAGE, "sh", "-c", "trap 'sleep 1; exit 5' HUP; while :; do sleep 0.1; done");
    const { until } = await watch("reload");
    await docker("kill", "--signal", "HUP", `${PREFIX}-reload`);
    expect((await until("alert", "container:reload")).what).toContain("has exited (code 5)");
  });

  test("a kill for memory is told once, though the container is up again at once", async () => {
    const once = "[ -e /tmp/twice ] || { touch /tmp/twice; sleep 2; exec busybox tail /dev/zero; }; sleep 1000";
    await run("memory", "--memory", "8m", "--restart", "always", IMAGE, "sh", "-c", once);
    const { until, told } = await watch("memory", { intervalMs: 1_000 });
    expect((await until("alert", "container_oom:memory")).what).toBe(
      `container ${PREFIX}-memory was killed: out of memory`,
    );
    await aMoment();
    expect(told().filter((line) => line.includes("container_oom"))).toEqual(["alert container_oom:memory"]);
  });

  test("restarts by hand are a loop too, which Docker's own counter does not know", async () => {
    await run("loop", IMAGE, "sleep", "1000");
    const { until, told } = await watch("loop");
    for (let times = 0; times < 3; times++) await docker("restart", "--time", "0", `${PREFIX}-loop`);
    expect((await until("alert", "container_restarts:loop")).what).toContain("3 times within 10 min");
    expect(told()).toEqual(["alert container_restarts:loop"]);
  });

  test("unhealthy and healthy again are told by their events", async () => {
    const health = ["--health-cmd", "cat /tmp/well", "--health-interval", "1s", "--health-retries", "2"];
    await run("health", ...health, IMAGE, "sleep", "1000");
    const { until } = await watch("health");
    expect((await until("alert", "container:health")).details?.[0]).toBe(
      "its health check has failed 2 times in a row",
    );
    await docker("exec", `${PREFIX}-health`, "touch", "/tmp/well");
    await until("recovery", "container:health");
  });

  test("what happened while the stream was cut is told when it stands again", async () => {
    const between = await openSocketBetween(ENGINE_SOCKET ?? "");
    await run("cut", IMAGE, "sh", "-c", "sleep 3; exit 7");
    const { until } = await watch("cut", { address: { socketPath: between.path } });
    between.cut();
    await docker("wait", `${PREFIX}-cut`);
    between.mend();
    expect((await until("alert", "container:cut")).what).toContain("has exited (code 7)");
    await between.close();
  });
});
