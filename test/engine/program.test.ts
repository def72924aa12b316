import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import { parseBlocks } from "../acceptance/support/blocks.ts";
import { alert, between, recovery, SOON } from "../acceptance/support/collector.ts";
import type { Environment, Program } from "../acceptance/support/program.ts";
import { type Scene, test } from "../acceptance/support/scene.ts";
import { awaiting, TestContainers } from "./support/containers.ts";
import { docker, ENGINE_SOCKET } from "./support/engine.ts";
import { openSocketBetween } from "./support/socket-between.ts";
import { importBusybox } from "./support/stand-in-images.ts";

const PREFIX = `wdp${process.pid}`;
const IMAGE = `${PREFIX}:1`;
const all = new TestContainers(PREFIX, IMAGE);
/** No tick comes within a test but the first: what is told then, an event told. */
const ONLY_EVENTS = { WATCHDOG_INTERVAL_S: "3600" };

const key = (kind: string, what: string): string => `${kind}:${all.name(what)}`;

/** The whole program on the real engine. Its first tick is over. */
async function watch(scene: Scene, what: string, env: Environment): Promise<Program> {
  const program = await scene.run({
    WATCHDOG_DOCKER_SOCK: ENGINE_SOCKET ?? "",
    WATCHDOG_CONTAINERS: `${all.name(what)}*`,
    WATCHDOG_HTTP_TIMEOUT_S: "20",
    WATCHDOG_STOP_GRACE_S: "3600",
    ...env,
  });
  await program.answers("/api/status", ({ lastTickAt }) => lastTickAt !== null);
  // Its end waits for ticks.
  if (env.WATCHDOG_INTERVAL_S === ONLY_EVENTS.WATCHDOG_INTERVAL_S) scene.incomplete = true;
  return program;
}

/** What was told of a key so far, in order. */
function iconsOf({ bot }: Scene, of: string): string[] {
  const hashtag = of.replace(/[^A-Za-z0-9_]/g, "_");
  const blocks = bot.messages.flatMap(({ text }) => parseBlocks(text).blocks);
  return blocks.filter((block) => block.hashtag === hashtag).map(({ icon }) => icon);
}

/** Resolves once this was told of the key; whatever else is told meanwhile is taken. */
async function untilTold(scene: Scene, of: string, ...icons: readonly string[]): Promise<string> {
  const isTold = () => icons.every((icon, index) => iconsOf(scene, of)[index] === icon);
  while (!isTold()) await scene.told.takeMany(1, SOON.toS);
  await scene.told.takeMany(scene.told.unchecked, 1);
  return scene.bot.messages.map(({ text }) => text).join("\n");
}

describe.skipIf(ENGINE_SOCKET === undefined)("the whole program on a real engine", () => {
  beforeAll(() => importBusybox(IMAGE));
  afterAll(async () => {
    await all.removeAll();
    await docker("rmi", "--force", IMAGE);
  });

  test("a crash is told without a tick: its code, how long it ran, what happens next", async ({ scene }) => {
    await all.run("crash", { command: awaiting("exit 139") });
    await watch(scene, "crash", ONLY_EVENTS);
    await all.crash("crash");
    await scene.told.expect(
      SOON,
      alert(key("container", "crash"), /139.*segmentation fault/, /ran for/, /restart policy no/),
    );
  });

  test.for([
    ["stop", ["stop", "--time", "0"]],
    ["kill", ["kill"]],
  ] as const)(
    "docker %s is quiet within the grace, told as a stop after it, and over when it runs again",
    async ([what, order], { scene }) => {
      await all.run(what);
      await watch(scene, what, { WATCHDOG_INTERVAL_S: "0.5", WATCHDOG_STOP_GRACE_S: "3" });
      scene.told.mark();
      await docker(...order, all.name(what));
      await scene.told.expect(between(3, 60), alert(key("container", what), "stopped"));
      await docker("start", all.name(what));
      await scene.told.expect({ ...SOON, toS: 100 }, recovery(key("container", what)));
    },
  );

  test("a kill for memory is told with its reason", async ({ scene }) => {
    await all.run("memory", { options: ["--memory", "8m"], command: awaiting("exec busybox tail /dev/zero") });
    await watch(scene, "memory", ONLY_EVENTS);
    await all.crash("memory");
    const told = await untilTold(scene, key("container_oom", "memory"), "🔴");
    expect(told).toContain("memory");
    expect(await untilTold(scene, key("container", "memory"), "🔴")).toMatch(/137.*out of memory/);
    expect(iconsOf(scene, key("container_oom", "memory"))).toEqual(["🔴"]);
  });

  test("a kill for memory is told once, though the container is up again before anybody could look", async ({
    scene,
  }) => {
    const once = `[ -e /tmp/twice ] || { ${awaiting("touch /tmp/twice; exec busybox tail /dev/zero")}; }; sleep 1000`;
    await all.run("again", { options: ["--memory", "8m", "--restart", "always"], command: once });
    const between = await scene.host(openSocketBetween(ENGINE_SOCKET ?? ""));
    await watch(scene, "again", { ...ONLY_EVENTS, WATCHDOG_DOCKER_SOCK: between.path });
    between.cut();
    await all.release("again");
    const stateOf = () => docker("inspect", "--format", "{{.RestartCount}} {{.State.Status}}", all.name("again"));
    await vi.waitFor(async () => expect(await stateOf()).toBe("1 running"), { timeout: 60_000, interval: 100 });
    between.mend();
    await untilTold(scene, key("container_oom", "again"), "🔴");
    expect(iconsOf(scene, key("container_oom", "again"))).toEqual(["🔴"]);
  });

  test("a kill for memory of a process beside the first is told, though the container never ended", async ({
    scene,
  }) => {
    await all.run("child", { options: ["--memory", "8m"], command: "while :; do sleep 0.1; done" });
    await watch(scene, "child", ONLY_EVENTS);
    await docker("exec", all.name("child"), "busybox", "tail", "/dev/zero").catch(() => undefined);
    await untilTold(scene, key("container_oom", "child"), "🔴");
  });

  test("unhealthy is told by its event, and healthy again, too", async ({ scene }) => {
    const health = ["--health-cmd", "test ! -e /tmp/sick", "--health-interval", "0.5s", "--health-retries", "1"];
    await all.run("health", { options: health });
    await watch(scene, "health", ONLY_EVENTS);
    await docker("exec", all.name("health"), "touch", "/tmp/sick");
    await scene.told.expect(SOON, alert(key("container", "health"), "unhealthy"));
    await docker("exec", all.name("health"), "rm", "/tmp/sick");
    await scene.told.expect({ ...SOON, toS: 80 }, recovery(key("container", "health")));
  });

  test("a pause is told by its event, and its end, too", async ({ scene }) => {
    await all.run("pause");
    await watch(scene, "pause", ONLY_EVENTS);
    await docker("pause", all.name("pause"));
    await scene.told.expect(SOON, alert(key("container", "pause"), "paused"));
    await docker("unpause", all.name("pause"));
    await scene.told.expect({ ...SOON, toS: 80 }, recovery(key("container", "pause")));
  });

  test("a loop by its restart policy is told once as that, with its code", async ({ scene }) => {
    await all.run("policy", { options: ["--restart", "always"], command: awaiting("exit 7") });
    await watch(scene, "policy", ONLY_EVENTS);
    await all.release("policy");
    expect(await untilTold(scene, key("container_restarts", "policy"), "🔴")).toContain("code 7");
    expect(iconsOf(scene, key("container_restarts", "policy"))).toEqual(["🔴"]);
  });

  test("a loop by hand is told as that alone: each restart was ordered", async ({ scene }) => {
    await all.run("hand");
    await watch(scene, "hand", ONLY_EVENTS);
    for (let times = 0; times < 3; times += 1) await docker("restart", "--time", "0", all.name("hand"));
    await scene.told.expect(SOON, alert(key("container_restarts", "hand"), "3 times"));
  });
});
