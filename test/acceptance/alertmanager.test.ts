import { describe, expect } from "vitest";
import { FAULTS } from "../stand-ins/bot-api.ts";
import { alert, between, realert, recovery, SOON, type Told } from "./support/collector.ts";
import { queue, stage } from "./support/orchestrator.ts";
import type { Environment, Program } from "./support/program.ts";
import { type Scene, test } from "./support/scene.ts";
import { type LocalServer, startTcp } from "./support/servers.ts";

/*
 * What Alertmanager's acceptance tests promise (github.com/prometheus/alertmanager, test/with_api_v2/acceptance), as far as
 * it applies here: there a client pushes alerts, here the watchdog finds them.
 */

interface Stage {
  readonly env: Environment;
  readonly program: Program;
  readonly of: Readonly<Record<"a" | "b" | "c", LocalServer>>;
}

const NAMES = ["a", "b", "c"] as const;

/** Watches three dependencies that are up. */
async function watchThree(scene: Scene, more: Environment = {}): Promise<Stage> {
  const [a, b, c] = [await scene.host(startTcp()), await scene.host(startTcp()), await scene.host(startTcp())];
  const of = { a, b, c };
  const env = { WATCHDOG_DEPS: listed(of, ...NAMES), WATCHDOG_STATE_DIR: scene.path("state"), ...more };
  const program = await scene.run(env);
  await program.ticks(1);
  return { env, program, of };
}

function listed(of: Stage["of"], ...names: (keyof Stage["of"])[]): string {
  return names.map((name) => `${name}=tcp://127.0.0.1:${of[name].port}`).join(",");
}

/** With this interval there is time to change several things between two ticks. */
const SLOW = { WATCHDOG_INTERVAL_S: "1.5", WATCHDOG_DEP_DOWN_TICKS: "1" };

/** The time of day from which a message counts, in seconds; it may differ by one between two messages. */
function sinceOf({ message }: Told): number {
  const [, hours, minutes, seconds] = /(?:since |lasted .*\()(\d\d):(\d\d):(\d\d)/.exec(message.text) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
}
const isSameTime = (a: Told, b: Told) => Math.abs(sinceOf(a) - sinceOf(b)) <= 1;

const nothingOwed = (program: Program) =>
  program.answers("/api/status", ({ undelivered }) => (undelivered as { count: number }).count === 0);

describe.concurrent("repeat", () => {
  test("what stays wrong is told again after the cooldown, and not before; a restart does not change that", async ({
    scene,
  }) => {
    const { program, of, env } = await watchThree(scene, { WATCHDOG_COOLDOWN_S: "4" });
    await of.a.goAway();
    const first = await scene.told.expect(SOON, alert("dep:a"));
    scene.told.mark();
    await nothingOwed(program);
    await program.kill();
    await scene.run(env);
    const second = await scene.told.expect(between(3, 90), realert("dep:a"));
    scene.told.mark();
    const third = await scene.told.expect(between(3, 90), realert("dep:a"));
    expect([second, third].map((told) => isSameTime(told, first))).toEqual([true, true]);
    await of.a.comeBack();
    await scene.told.expect(SOON, recovery("dep:a"));
  });

  test("what breaks again after it recovered is another incident, since another time", async ({ scene }) => {
    const { of, program } = await watchThree(scene);
    await of.a.goAway();
    const first = await scene.told.expect(SOON, alert("dep:a"));
    await of.a.comeBack();
    const over = await scene.told.expect(SOON, recovery("dep:a"));
    expect(isSameTime(over, first)).toBe(true);
    await program.ticks(5);
    await of.a.goAway();
    const second = await scene.told.expect(SOON, alert("dep:a"));
    expect(isSameTime(second, first)).toBe(false);
  });
});

describe.concurrent("retry and time-out", () => {
  test("a receiver that fails at first is told as soon as it does not, once", async ({ scene }) => {
    const { of, program } = await watchThree(scene);
    scene.bot.script(FAULTS.internalError, FAULTS.badGateway);
    await of.a.goAway();
    await scene.told.expect(SOON, alert("dep:a"));
    expect(scene.bot.requests).toHaveLength(3);
    await program.ticks(3);
    expect(scene.bot.requests).toHaveLength(3);
  });

  test("a receiver that never answers is given up in time; ticks go on, and it is told afterwards", async ({
    scene,
  }) => {
    const { of, program } = await watchThree(scene, { WATCHDOG_HTTP_TIMEOUT_S: "1" });
    scene.bot.script(FAULTS.hang);
    await of.a.goAway();
    await program.logged("decision", { key: "dep:a" });
    await of.b.goAway();
    await program.logged("decision", { key: "dep:b" });
    const { error } = await program.logged("channel cannot deliver", { arrived: "maybe" });
    expect(error).toMatch(/no complete answer/);
    await scene.told.expect(SOON, alert("dep:a", "possibly a repeat"), alert("dep:b"));
  });
});

describe.concurrent("batching", () => {
  test("what begins together is told together, what joins later alone, what ends together together", async ({
    scene,
  }) => {
    const { of } = await watchThree(scene, SLOW);
    await Promise.all([of.a.goAway(), of.b.goAway()]);
    await scene.told.expect(SOON, alert("dep:a"), alert("dep:b"));
    await of.c.goAway();
    await scene.told.expect(SOON, alert("dep:c"));
    await Promise.all(NAMES.map((name) => of[name].comeBack()));
    await scene.told.expect(SOON, recovery("dep:a"), recovery("dep:b"), recovery("dep:c"));
  });
});

describe.concurrent("resolved", () => {
  test("one of three: it alone is over, the others are not told again", async ({ scene }) => {
    const { of, program } = await watchThree(scene, SLOW);
    await Promise.all(NAMES.map((name) => of[name].goAway()));
    await scene.told.expect(SOON, alert("dep:a"), alert("dep:b"), alert("dep:c"));
    await of.b.comeBack();
    await scene.told.expect(SOON, recovery("dep:b"));
    await program.ticks(1);
  });

  test("nobody hears of the end of what nobody heard of: too short to be confirmed", async ({ scene }) => {
    const { of, program } = await watchThree(scene, { WATCHDOG_DEP_DOWN_TICKS: "1000" });
    await of.a.goAway();
    await program.ticks(3);
    await of.a.comeBack();
    await program.ticks(3);
    expect(program.decisions).toEqual([]);
  });

  test("nobody hears of the end of what nobody heard of: begun and ended in a silence", async ({ scene }) => {
    const { of, program, env } = await watchThree(scene);
    await scene.command(["silence", "dep:a", "1h"], env);
    await of.a.goAway();
    await program.ticks(4);
    await of.a.comeBack();
    await program.ticks(4);
    await scene.command(["unsilence", "dep:a"], env);
    await program.ticks(4);
    expect(program.decisions).toEqual([]);
  });
});

describe.concurrent("cold start", () => {
  test("what is wrong is told, what is well is not, and what was counted before is no news", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report({ queue: queue({ failed: 7, breaker: "open" }) });
    const up = await scene.host(startTcp());
    const program = await scene.run({
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_DEPS: `up=tcp://127.0.0.1:${up.port}`,
      WATCHDOG_STATE_DIR: scene.path("state"),
    });
    await scene.told.expect(SOON, alert("breaker_open"));
    await program.ticks(3);
    expect(program.decisions).toEqual(["alert breaker_open"]);
  });
});

describe.concurrent("reload: started again with another configuration", () => {
  test("what was told is not told again; what is new is; what is gone is over", async ({ scene }) => {
    const { program, of, env } = await watchThree(scene, SLOW);
    await Promise.all([of.a.goAway(), of.b.goAway()]);
    await scene.told.expect(SOON, alert("dep:a"), alert("dep:b"));
    await nothingOwed(program);
    await program.stop();
    await of.c.goAway();

    const second = await scene.run({ ...env, WATCHDOG_DEPS: listed(of, "a", "c") });
    await scene.told.expect(SOON, recovery("dep:b", "no longer watched"));
    await scene.told.expect(SOON, alert("dep:c"));
    await second.ticks(1);
    await second.stop();

    // Watched again, it is as new.
    await scene.run({ ...env, WATCHDOG_DEPS: listed(of, "a", "b", "c") });
    await scene.told.expect(SOON, alert("dep:b"));
  });

  test("the cooldown that is configured now counts from the last alert", async ({ scene }) => {
    const { program, of, env } = await watchThree(scene);
    await of.a.goAway();
    await scene.told.expect(SOON, alert("dep:a"));
    scene.told.mark();
    await nothingOwed(program);
    await program.stop();
    const second = await scene.run({ ...env, WATCHDOG_COOLDOWN_S: "5" });
    await scene.told.expect(between(4, 90), realert("dep:a"));
    await nothingOwed(second);
    await second.stop();
    const third = await scene.run({ ...env, WATCHDOG_COOLDOWN_S: "0" });
    await third.ticks(5);
  });

  test("what is owed goes to the channel that is configured now", async ({ scene }) => {
    const { program, of, env } = await watchThree(scene);
    scene.bot.forbid("Forbidden: bot was kicked from the supergroup chat");
    await of.a.goAway();
    await program.logged("channel cannot deliver", { permanent: true });
    await program.stop();
    scene.bot.forbid(undefined);
    scene.bot.migrate("-1007777777777");
    await scene.run({ ...env, WATCHDOG_TG_CHAT_ID: "-1007777777777" });
    const { message } = await scene.told.expect(SOON, alert("dep:a"));
    expect(message.chatId).toBe("-1007777777777");
    expect(scene.bot.requests).toHaveLength(2);
  });
});

describe.concurrent("silences, set while it watches", () => {
  const signalOf = (body: Record<string, unknown>, key: string) =>
    (body.signals as { key: string }[]).find((signal) => signal.key === key);

  test("one that ends by itself: others are told meanwhile, it is seen meanwhile and told afterwards", async ({
    scene,
  }) => {
    const { program, of, env } = await watchThree(scene);
    const { stdout } = await scene.command(["silence", "dep:a", "6s", "moving"], env);
    expect(stdout).toMatch(/^dep:a is silenced for 6 s/);
    scene.told.mark();
    await Promise.all([of.a.goAway(), of.b.goAway()]);
    await scene.told.expect(SOON, alert("dep:b"));
    await program.answers("/api/status", (body) => (signalOf(body, "dep:a") as { active?: boolean })?.active === true);
    const { body } = await program.get("/api/status");
    expect(signalOf(body, "dep:a")).toMatchObject({ active: true, alerting: false, silenced: true });
    expect(body.silences).toMatchObject([{ keyGlob: "dep:a", why: "moving" }]);
    // It began to count when it was set, a moment before the mark.
    await scene.told.expect(between(4, 90), alert("dep:a"));
    expect((await program.get("/api/status")).body.silences).toEqual([]);
  });

  test("what was told before is not told again in one, and again after it", async ({ scene }) => {
    const { program, of, env } = await watchThree(scene, { WATCHDOG_COOLDOWN_S: "5" });
    await of.a.goAway();
    await scene.told.expect(SOON, alert("dep:a"));
    await scene.command(["silence", "dep:*", "9s"], env);
    scene.told.mark();
    await scene.told.expect(between(7, 90), realert("dep:a"));
    await program.stop();
  });

  test("one that is deleted: what is still wrong is told at once", async ({ scene }) => {
    const { program, of, env } = await watchThree(scene, SLOW);
    await scene.command(["silence", "*", "1h"], env);
    await Promise.all([of.a.goAway(), of.b.goAway()]);
    await program.ticks(1);
    await of.b.comeBack();
    await program.ticks(1);
    expect(scene.told.unchecked).toBe(0);
    expect(await scene.command(["unsilence", "dep:*"], env)).toMatchObject({ code: 1 });
    expect(await scene.command(["unsilence", "*"], env)).toMatchObject({
      code: 0,
      stdout: "* is no longer silenced\n",
    });
    await scene.told.expect(SOON, alert("dep:a"));
  });

  test("one outlasts a kill of the watchdog, and its deletion works on the next one", async ({ scene }) => {
    const { program, of, env } = await watchThree(scene);
    await scene.command(["silence", "dep:a", "1h"], env);
    await program.kill();
    await of.a.goAway();
    const second = await scene.run(env);
    await second.ticks(5);
    expect(scene.told.unchecked).toBe(0);
    await scene.command(["unsilence", "dep:a"], env);
    await scene.told.expect(SOON, alert("dep:a"));
  });

  test("what was told, recovered and broke again in one: its end is told, its return after the silence", async ({
    scene,
  }) => {
    const { program, of, env } = await watchThree(scene);
    await of.a.goAway();
    await scene.told.expect(SOON, alert("dep:a"));
    await scene.command(["silence", "dep:a", "1h"], env);
    await of.a.comeBack();
    await scene.told.expect(SOON, recovery("dep:a"));
    await of.a.goAway();
    await program.ticks(5);
    expect(scene.told.unchecked).toBe(0);
    await scene.command(["unsilence", "dep:a"], env);
    await scene.told.expect(SOON, alert("dep:a"));
  });
});

describe("inhibition: what cannot be known while something above it is away", () => {
  test("is not told with it, and is told when that is over and it is still wrong", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report({ stages: [stage(12, 60)] });
    const program = await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_STAGE_STUCK_S: "3600" });
    await program.ticks(1);
    await orchestrator.goAway();
    await scene.told.expect(SOON, alert("orch_down"));
    orchestrator.report({ stages: [stage(12, 5_400)] });
    await program.ticks(3);
    expect(scene.told.unchecked).toBe(0);
    await orchestrator.comeBack();
    await scene.told.expect(SOON, alert("stage_stuck:12"), recovery("orch_down"));
  });
});
