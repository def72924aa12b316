import { describe, expect } from "vitest";
import { FAULTS, type Person, refusal } from "../stand-ins/bot-api.ts";
import { idOf } from "../stand-ins/docker-engine.ts";
import { alert, type Collector, realert, recovery, SOON } from "./support/collector.ts";
import type { Program } from "./support/program.ts";
import { type Scene, test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

const ON = { WATCHDOG_TG_COMMANDS: "true" };
const STRANGER: Person = { id: 666, first_name: "Eve" };

/** Starts it with commands and waits until it listens to them. */
async function listen(scene: Scene, env: Record<string, string> = {}): Promise<Program> {
  const program = await scene.run({ ...ON, ...env });
  await program.answers("/api/status", ({ commands }) => (commands as { working: unknown }).working === true);
  return program;
}

/** The next message, which is an answer and no alert. */
async function answer(told: Collector): Promise<string> {
  const [next] = await told.takeMany(1, SOON.toS);
  expect(next?.blocks).toEqual([]);
  return next?.message.text ?? "";
}

async function commandsOf(program: Program): Promise<unknown> {
  return (await program.get("/api/status")).body.commands;
}

describe.concurrent("commands in the chat", () => {
  test("are off by default: no update is ever read, and a message has no buttons", async ({ scene }) => {
    const program = await scene.run({ WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    scene.bot.say("/status");
    const { message } = await scene.told.expect(SOON, alert("dep:db"));
    await program.ticks(3);
    expect(message.payload.reply_markup).toBeUndefined();
    expect(scene.bot.requests).not.toContain("getUpdates");
    expect(scene.bot.requests).not.toContain("setMyCommands");
    expect(await commandsOf(program)).toBeNull();
  });

  test("an ack stops the repeats until the end, over a restart, and names who acked", async ({ scene }) => {
    const db = await scene.host(startTcp());
    await db.goAway();
    const env = {
      WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`,
      WATCHDOG_COOLDOWN_S: "2",
      WATCHDOG_STATE_DIR: scene.path("state"),
    };
    const first = await listen(scene, env);
    await scene.told.expect(SOON, alert("dep:db"));
    await scene.told.expect(SOON, realert("dep:db"));
    scene.bot.say("/ack dep:db");
    expect(await answer(scene.told)).toBe("Ann is on dep:db: no repeats until it is over.");
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await first.stop();
    const second = await listen(scene, env);
    await second.answers("/api/status", (body) => JSON.stringify(body.signals).includes('"ack":{"by":"Ann"'));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(scene.told.unchecked).toBe(0);
    await db.comeBack();
    await scene.told.expect(SOON, recovery("dep:db"));
    await db.goAway();
    await scene.told.expect(SOON, alert("dep:db"));
    await scene.told.expect(SOON, realert("dep:db"));
    scene.bot.say("/ack dep:db");
    await answer(scene.told);
  });

  test("in another language: Telegram's menu, answers, and a duration in its own units", async ({ scene }) => {
    await listen(scene, { WATCHDOG_LANG: "ru" });
    scene.bot.say("/silence container:a* 1ч ремонт");
    expect(await answer(scene.told)).toMatch(
      /^container:a\* — тишина до .* \(1 ч\)\. О возвращении в норму всё равно скажу\.$/,
    );
    scene.bot.say("/status");
    expect(await answer(scene.told)).toMatch(
      /^Всё спокойно · .*\n🔇 container:a\* ещё (1 ч|59 мин.*) \(ремонт, Ann\)$/,
    );
    expect(scene.bot.commands).toContainEqual({ command: "check", description: "проверить всё прямо сейчас" });
  });

  test("a silence from the chat silences, and its end tells what is still wrong", async ({ scene }) => {
    const docker = await scene.docker({ id: idOf(1), name: "api", state: "running", status: "Up 1 hour" });
    const program = await listen(scene, { WATCHDOG_DOCKER_SOCK: docker.socketPath });
    scene.bot.say("/silence container:a* 1h deploy");
    expect(await answer(scene.told)).toMatch(/^container:a\* is silent until/);
    docker.containers = [{ id: idOf(1), name: "api", state: "paused", status: "Up 1 hour (Paused)" }];
    await program.ticks(3);
    expect(scene.told.unchecked).toBe(0);
    scene.bot.say("/status");
    expect(await answer(scene.told)).toMatch(/api.*silenced[\s\S]*container:a\* for another 59 min.*deploy, by Ann/);
    scene.bot.say("/unsilence container:a*");
    const both = await scene.told.takeMany(2, SOON.toS);
    expect(both.map(({ blocks }) => blocks.length).sort()).toEqual([0, 1]);
  });

  test("buttons: an alert is acked by a press, and so it is shown", async ({ scene }) => {
    const program = await listen(scene, { WATCHDOG_DEPS: "db=tcp://127.0.0.1:1", WATCHDOG_COOLDOWN_S: "8" });
    const { message } = await scene.told.expect(SOON, alert("dep:db"));
    scene.bot.press(message.id, "Ack");
    expect(await answer(scene.told)).toMatch(/^Ann is on dep:db/);
    await scene.bot.until(() => scene.bot.shown.find(({ id }) => id === message.id)?.buttons[0] === "✓ Ann", 20_000);
    expect(scene.bot.answers).toHaveLength(1);
    await program.answers("/api/status", (body) => JSON.stringify(body.commands).includes('"handled":1'));
    await new Promise((resolve) => setTimeout(resolve, 9_000));
    expect(scene.told.unchecked).toBe(0);
  });

  test("a check looks now, however long the interval", async ({ scene }) => {
    const docker = await scene.docker({ id: idOf(1), name: "api", state: "running", status: "Up 1 hour" });
    // What is to be told is told by the check; the scene cannot wait for two ticks.
    scene.incomplete = true;
    const program = await listen(scene, { WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_INTERVAL_S: "3600" });
    await program.answers("/api/status", ({ lastTickAt }) => lastTickAt !== null);
    docker.containers = [{ id: idOf(1), name: "api", state: "paused", status: "Up 1 hour (Paused)" }];
    scene.bot.say("/check");
    const both = await scene.told.takeMany(2, SOON.toS);
    const texts = both.map(({ message }) => message.text);
    expect(texts.filter((text) => text.startsWith("1 problem"))).toHaveLength(1);
    expect(both.flatMap(({ blocks }) => blocks.map(({ hashtag }) => hashtag))).toEqual(["container_api"]);
  });

  test("a stranger is ignored and counted, wherever he writes", async ({ scene }) => {
    const program = await listen(scene, { WATCHDOG_TG_USERS: "501,502" });
    scene.bot.say("/silence * 1d", { from: STRANGER });
    scene.bot.say("/silence * 1d", { from: STRANGER, chatId: "666" });
    scene.bot.say("/status");
    expect(await answer(scene.told)).toMatch(/^All quiet/);
    expect(await commandsOf(program)).toEqual({ working: true, outage: null, handled: 1, ignored: 2 });
    expect((await program.get("/api/status")).body.silences).toEqual([]);
  });

  test("two programs on one bot disturb no tick, and are said once", async ({ scene }) => {
    scene.bot.script({ ...refusal(409, "Conflict: terminated by other getUpdates request"), on: "getUpdates" });
    scene.bot.always({ ...refusal(409, "Conflict: terminated by other getUpdates request"), on: "getUpdates" });
    const db = await scene.host(startTcp());
    const program = await scene.run({ ...ON, WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}` });
    await program.logged("commands cannot be read");
    await program.ticks(5);
    await db.goAway();
    await scene.told.expect(SOON, alert("dep:db"));
    expect(await commandsOf(program)).toMatchObject({
      working: false,
      outage: { error: expect.stringContaining("409") },
    });
    expect((await program.get("/healthz")).status).toBe(200);
    expect(program.log.filter(({ msg }) => msg === "commands cannot be read")).toHaveLength(1);
    expect(scene.bot.requests.filter((method) => method === "getUpdates").length).toBeLessThan(10);
    scene.bot.always(undefined);
    await program.logged("commands are read again");
  });

  for (const { name, fault } of [
    { name: "hangs", fault: FAULTS.hang },
    { name: "speaks HTML", fault: FAULTS.badGateway },
    { name: "knows no commands", fault: refusal(404, "Not Found: method not found") },
  ]) {
    test(`a server that ${name} where commands are concerned takes alerts all the same`, async ({ scene }) => {
      scene.bot.script({ ...fault, on: "setMyCommands" });
      scene.bot.always({ ...fault, on: "getUpdates" });
      const program = await scene.run({ ...ON, WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
      await scene.told.expect(SOON, alert("dep:db"));
      await program.ticks(3);
      expect((await program.get("/healthz")).body.status).toBe("ok");
    });
  }

  test("it stops at once while a poll is held", async ({ scene }) => {
    const program = await listen(scene);
    const askedAt = Date.now();
    await program.stop();
    expect(Date.now() - askedAt).toBeLessThan(3_000);
  });
});

describe.concurrent("configuring commands", () => {
  test("bad users and commands without a bot are problems", async ({ scene }) => {
    const bad = await scene.command(["run"], { ...ON, WATCHDOG_TG_USERS: "501,@ann,-100" });
    expect(bad).toMatchObject({ code: 78 });
    expect(bad.stderr).toContain(
      'WATCHDOG_TG_USERS="501,@ann,-100": expected a comma-separated list, each a Telegram user id',
    );
    const alone = await scene.command(["run"], { ...ON, WATCHDOG_TG_BOT_TOKEN: "", WATCHDOG_TG_CHAT_ID: "" });
    expect(alone).toMatchObject({ code: 78 });
    expect(alone.stderr).toContain("WATCHDOG_TG_COMMANDS=true: expected WATCHDOG_TG_BOT_TOKEN");
  });

  test("the doctor says whether they are on, and finds a webhook without reading an update", async ({ scene }) => {
    const off = await scene.command(["doctor"]);
    expect(off.stdout).toContain("note  commands: off (WATCHDOG_TG_COMMANDS)");
    const result = { url: "https://hooks.example/secret-path", pending_update_count: 0 };
    const body = JSON.stringify({ ok: true, result });
    scene.bot.script({ kind: "answer", status: 200, body, on: "getWebhookInfo" });
    const on = await scene.command(["doctor"], { ...ON, WATCHDOG_TG_USERS: "501" });
    expect(on.stdout).toContain("ok    commands: on, for 1 named in WATCHDOG_TG_USERS");
    expect(on.stdout).toContain("mend  commands: the bot has a webhook at hooks.example");
    expect(on.stdout).not.toContain("secret-path");
    expect(scene.bot.requests).not.toContain("getUpdates");
  });
});
