import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { FAULTS } from "../stand-ins/bot-api.ts";
import { alert, passed, realert, recovery, SOON } from "./support/collector.ts";
import { queue } from "./support/orchestrator.ts";
import { BIN } from "./support/program.ts";
import { test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

describe.concurrent("a restart with WATCHDOG_STATE_DIR", () => {
  test.for(["stop", "kill"] as const)("%s: what was told is not told again, its end is", async (how, { scene }) => {
    const db = await scene.host(startTcp());
    const env = { WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`, WATCHDOG_STATE_DIR: scene.path("state") };
    await db.goAway();
    const first = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db"));
    // A message has arrived a moment before the watchdog knows.
    await first.answers("/api/status", ({ undelivered }) => (undelivered as { count: number }).count === 0);
    await first[how]();

    const second = await scene.run(env);
    await second.ticks(4);
    expect(scene.told.unchecked).toBe(0);
    await second[how]();

    await db.comeBack();
    await scene.run(env);
    await scene.told.expect(SOON, recovery("dep:db", "it was: dependency db does not answer"));
  });

  test.for(["stop", "kill"] as const)(
    "%s during an outage: what was owed is sent afterwards",
    async (how, { scene }) => {
      const db = await scene.host(startTcp());
      const env = { WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`, WATCHDOG_STATE_DIR: scene.path("state") };
      await Promise.all([db.goAway(), scene.bot.goAway()]);
      const first = await scene.run(env);
      await first.logged("channel cannot deliver");
      await first[how]();
      await scene.bot.comeBack();
      const second = await scene.run(env);
      const { message } = await scene.told.expect(SOON, alert("dep:db"));
      expect(message.text).not.toContain("possibly a repeat");
      expect(second.decisions).toEqual([]);
    },
  );

  test("killed while a message was on its way: sent again, and said to be possibly a repeat", async ({ scene }) => {
    const env = { WATCHDOG_DEPS: "db=tcp://127.0.0.1:1", WATCHDOG_STATE_DIR: scene.path("state") };
    scene.bot.script({ kind: "hang", accept: true });
    const first = await scene.run({ ...env, WATCHDOG_HTTP_TIMEOUT_S: "60" });
    await scene.told.expect(SOON, alert("dep:db"));
    await first.kill();
    await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db", "possibly a repeat"));
  });

  test("what came and went over a restart is one line", async ({ scene }) => {
    const db = await scene.host(startTcp());
    const env = { WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`, WATCHDOG_STATE_DIR: scene.path("state") };
    await Promise.all([db.goAway(), scene.bot.goAway()]);
    const first = await scene.run(env);
    await first.logged("channel cannot deliver");
    await first.stop();
    await db.comeBack();
    const second = await scene.run(env);
    await second.logged("decision", { key: "dep:db", action: "recovery" });
    await scene.bot.comeBack();
    await scene.told.expect(SOON, passed("dep:db"));
  });

  test("a job that failed while the watchdog was away is told", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const env = { WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_STATE_DIR: scene.path("state") };
    orchestrator.report({ queue: queue({ failed: 2 }) });
    const first = await scene.run(env);
    await orchestrator.ticks(2);
    await first.stop();
    orchestrator.report({ queue: queue({ failed: 3 }) });
    await scene.run(env);
    await scene.told.expect(SOON, alert("job_failed"));
  });

  test("what is no longer watched is over", async ({ scene }) => {
    const state = { WATCHDOG_STATE_DIR: scene.path("state") };
    const first = await scene.run({ ...state, WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    await scene.told.expect(SOON, alert("dep:db"));
    await first.stop();
    await scene.run(state);
    await scene.told.expect(SOON, recovery("dep:db", "no longer watched"));
  });

  test("without it, the incident is told again", async ({ scene }) => {
    const env = { WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" };
    const first = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db"));
    await first.stop();
    await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db"));
  });

  test("without it, a stop says what nobody was told", async ({ scene }) => {
    scene.incomplete = true;
    scene.bot.always(FAULTS.internalError);
    const program = await scene.run({ WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    await program.logged("channel cannot deliver");
    await program.stop();
    const last = program.log.at(-1);
    expect(last).toMatchObject({ level: "error", undelivered: 1 });
    expect(last?.msg).toContain("WATCHDOG_STATE_DIR");
  });
});

describe.concurrent("the state directory", () => {
  test("two watchdogs on one: the second refuses and the first goes on", async ({ scene }) => {
    const state = { WATCHDOG_STATE_DIR: scene.path("state") };
    const first = await scene.run({ ...state, WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    const second = await scene.command(["run"], state);
    expect(second).toMatchObject({ code: 1, stdout: "" });
    expect(second.stderr).toMatch(/^another watchdog runs on WATCHDOG_STATE_DIR=.*: stop it, or .*\n$/);
    await scene.told.expect(SOON, alert("dep:db"));
    await first.stop();
    await scene.run({ ...state, WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
  });

  test("one that cannot be used: said once, and watched on from memory", async ({ scene }) => {
    writeFileSync(scene.path("file"), "");
    const program = await scene.run({
      WATCHDOG_STATE_DIR: scene.path("file/state"),
      WATCHDOG_DEPS: "db=tcp://127.0.0.1:1",
    });
    const { problem } = await program.logged("state");
    expect(problem).toMatch(/^WATCHDOG_STATE_DIR=.* cannot be used \(.*ENOTDIR.*\): state is kept in memory only$/);
    await scene.told.expect(SOON, alert("dep:db"));
  });

  test("one whose content is garbage: set aside, and watched on", async ({ scene }) => {
    const state = { WATCHDOG_STATE_DIR: scene.directory };
    writeFileSync(scene.path("watchdog.db"), "no database at all ".repeat(500));
    const program = await scene.run({ ...state, WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    const { problem } = await program.logged("state");
    expect(problem).toMatch(/set aside as .*watchdog\.db\.unreadable-\d+/);
    await scene.told.expect(SOON, alert("dep:db"));
  });
});

/** In a time namespace of Linux, the boot clock, by which the watchdog measures, stands later for one process. */
const LATER = ["unshare", "--time", "--boottime", "5400", BIN];
const canTravel = spawnSync("unshare", ["--time", "--boottime", "5400", "true"]).status === 0;

describe.skipIf(!canTravel).concurrent("an hour and a half later (needs Linux and root)", () => {
  const away = alert("watchdog_away", "the watchdog itself was away for 1 h 30 min");

  test("what could not be told is told late, with both times", async ({ scene }) => {
    const env = { WATCHDOG_DEPS: "db=tcp://127.0.0.1:1", WATCHDOG_STATE_DIR: scene.path("state") };
    await scene.bot.goAway();
    const first = await scene.run({ ...env, WATCHDOG_COOLDOWN_S: "0" });
    await first.logged("channel cannot deliver");
    await first.stop();
    await scene.bot.comeBack();
    await scene.run({ ...env, WATCHDOG_COOLDOWN_S: "0" }, { command: LATER });
    const late = /^told late: detected \d\d:\d\d:\d\d, told \d\d:\d\d:\d\d$/m;
    await scene.told.expect(SOON, alert("dep:db", "1 h 30 min", late), away);
  });

  test("the cooldown goes on over the restart", async ({ scene }) => {
    const env = { WATCHDOG_DEPS: "db=tcp://127.0.0.1:1", WATCHDOG_STATE_DIR: scene.path("state") };
    const first = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db"));
    await first.stop();
    await scene.run(env, { command: LATER });
    await scene.told.expect(SOON, away);
    const { message } = await scene.told.expect(SOON, realert("dep:db", "1 h 30 min"));
    expect(message.text).not.toContain("told late");
  });
});
