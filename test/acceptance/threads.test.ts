import { describe, expect } from "vitest";
import { alert, realert, recovery, SOON } from "./support/collector.ts";
import { queue } from "./support/orchestrator.ts";
import { type Scene, test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

/** A dependency that is well; its environment, and what to do with it. */
async function dependency(scene: Scene, name = "db") {
  const db = await scene.host(startTcp());
  return { db, env: { WATCHDOG_DEPS: `${name}=tcp://127.0.0.1:${db.port}`, WATCHDOG_DEP_DOWN_TICKS: "1" } };
}

/** The head as people see it once it says what it should. */
async function shown(scene: Scene, id: number, says: string | RegExp): Promise<string> {
  const text = () => scene.bot.shown.find((message) => message.id === id)?.text ?? "";
  const isSo = () => (typeof says === "string" ? text().includes(says) : says.test(text()));
  await scene.bot.until(isSo, 40_000);
  return text();
}

describe.concurrent("one incident is one thread", () => {
  test("re-alert and recovery reply to the alert, and the alert comes to say that it is over", async ({ scene }) => {
    const { db, env } = await dependency(scene);
    const program = await scene.run({ ...env, WATCHDOG_COOLDOWN_S: "2" });
    await program.ticks(1);
    await db.goAway();
    const raised = await scene.told.expect(SOON, alert("dep:db"));
    expect(raised.message).toMatchObject({ replyTo: undefined, silent: false });
    const again = await scene.told.expect(SOON, realert("dep:db"));
    expect(again.message).toMatchObject({ replyTo: raised.message.id, silent: false });
    await db.comeBack();
    const told = await scene.told.takeMany(1, 40);
    const last = told[0]?.blocks[0]?.icon === "🟢" ? told[0] : (await scene.told.takeMany(1, 40))[0];
    expect(last).toMatchObject({ message: { replyTo: raised.message.id, silent: true }, blocks: [{ icon: "🟢" }] });
    const text = await shown(scene, raised.message.id, "ended after");
    expect(text).toMatch(/^🔴🟢 ended after .*: dependency db/);
    expect(text).toMatch(/^reminded (once|\d+ times)$/m);
    expect(text).toMatch(/#dep_db$/);
    expect(new Set(scene.bot.requests)).toEqual(new Set(["sendMessage", "editMessageText"]));
  });

  test("a message that somebody deleted is survived; the thread begins anew", async ({ scene }) => {
    const { db, env } = await dependency(scene);
    const program = await scene.run(env);
    await program.ticks(1);
    await db.goAway();
    const raised = await scene.told.expect(SOON, alert("dep:db"));
    scene.bot.remove(raised.message.id);
    await db.comeBack();
    const over = await scene.told.expect(SOON, recovery("dep:db"));
    expect(over.message).toMatchObject({ replyTo: undefined, payload: { reply_parameters: { message_id: 1 } } });
    await program.logged("message not edited", { reason: "gone" });
    await program.ticks(3);
    expect(scene.bot.requests.filter((method) => method === "editMessageText")).toHaveLength(1);
  });

  test.for(["stopped", "killed"])(
    "a watchdog that is %s in the middle goes on with the thread",
    async (how, { scene }) => {
      const { db, env } = await dependency(scene);
      const kept = { ...env, WATCHDOG_STATE_DIR: scene.path("state") };
      const first = await scene.run(kept);
      await first.ticks(1);
      await db.goAway();
      const raised = await scene.told.expect(SOON, alert("dep:db"));
      await first.answers("/api/status", ({ undelivered }) => (undelivered as { count: number }).count === 0);
      await (how === "killed" ? first.kill() : first.stop());
      await db.comeBack();
      await scene.run(kept);
      const over = await scene.told.expect(SOON, recovery("dep:db"));
      expect(over.message.replyTo).toBe(raised.message.id);
      expect(await shown(scene, raised.message.id, "ended after")).toMatch(/^🔴🟢 ended after .*: dependency db/);
    },
  );

  test("another chat: nothing there is replied to or edited", async ({ scene }) => {
    const { db, env } = await dependency(scene);
    const kept = { ...env, WATCHDOG_STATE_DIR: scene.path("state") };
    const first = await scene.run(kept);
    await first.ticks(1);
    await db.goAway();
    await scene.told.expect(SOON, alert("dep:db"));
    await first.stop();
    scene.bot.migrate("-1009");
    await db.comeBack();
    const second = await scene.run(kept);
    const over = await scene.told.expect(SOON, recovery("dep:db"));
    expect(over.message).toMatchObject({ chatId: "-1009", replyTo: undefined });
    await second.logged("message not edited", { reason: "gone" });
    expect(scene.bot.requests).not.toContain("editMessageText");
  });
});

describe.concurrent("an edit is a courtesy", () => {
  test("a server that knows sendMessage alone: all is told, and one line is logged", async ({ scene }) => {
    scene.bot.always({
      kind: "answer",
      status: 404,
      body: JSON.stringify({ ok: false, error_code: 404, description: "Not Found: method not found" }),
      on: "editMessageText",
    });
    const { db, env } = await dependency(scene);
    const program = await scene.run(env);
    await program.ticks(1);
    for (let round = 0; round < 2; round++) {
      await db.goAway();
      await scene.told.expect(SOON, alert("dep:db"));
      await db.comeBack();
      await scene.told.expect(SOON, recovery("dep:db"));
      if (round === 0) await program.logged("message not edited", { reason: "unsupported" });
    }
    await program.ticks(3);
    expect(scene.bot.requests.filter((method) => method === "editMessageText")).toHaveLength(1);
    expect(program.log.filter(({ msg }) => msg === "message not edited")).toHaveLength(1);
  });

  test("one that hangs delays no alert", async ({ scene }) => {
    scene.bot.always({ kind: "hang", on: "editMessageText" });
    const { db, env } = await dependency(scene);
    const program = await scene.run({ ...env, WATCHDOG_HTTP_TIMEOUT_S: "20" });
    await program.ticks(1);
    await db.goAway();
    await scene.told.expect(SOON, alert("dep:db"));
    await db.comeBack();
    await scene.told.expect(SOON, recovery("dep:db"));
    await scene.bot.until(() => scene.bot.requests.includes("editMessageText"), 40_000);
    await db.goAway();
    scene.told.mark();
    await scene.told.expect({ fromS: 0, toS: 15 }, alert("dep:db"));
  });
});

describe.concurrent("in quiet hours", () => {
  const ALL_DAY = { WATCHDOG_QUIET_HOURS: "00:00-23:59", WATCHDOG_TZ: "UTC" };

  test("what is critical rings", async ({ scene }) => {
    await scene.run({ ...ALL_DAY, WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    const { message } = await scene.told.expect(SOON, alert("dep:db"));
    expect(message.silent).toBe(isLastMinuteOfDay());
  });

  test("a warning comes without a sound", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report({ queue: queue({ queued: 99 }) });
    await scene.run({ ...ALL_DAY, WATCHDOG_METRICS_URL: orchestrator.url });
    const { message } = await scene.told.expect(SOON, alert("queue_backlog"));
    expect(message.silent).toBe(!isLastMinuteOfDay());
  });
});

/** Quiet hours cannot be the whole day. */
function isLastMinuteOfDay(): boolean {
  return new Date().toISOString().slice(11, 16) === "23:59";
}
